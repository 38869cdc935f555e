package workflows

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

var errConcluded = errors.New("the inspection is concluded")

// inspection is the state of the workflow of one visit to an institution.
type inspection struct {
	*caseFile
	aside backgroundTasks
	terms activities.InspectionTerms
	told  bool // a serious hazard of this visit has been reported
}

// Inspection takes a visit from the assignment of two officers to its end 督导评估 (行政处罚法 art. 42): both accept, a day
// is agreed, the checklist completed on site is signed by both and the institution, rectification of binding items that
// were not met is ordered, and checked again until they conform or the case is referred for a penalty. A serious hazard
// is reported at once without blocking the case.
func Inspection(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	i := &inspection{caseFile: file, aside: backgroundTasks{tasks: file.tasks}}
	// An officer may record a hazard in a draft, before the visit is submitted.
	if err := onCaseChanged(ctx, func(Change) { i.alert("") }); err != nil {
		return CaseResult{}, err
	}
	i.steady = stepsByCause(ctx)
	if err := i.do(engine.TakeUpInspection, i.move("opened"), &i.terms); err != nil {
		return CaseResult{}, err
	}
	if err := i.assign(); err != nil {
		return CaseResult{}, err
	}
	if err := i.schedule(); err != nil {
		return CaseResult{}, err
	}
	for round := 0; ; round++ {
		found, err := i.visit(round)
		if err != nil {
			return CaseResult{}, err
		}
		switch found.Then(round) {
		case activities.VisitClean:
			stage := nursery.StageInspected
			if round > 0 {
				stage = nursery.StageCorrected
			}
			return i.conclude(stage, func() error { return i.then(inspectionSign, nursery.OutcomeSign, activities.VisitClean) })
		case activities.VisitAgain:
			answer, err := i.decide(found)
			if err != nil {
				return CaseResult{}, err
			}
			if stage := inspectionDecide.Ends(answer.Outcome); stage != "" {
				return i.conclude(stage, func() error { return i.followed(inspectionDecide, answer, nil) })
			}
		}
		if err := i.correct(found.Days); err != nil {
			return CaseResult{}, err
		}
	}
}

// conclude ends the case in a stage with a last step, once no task is open.
func (i *inspection) conclude(stage nursery.Stage, last func() error) (CaseResult, error) {
	i.tasks.Interrupt(errConcluded)
	if err := i.aside.drain(i.ctx); err != nil {
		return CaseResult{}, err
	}
	if i.aside.failed != nil {
		return CaseResult{}, i.aside.failed
	}
	if err := last(); err != nil {
		return CaseResult{}, err
	}
	return i.closed(stage)
}

// together runs do n times concurrently and returns the first error, once all of them have ended; the error interrupts
// those that still wait for an answer.
func (i *inspection) together(n int, do func(ctx workflow.Context, n int) error) error {
	left := n
	var failed error
	for k := range n {
		workflow.Go(i.ctx, func(ctx workflow.Context) {
			if err := do(ctx, k); err != nil && failed == nil {
				failed = err
				i.tasks.Interrupt(err)
			}
			left--
		})
	}
	if err := workflow.Await(i.ctx, func() bool { return left == 0 }); err != nil {
		return err
	}
	if failed != nil {
		i.tasks.Interrupt(nil)
	}
	return failed
}

// assign asks both officers to accept the assignment; for one who declines, or does not answer, the supervisor names
// another.
func (i *inspection) assign() error {
	officers := []*string{&i.terms.First, &i.terms.Second}
	return i.together(2, func(ctx workflow.Context, n int) error {
		for {
			answer, err := i.tasks.Ask(ctx, inspectionAssignment, humantask.Spec{Only: []string{*officers[n]}, Days: i.terms.AnswerDays, Silence: 1})
			if err != nil || answer.Outcome == nursery.OutcomeTakeOn {
				return err
			}
			answer, err = i.tasks.Ask(ctx, inspectionName, humantask.Spec{Days: i.terms.AnswerDays})
			if err != nil {
				return err
			}
			err = activities.Do(ctx, officers[n], engine.NameInspector, i.moveBy(answer, "named"), *officers[n])
			if err != nil {
				return err
			}
		}
	})
}

func (i *inspection) officers() []string { return []string{i.terms.First, i.terms.Second} }

