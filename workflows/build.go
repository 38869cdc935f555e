package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// buildProcess defines the building of a public demonstration nursery 公办示范托育机构建设.
var buildProcess = definition.Process{
	Kind: nursery.KindBuild, Title: "公办示范托育机构建设", Prefix: "JS", Workflow: "Build", Files: definition.Evidence, Offices: true,
	Stages: []definition.Stage{
		{Code: nursery.StageBuilding, Title: "建设中", Holder: nursery.RoleCountyOffice, Next: "县区按节点报送进度和佐证材料，市级核定。"},
		{Code: nursery.StageSupervised, Title: "督办中", Holder: nursery.RoleCountyOffice, Next: "请在期限内书面答复督办，说明原因和赶上的日期。"},
		{Code: nursery.StageBuilt, Title: "已建成并备案", Next: "六个节点全部完成，已销号。"},
	},
	HappyPath: []nursery.Stage{nursery.StageBuilding, nursery.StageBuilt},
}

// monthsOfARun is after how many assessments a site's workflow continues as new, so that its history stays short.
const monthsOfARun = 12

var errBuilt = errors.New("every milestone is done")

// build is one county's site on its way.
type build struct {
	ctx workflow.Context
	in  CaseInput
	asides
	terms   nursery.BuildTerms
	changed bool
}

// Build follows a county's public demonstration nursery from its plan to the filing receipt (项目1 县县全覆盖). What
// counties report and the city accepts is written down by the door; the workflow assesses month by month, opens a
// supervision when the light is red, and takes it to the programme's leader when it stays red. A month leaves about
// ten events.
func Build(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	b, err := openBuild(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	for months := 0; ; months++ {
		if months >= monthsOfARun {
			if err := b.rest(ctx, nil); err != nil {
				return CaseResult{}, err
			}
			if !b.changed {
				in.Asked, in.Open = b.desk.Asked(), b.desk.Open()
				return CaseResult{}, workflow.NewContinueAsNewError(ctx, Build, in)
			}
		}
		built, err := b.month()
		if err != nil {
			return CaseResult{}, err
		}
		if built {
			b.desk.Interrupt(errBuilt)
			return CaseResult{Stage: nursery.StageBuilt}, b.settle(ctx)
		}
	}
}

func openBuild(ctx workflow.Context, in CaseInput) (*build, error) {
	b := &build{ctx: ctx, in: in}
	var err error
	if b.desk, err = humantask.NewDesk(ctx, in.CaseNo); err != nil {
		return nil, fmt.Errorf("open desk: %w", err)
	}
	b.desk.Resume(in.Asked, in.Open)
	err = workflow.SetUpdateHandler(ctx, activities.BuildChanged, func(workflow.Context, Change) error {
		b.changed = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take changes: %w", err)
	}
	err = activities.Do(ctx, &b.terms, engine.OpenBuild, activities.OpenBuild{
		CaseNo: in.CaseNo, At: workflow.Now(ctx),
	})
	if err != nil {
		return nil, fmt.Errorf("open site: %w", err)
	}
	for _, asked := range in.Open {
		b.askOn(ctx, asked, errBuilt, b.takeReply)
	}
	return b, nil
}

// month waits for the first morning of the next month, or for the last milestone, and tells whether the site is built.
func (b *build) month() (bool, error) {
	today := nursery.DateOf(workflow.Now(b.ctx))
	next := nursery.NewDate(today.Year, today.Month+1, 1).In(nursery.Shanghai).Add(9 * time.Hour)
	_, err := workflow.AwaitWithTimeout(b.ctx, next.Sub(workflow.Now(b.ctx)), func() bool { return b.changed || b.failed != nil })
	if err == nil {
		err = b.failed
	}
	if err != nil {
		return false, err
	}
	b.changed = false
	var built bool
	if err := do(b.ctx, engine.EndBuild, b.move("built"), &built); err != nil || built {
		return built, err
	}
	if workflow.Now(b.ctx).Before(next) {
		return false, nil
	}
	var found activities.BuildAssessment
	err = activities.Do(b.ctx, &found, engine.AssessBuild, activities.AssessBuild{
		CaseNo: b.in.CaseNo, At: workflow.Now(b.ctx),
	})
	if err == nil && found.Light == nursery.Red {
		b.supervise(found)
	}
	return false, err
}

// supervise opens a supervision 督办 with a day to reply by; when the light has stayed red, the leader of the
// programme hears of it as well. The months go on meanwhile.
func (b *build) supervise(found activities.BuildAssessment) {
	b.reply(humantask.Spec{
		Kind: "build.supervision", Title: "督办：建设进度红灯，请书面答复", Role: nursery.RoleCountyOffice, Stage: nursery.StageSupervised,
		Outcomes: []nursery.Outcome{nursery.OutcomeReply}, Decision: found.Decision, Days: b.terms.ReplyDays,
	})
	if found.Running >= b.terms.EscalateAfter {
		b.reply(humantask.Spec{
			Kind: "build.escalation", Title: fmt.Sprintf("连续 %d 次红灯，提请专班领导批示", found.Running), Role: nursery.RoleCityOffice,
			Outcomes: []nursery.Outcome{nursery.OutcomeInstruct}, Decision: found.Decision, Days: b.terms.ReplyDays,
		})
	}
}

// reply puts a task to people while the months go on.
func (b *build) reply(spec humantask.Spec) {
	b.ask(b.ctx, spec, errBuilt, b.takeReply)
}

func (b *build) takeReply(ctx workflow.Context, answer humantask.Answer) error {
	m := b.move("reply/" + answer.Task)
	m.Actor, m.Role, m.Tasks = answer.Actor, answer.Role, []string{answer.Task}
	return do(ctx, engine.TakeReply, m, nil)
}

func (b *build) move(step string) activities.Move {
	return activities.Move{
		CaseNo: b.in.CaseNo, Step: step, At: workflow.Now(b.ctx), Actor: nursery.Engine.Account, Role: nursery.RoleEngine,
	}
}

func do(ctx workflow.Context, activity any, m activities.Move, result any) error {
	return activities.Do(ctx, result, activity, m)
}
