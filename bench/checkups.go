package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"tuoyu/activities"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/testdata"
)

const (
	checkupNurseries = 300
	checkupChildren  = 47 // of each, about fourteen thousand
	checkupSingles   = 300
	checkupTeams     = 2 // of each county
)

// Six counties each, since the request rate of an account is limited.
var (
	roundCounties  = []string{"140403", "140404", "140405", "140406", "140423", "140425"}
	singleCounties = []string{"140426", "140427", "140428", "140429", "140430", "140431"}
)

var checkupClasses = []string{"乳儿班", "托小班", "托大班"}

// checkupNursery fills a county with $2 filed institutions whose contract with the clinic $4 is in force, filed by the
// application $5. Foreign keys are not checked during the insertion.
const checkupNursery = `
WITH made AS (SELECT n, $3 || '-' || n AS id, 'QY-' || $1 || '-2026-' || lpad((900000 + n)::text, 6, '0') AS contract FROM generate_series(1, $2::integer) n)
, clinic AS (
	INSERT INTO clinics (id, county, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
	VALUES ($4, $1, '示例社区卫生服务中心', 'PDY140403123456789012D1', '2099-01-01', true, 0, '{visiting}', now()) ON CONFLICT DO NOTHING
), institution AS (
	INSERT INTO institutions (id, county, name, uscc, site_kind, status, application, updated_at)
	SELECT id, $1, '示例托育园' || n, id, 'community', 'filed', $5::jsonb, now() FROM made
), opened AS (
	INSERT INTO cases (case_no, kind, county, institution, partner, about, subject, stage, status, holder, tracking_hash, created_at, updated_at)
	SELECT contract, 'contract', $1, id, $4, '', '签约', 'in_force', 'open', 'hospital', '\x00', now(), now() FROM made
)
INSERT INTO contracts (case_no, county, institution, clinic, mode, state, starts_on, ends_on, updated_at)
SELECT contract, $1, id, $4, 'visiting', 'in_force', current_date - 200, current_date + 200, now() FROM made`

// cohort is institutions of one county whose children are checked by one clinic.
type cohort struct {
	county, name      string
	institutions, per int // the number of institutions, and of children of each
	clinic, office    *roleplay.Actor
	rounds            []string
	took              time.Duration // to open, record and close them all
	opening           time.Duration
	events, bytes     float64 // of history, a child
}

func (g *cohort) children() int { return g.institutions * g.per }

