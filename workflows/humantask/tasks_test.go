package humantask_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
)

const caseNo = "BA-140403-2026-000900-X"

func openedCase(t *testing.T) *store.DB {
	t.Helper()
	db := storetest.New(t)
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		if err := q.Exec(t.Context(), `INSERT INTO institutions (id, county, updated_at) VALUES ('inst-140403-01', '140403', now())`); err != nil {
			return err
		}
		return q.Exec(t.Context(), `INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ($1, 'filing', '140403', 'inst-140403-01', 'submitted', 'open', 'clerk', '\x00', now(), now())`, caseNo)
	}))
	return db
}

func tasks(t *testing.T, db *store.DB) (rows []string) {
	t.Helper()
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		rows, err = q.Strings(t.Context(), `SELECT id || ' ' || kind || ' ' || state FROM tasks ORDER BY id`)
		return err
	}))
	return rows
}

// lost opens a task as an attempt of the workflow task does that is lost before Temporal has recorded it.
func lost(t *testing.T, e *activities.Engine, n, kind string) {
	t.Helper()
	_, err := e.OpenTask(t.Context(), activities.OpenTask{
		CaseNo: caseNo, Task: caseNo + "." + n, Kind: kind, Title: kind, Role: nursery.RoleClerk, Outcomes: []nursery.Outcome{nursery.OutcomeAccept}, At: time.Now(),
	})
	require.NoError(t, err)
}

// siteVisit is a task of an inspector with one outcome.
var siteVisit = definition.TaskKind{
	Name: "filing.site_visit", Title: "现场核查", Roles: []nursery.Role{nursery.RoleInspector}, Outcomes: []definition.Outcome{{Code: nursery.OutcomeAccept}},
}

func TestATaskIsAskedAsItsKindDefinesIt(t *testing.T) {
	for name, spec := range map[string]humantask.Spec{
		"another role":          {Role: nursery.RoleClerk},
		"an outcome it has not": {Outcomes: []nursery.Outcome{nursery.OutcomeAccept, nursery.OutcomeCorrect}},
	} {
		t.Run(name, func(t *testing.T) {
			env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
			env.ExecuteWorkflow(func(ctx workflow.Context) error {
				tasks, err := humantask.NewTasks(ctx, caseNo, 0)
				if err != nil {
					return err
				}
				_, err = tasks.Ask(ctx, siteVisit, spec)
				return err
			})
			require.ErrorContains(t, env.GetWorkflowError(), "task filing.site_visit")
		})
	}
}

func TestWhatALostTryAskedAndThisOneDoesNotIsCancelledAndItsNumberNotUsedAgain(t *testing.T) {
	db := openedCase(t)
	e := &activities.Engine{DB: db, CalendarCache: store.NewCalendarCache(db), Processes: workflows.Definitions()}
	lost(t, e, "1", "filing.review")
	env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a busy machine may take longer than the default of one second
	env.RegisterActivity(e)
	over := errors.New("over")
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(humantask.CompleteUpdate, "u", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { t.Errorf("rejected: %v", err) }, OnComplete: func(any, error) {},
		}, humantask.Completion{ID: "u", Task: caseNo + ".2", Outcome: nursery.OutcomeAccept, Actor: "clerk-140403", Role: nursery.RoleClerk})
	}, time.Hour)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		tasks, err := humantask.NewTasks(ctx, caseNo, 0)
		if err != nil {
			return err
		}
		tasks.Interrupt(over)
		if _, err := tasks.Ask(ctx, siteVisit, humantask.Spec{}); !errors.Is(err, over) {
			return errors.New("asked though interrupted")
		}
		tasks.Interrupt(nil)
		_, err = tasks.Ask(ctx, siteVisit, humantask.Spec{})
		return err
	})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, []string{caseNo + ".1 filing.review cancelled", caseNo + ".2 filing.site_visit closed"}, tasks(t, db))
}

func TestATaskThatALostTryAskedUnderTheSameNumberBecomesTheOneAskedNow(t *testing.T) {
	db := openedCase(t)
	e := &activities.Engine{DB: db, CalendarCache: store.NewCalendarCache(db), Processes: workflows.Definitions()}
	lost(t, e, "1", "filing.review")
	lost(t, e, "1", "filing.review")
	require.Equal(t, []string{caseNo + ".1 filing.review open"}, tasks(t, db))
	lost(t, e, "1", "filing.site_visit")
	require.Equal(t, []string{caseNo + ".1 filing.site_visit open"}, tasks(t, db))
}

func TestAQuestionWhoseNumberALostTryUsedForOneThatIsAnsweredTakesTheNext(t *testing.T) {
	db := openedCase(t)
	e := &activities.Engine{DB: db, CalendarCache: store.NewCalendarCache(db), Processes: workflows.Definitions()}
	lost(t, e, "1", "filing.review")
	require.NoError(t, e.CloseTask(t.Context(), activities.CloseTask{
		CaseNo: caseNo, Task: caseNo + ".1", Outcome: nursery.OutcomeAccept, Actor: "clerk-140403", Role: nursery.RoleClerk, At: time.Now(),
	}))
	env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a busy machine may take longer than the default of one second
	env.RegisterActivity(e)
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(humantask.CompleteUpdate, "u", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { t.Errorf("rejected: %v", err) }, OnComplete: func(any, error) {},
		}, humantask.Completion{ID: "u", Task: caseNo + ".2", Outcome: nursery.OutcomeAccept, Actor: "inspector-140403", Role: nursery.RoleInspector})
	}, time.Hour)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		tasks, err := humantask.NewTasks(ctx, caseNo, 0)
		if err != nil {
			return err
		}
		_, err = tasks.Ask(ctx, siteVisit, humantask.Spec{})
		return err
	})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, []string{caseNo + ".1 filing.review closed", caseNo + ".2 filing.site_visit closed"}, tasks(t, db))
}

func TestATaskThatALostTryAskedOfAnotherPersonIsAskedOfTheOneMeantNow(t *testing.T) {
	db := openedCase(t)
	e := &activities.Engine{DB: db, CalendarCache: store.NewCalendarCache(db), Processes: workflows.Definitions()}
	for _, officer := range []string{"inspector-140403", "inspector-140403-2", "inspector-140403-2"} {
		_, err := e.OpenTask(t.Context(), activities.OpenTask{
			CaseNo: caseNo, Task: caseNo + ".1", Kind: "inspection.assignment", Title: "接受检查指派", Role: nursery.RoleInspector, Only: []string{officer},
			Outcomes: []nursery.Outcome{nursery.OutcomeTakeOn}, At: time.Now(),
		})
		require.NoError(t, err)
	}
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		assigned, err := q.Strings(t.Context(), `SELECT assignee || ' ' || (SELECT count(*) FROM case_events) FROM tasks`)
		require.Equal(t, []string{"inspector-140403-2 2"}, assigned)
		return err
	}))
}