// schedule has an officer set the day. A regular visit is announced: the institution may request another day once. Any
// other visit is unannounced.
func (i *inspection) schedule() error {
	for asked := false; ; asked = true {
		day, err := i.ask(inspectionDay, humantask.Spec{Only: i.officers(), Days: i.terms.AnswerDays})
		if err != nil {
			return err
		}
		if err := i.followed(inspectionDay, day, nil); err != nil {
			return err
		}
		if i.terms.Kind != nursery.InspectRegular || asked {
			return nil
		}
		answer, err := i.ask(inspectionDayOffer, humantask.Spec{Days: i.terms.AnswerDays, Silence: 1})
		if err != nil || answer.Outcome != nursery.OutcomeAnother {
			return err
		}
	}
}

// visit waits for the completed checklist, reports a serious hazard, and has the record signed; a record that an
// officer disputes is completed again.
func (i *inspection) visit(round int) (activities.VisitAssessment, error) {
	spec := humantask.Spec{Only: i.officers(), Days: recheckDays("")}
	if round > 0 {
		spec.Stage, spec.Title = nursery.StageReinspected, "复查并送交记录"
	}
	var found activities.VisitAssessment
	for {
		sent, err := i.ask(inspectionVisit, spec)
		if err != nil {
			return found, err
		}
		assessed := i.moveBy(sent, "assessed")
		if err := i.do(engine.AssessVisit, assessed, &found); err != nil {
			return found, err
		}
		if found.Serious {
			i.alert(found.Decision)
		}
		disputed, err := i.sign(found.Decision)
		if err != nil {
			return found, err
		}
		if disputed {
			continue
		}
		i.assessed = assessed.Step
		if err := i.follow(i.ctx, inspectionSign, nursery.OutcomeSign, sent, nil); err != nil {
			return found, err
		}
		i.print()
		i.told = false // a hazard found again at the re-inspection is reported again
		return found, nil
	}
}

// alert notifies the county's office and the supervisor of a serious hazard 重大隐患 before anybody signs, once for each
// visit. The case does not wait for them.
func (i *inspection) alert(decision string) {
	if i.told {
		return
	}
	i.told = true
	for _, role := range inspectionHazard.Roles {
		i.aside.ask(i.ctx, inspectionHazard, humantask.Spec{Role: role, Decision: decision, Days: 1}, errConcluded, func(workflow.Context, humantask.Answer) error { return nil })
	}
}

// sign opens the tasks of all three parties concurrently, and has both officers record a refusal if the institution
// does not sign. It reports whether an officer disputed the record.
func (i *inspection) sign(decision string) (bool, error) {
	tasks := make([]string, 3)
	err := i.together(3, func(ctx workflow.Context, n int) error {
		kind, spec := inspectionSign, humantask.Spec{Decision: decision, Days: i.terms.SignDays}
		if n < 2 {
			spec.Only = i.officers()[n : n+1]
		} else {
			kind, spec.Silence = inspectionCountersign, 1
		}
		answer, err := i.tasks.Ask(ctx, kind, spec)
		if err != nil {
			return err
		}
		tasks[n] = answer.Task
		if n < 2 || !(answer.Silent || answer.Outcome == nursery.OutcomeRefused) {
			return nil
		}
		return i.noteRefusal(ctx)
	})
	if err != nil {
		return false, err
	}
	m := i.move("signed")
	m.Tasks = tasks
	var disputed bool
	err = activities.Do(i.ctx, &disputed, engine.SignVisit, activities.Signing{Move: m})
	return disputed, err
}

// noteRefusal has both officers record that the institution did not sign 拒签注明.
func (i *inspection) noteRefusal(ctx workflow.Context) error {
	for _, officer := range i.officers() {
		if _, err := i.tasks.Ask(ctx, inspectionRefusal, humantask.Spec{Only: []string{officer}, Days: i.terms.SignDays}); err != nil {
			return err
		}
	}
	return nil
}

// decide has the supervisor decide how to proceed if a re-inspection still finds what was ordered; a referral is
// offered only if a law provides a penalty.
func (i *inspection) decide(found activities.VisitAssessment) (humantask.Answer, error) {
	spec := humantask.Spec{Decision: found.Decision, Days: recheckDays("")}
	if !found.Penalty {
		spec.Outcomes = []nursery.Outcome{nursery.OutcomeOrder}
	}
	return i.ask(inspectionDecide, spec)
}

// correct orders the rectification and waits for proof; an institution that does not answer is visited anyway.
func (i *inspection) correct(days int) error {
	order := activities.CorrectionOrder{Move: i.move(orderCorrection.Name), Days: days}
	err := activities.Do(i.ctx, nil, activities.ByName(orderCorrection.Activity), order)
	if err != nil {
		return err
	}
	i.print()
	_, err = i.ask(inspectionCorrect, humantask.Spec{Days: days, Silence: i.terms.GraceDays})
	return err
}
