package procedure

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/procedures"
)

// wait waits for what a stage waits for by its verb, and returns the result by which the stage is left.
func (r *run) wait(ctx workflow.Context, l *line, s *procedures.Stage) (Left, error) {
	switch s.Verb {
	case procedures.VerbAsk:
		return r.ask(ctx, l, s)
	case procedures.VerbDecide:
		return Left{Result: r.decided(s)}, nil
	case procedures.VerbCollect:
		enough, limited := r.limit(s.Collect.Enough)
		return r.until(ctx, l, procedures.ResultSent, procedures.ResultReached, func() bool { return l.Sent || limited && l.Rows >= enough })
	case procedures.VerbPublish:
		return r.until(ctx, l, procedures.ResultObjected, procedures.ResultQuiet, func() bool { return l.Object })
	case procedures.VerbPay:
		return r.pay(ctx, l, s)
	case procedures.VerbOpen:
		return r.open(ctx, l, s)
	case procedures.VerbWait:
		return r.waitFor(ctx, l, s)
	case procedures.VerbTogether:
		return r.together(ctx, l, s)
	}
	return Left{}, refusal(ErrPlan, fmt.Sprintf("no verb %q", s.Verb))
}

// until waits until the condition holds or the limit of the stage is over, and returns the one result or the other.
func (r *run) until(ctx workflow.Context, l *line, held, over string, condition func() bool) (Left, error) {
	l.resting = true
	defer func() { l.resting = false }()
	woken := func() bool { return l.stopped || condition() }
	if l.Until.IsZero() {
		return Left{Result: held}, workflow.Await(ctx, woken)
	}
	met, err := workflow.AwaitWithTimeout(ctx, max(l.Until.Sub(workflow.Now(ctx)), time.Millisecond), woken)
	if met {
		return Left{Result: held}, err
	}
	return Left{Result: over}, err
}

// decided returns the result of a stage with the verb decide: the route of its rules where the stage has one, else pass, fail
// or unknown.
func (r *run) decided(s *procedures.Stage) string {
	d := r.cursor.Decided[s.RuleSet]
	if route := procedures.Route(d.Route); d.Route != "" {
		if _, ok := target(s, route); ok {
			return route
		}
	}
	return d.Result
}

// pay asks for the payment of the decided amount. What is paid already is not asked for.
func (r *run) pay(ctx workflow.Context, l *line, s *procedures.Stage) (Left, error) {
	if l.Twice {
		return Left{Result: procedures.ResultDuplicate}, nil
	}
	left, err := r.ask(ctx, l, s)
	if err == nil && left.Result == procedures.ResultPaid {
		r.cursor.Paid = true
	}
	return left, err
}

// open waits for sub-cases, which are cases of their own and wake this one when they end.
func (r *run) open(ctx workflow.Context, l *line, s *procedures.Stage) (Left, error) {
	if s.Open.Join == "none" {
		return Left{Result: procedures.ResultOpened}, nil
	}
	result, enough := procedures.ResultAll, func() bool { return l.Ended >= l.Opened }
	if s.Open.Join == "any" {
		result, enough = procedures.ResultAny, func() bool { return l.Ended > 0 }
	}
	for !enough() {
		left, err := r.until(ctx, l, result, procedures.ResultReached, func() bool { return !l.counted })
		if err != nil || l.stopped || left.Result == procedures.ResultReached {
			return left, err
		}
		l.counted = true
		err = activities.Do(ctx, &l.SubCases, countActivity, CountCases{CaseNo: r.in.CaseNo, Step: l.Step})
		if err != nil {
			return left, err
		}
	}
	return Left{Result: result}, nil
}

// waitFor waits for a day, some working days or an event.
func (r *run) waitFor(ctx workflow.Context, l *line, s *procedures.Stage) (Left, error) {
	if s.Wait.Event == "" {
		return r.until(ctx, l, procedures.ResultReached, procedures.ResultReached, func() bool { return false })
	}
	came := func() bool { return slices.Contains(r.cursor.Events, s.Wait.Event) }
	left, err := r.until(ctx, l, procedures.ResultEvent, procedures.ResultLate, came)
	if err == nil && !l.stopped && left.Result == procedures.ResultEvent {
		r.use(s.Wait.Event)
	}
	return left, err
}

// together runs the branches of a stage until all of them have joined, or any.
func (r *run) together(ctx workflow.Context, l *line, s *procedures.Stage) (Left, error) {
	var branches []*line
	for i, slot := range s.Together.Branches {
		if slices.Contains(r.cursor.Joined, i) {
			continue
		}
		from := Line{Slot: i, Stage: slot.To}
		if at := slices.IndexFunc(r.cursor.Lines, func(c Line) bool { return c.Slot == i }); at >= 0 {
			from = r.cursor.Lines[at]
		}
		branches = append(branches, r.spawn(ctx, from))
	}
	r.cursor.Lines = nil
	l.resting = true
	defer func() { l.resting = false }()
	open := func(b *line) bool { return !b.over }
	err := workflow.Await(ctx, func() bool {
		return l.stopped || !slices.ContainsFunc(branches, open) || s.Together.Join == "any" && len(r.cursor.Joined) > 0
	})
	if err != nil || l.stopped {
		return Left{}, err
	}
	l.resting = false
	return Left{Result: procedures.ResultJoined}, r.stop(ctx, slices.DeleteFunc(branches, func(b *line) bool { return b.over }))
}