// checkups checks the children of three hundred institutions, class by class, and for comparison as many children
// individually, each in a workflow of its own: the same process over institutions with one child.
func (b *bench) checkups(ctx context.Context) (err error) {
	h, err := b.install(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := h.start(ctx, self, casesWorker, ""); err != nil { // renders nothing
		return err
	}
	city, err := b.checkSide(ctx, h, roundCounties, checkupNurseries, checkupChildren)
	if err != nil {
		return err
	}
	alone, err := b.checkSide(ctx, h, singleCounties, checkupSingles, 1)
	if err != nil {
		return err
	}
	rate := func(g *cohort) float64 { return float64(g.children()) / g.took.Seconds() }
	b.atLeast("events of history of a workflow per child / of a round, a child", 20, alone.events/city.events, "%.1f",
		fmt.Sprintf("A half-year of %d institutions with %d children in three classes, opened, recorded over HTTP by %d teams and closed, beside "+
			"%d children in a workflow each: the same process over institutions of one child, in the same run; nothing printed.",
			city.institutions, city.children(), checkupTeams*len(roundCounties), alone.children()))
	b.report("children checked per second, by rounds", fmt.Sprintf("%.0f", rate(city)), fmt.Sprintf("Opening the half-year took %.1f s of it.", city.opening.Seconds()))
	b.report("children checked per second, a workflow each", fmt.Sprintf("%.1f", rate(alone)), "")
	b.report("children per second, rounds / a workflow each", fmt.Sprintf("%.1f", rate(city)/rate(alone)), "")
	b.report("events of history a child, by rounds", fmt.Sprintf("%.2f", city.events), fmt.Sprintf("A workflow each: %.0f events.", alone.events))
	b.report("bytes of history a child, by rounds", fmt.Sprintf("%.0f", city.bytes), fmt.Sprintf("A workflow each: %.0f bytes.", alone.bytes))
	return nil
}

// checkSide checks the institutions of counties concurrently, and returns the sum over all of them.
func (b *bench) checkSide(ctx context.Context, h *installation, counties []string, institutions, per int) (*cohort, error) {
	b.say("%d institutions of %d children", institutions, per)
	var cohorts []*cohort
	for _, county := range counties {
		g := &cohort{county: county, name: "nursery-" + county, institutions: institutions / len(counties), per: per}
		if err := b.fillGroup(ctx, h, g); err != nil {
			return nil, err
		}
		cohorts = append(cohorts, g)
	}
	all := &cohort{institutions: institutions, per: per}
	begun := time.Now()
	errs := make([]error, len(cohorts))
	var working sync.WaitGroup
	for i, g := range cohorts {
		working.Go(func() { errs[i] = g.check(ctx, h) })
	}
	working.Wait()
	all.took = time.Since(begun)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, g := range cohorts {
		if err := g.measure(ctx, h); err != nil {
			return nil, err
		}
		all.opening = max(all.opening, g.opening)
		all.events += g.events / float64(len(cohorts))
		all.bytes += g.bytes / float64(len(cohorts))
	}
	return all, nil
}

// fillGroup creates the institutions, with children whose guardians have consented.
func (b *bench) fillGroup(ctx context.Context, h *installation, g *cohort) error {
	g.clinic, g.office = h.users.As("clinic-"+g.county+"-1"), h.users.As("county-office-"+g.county)
	filed, err := testdata.Application("community")
	if err != nil {
		return err
	}
	application, err := json.Marshal(filed)
	if err != nil {
		return err
	}
	if err := fillWith(ctx, h, checkupNursery, g.county, g.institutions, g.name, g.clinic.Account, application); err != nil {
		return err
	}
	keys, err := sealing.Open(environmentOf(h, "TUOYU_KEYSET_FILE"))
	if err != nil {
		return err
	}
	fields, err := sealing.NewFields(keys)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, environmentOf(h, "TUOYU_DATABASE_URL"), store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	today := nursery.DateOf(time.Now())
	children := make([]nursery.Child, g.children())
	for i := range children {
		children[i] = testdata.ChildBorn(g.county, i, today.AddMonths(-8-i%27).AddDays(-(i/900)%28))
	}
	var entered []activities.EnteredChild
	err = db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		entered, err = activities.EnterChildren(ctx, q, fields, children, "", "institution", "bench", time.Now())
		return err
	})
	if err != nil {
		return err
	}
	return g.enrol(ctx, h, entered)
}

func (g *cohort) enrol(ctx context.Context, h *installation, entered []activities.EnteredChild) error {
	var ids, institutions, classes []string
	for i, e := range entered {
		ids = append(ids, e.ID)
		institutions = append(institutions, fmt.Sprintf("%s-%d", g.name, i%g.institutions+1))
		classes = append(classes, checkupClasses[i/g.institutions%len(checkupClasses)])
	}
	err := pgx.BeginFunc(ctx, h.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by)
			SELECT unnest($1::text[]), $4, unnest($2::text[]), unnest($3::text[]), current_date - 300, 'bench'`, ids, institutions, classes, g.county)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by)
			SELECT unnest($1::text[]), $2, 'checkup', 'bench', current_date, 'bench'`, ids, g.county)
		return err
	})
	if err != nil {
		return fmt.Errorf("enrol children: %w", err)
	}
	_, err = h.db.Exec(ctx, "VACUUM ANALYZE")
	return err
}

// check opens the half-year, has the teams record and complete every round, and waits for the last one to close.
func (g *cohort) check(ctx context.Context, h *installation) (err error) {
	begun := time.Now()
	if g.rounds, err = g.office.OpenHalf(ctx, key(), nursery.HalfYearOf(nursery.DateOf(begun))); err != nil {
		return err
	}
	if len(g.rounds) != g.institutions {
		return fmt.Errorf("%d rounds, want %d", len(g.rounds), g.institutions)
	}
	g.opening = time.Since(begun)
	if err := g.each(func(round string) error { return g.record(ctx, round) }); err != nil {
		return err
	}
	// Every record is an Update of its round, delivered by the relay: none may be lost because its round has already
	// closed.
	err = poll(ctx, 2*time.Minute, func() error {
		var waiting int
		err := h.db.QueryRow(ctx, `SELECT count(*) FROM outbox WHERE county = $1 AND delivered_at IS NULL`, g.county).Scan(&waiting)
		if err == nil && waiting > 0 {
			err = fmt.Errorf("%d Updates are still to be delivered", waiting)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := g.each(func(round string) error { return g.complete(ctx, round) }); err != nil {
		return err
	}
	err = poll(ctx, time.Minute, func() error {
		var open int
		err := h.db.QueryRow(ctx, `SELECT count(*) FROM cases WHERE kind = 'checkup_round' AND county = $1 AND status = 'open'`, g.county).Scan(&open)
		if err == nil && open > 0 {
			err = fmt.Errorf("%d rounds are still open", open)
		}
		return err
	})
	g.took = time.Since(begun)
	return err
}

// each has the teams call do for every round, each team one round at a time.
func (g *cohort) each(do func(round string) error) error {
	work := make(chan string, len(g.rounds))
	for _, round := range g.rounds {
		work <- round
	}
	close(work)
	errs := make([]error, checkupTeams)
	var teams sync.WaitGroup
	for i := range errs {
		teams.Go(func() {
			for round := range work {
				if errs[i] = do(round); errs[i] != nil {
					return
				}
			}
		})
	}
	teams.Wait()
	return errors.Join(errs...)
}

func (g *cohort) record(ctx context.Context, round string) error {
	today := nursery.DateOf(time.Now())
	opened := func(c roleplay.Case) bool { return c.Holder == string(nursery.RoleHospital) }
	if _, err := g.office.Await(ctx, round, opened); err != nil {
		return err
	}
	for _, class := range checkupClasses[:min(g.per, len(checkupClasses))] {
		sheet, err := g.clinic.CheckupClass(ctx, round, class)
		if err != nil {
			return err
		}
		var records []nursery.Checkup
		for _, c := range sheet.Children {
			if len(c.Items) > 0 {
				records = append(records, roleplay.Healthy(c, today))
			}
		}
		if _, err := g.clinic.RecordClass(ctx, key(), round, class, records); err != nil {
			return err
		}
	}
	return nil
}

func (g *cohort) complete(ctx context.Context, round string) error {
	task, err := g.clinic.AwaitTask(ctx, round, "checkup_round.record")
	if err != nil {
		return err
	}
	_, err = g.clinic.Complete(ctx, key(), task.ID, nursery.OutcomeComplete, struct{}{})
	return err
}

// measure reads the histories of the rounds from the server.
func (g *cohort) measure(ctx context.Context, h *installation) error {
	var events, bytes int64
	for _, round := range g.rounds {
		described, err := h.temporal.DescribeWorkflowExecution(ctx, round, "")
		if err != nil {
			return fmt.Errorf("describe %s: %w", round, err)
		}
		info := described.GetWorkflowExecutionInfo()
		events, bytes = events+info.GetHistoryLength(), bytes+info.GetHistorySizeBytes()
	}
	var checked int
	err := h.db.QueryRow(ctx, `SELECT count(DISTINCT child) FROM checkup_duties WHERE county = $1 AND done_on IS NOT NULL`, g.county).Scan(&checked)
	if err != nil {
		return fmt.Errorf("count children: %w", err)
	}
	if checked != g.children() {
		return fmt.Errorf("%d children were checked, want %d", checked, g.children())
	}
	g.events, g.bytes = float64(events)/float64(g.children()), float64(bytes)/float64(g.children())
	return nil
}
