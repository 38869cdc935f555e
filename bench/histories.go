package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// life is one possible course of a filing: the applications submitted one after the other, and how it is answered.
type life struct {
	title   string
	handIn  []string
	answers func(*applicant) []reply
	goal    float64 // events
}

// reply is one answer of the office or the institution, in the order of the tasks.
type reply struct {
	who     *roleplay.Actor
	kind    string
	outcome nursery.Outcome
	form    any
}

var (
	nothing = roleplay.Review{Findings: []roleplay.Finding{}}
	signed  = roleplay.Note{Note: "核签属实"}
)

func visited(findings ...roleplay.Finding) roleplay.Visit {
	v := roleplay.Visit{Findings: append([]roleplay.Finding{}, findings...), VisitedOn: nursery.DateOf(time.Now()), Attachments: []string{}}
	if len(findings) > 0 {
		v.RectifyDays = 10
	}
	return v
}

func accepted(a *applicant) []reply {
	return []reply{
		{a.Clerk(), "filing.review", nursery.OutcomeAccept, nothing},
		{a.Inspector(1), "filing.site_visit", nursery.OutcomeConform, visited()},
		{a.Inspector(2), "filing.site_visit_countersign", nursery.OutcomeAgree, signed},
	}
}

func sentBack(a *applicant) reply {
	return reply{a.Clerk(), "filing.review", nursery.OutcomeCorrect, nothing}
}

// lives are the courses whose histories are counted.
var lives = []life{
	{"clean filing", []string{"community"}, accepted, 60},
	{"one round of corrections", []string{"eleven_gaps_round_1", "eleven_gaps_round_2"}, func(a *applicant) []reply {
		return append([]reply{sentBack(a)}, accepted(a)...)
	}, 2000},
	{"eleven gaps in two rounds", []string{"eleven_gaps", "eleven_gaps_round_1", "eleven_gaps_round_2"}, func(a *applicant) []reply {
		return append([]reply{sentBack(a), sentBack(a)}, accepted(a)...)
	}, 2000},
	{"nonconformity rectified", []string{"short_video"}, func(a *applicant) []reply {
		return []reply{
			accepted(a)[0],
			{a.Inspector(1), "filing.site_visit", nursery.OutcomeNonconform, visited(roleplay.Finding{
				Rule: "MN-32c", Field: "/premises/video_days", Message: "监控录像只保存60天。",
			})},
			{a.Inspector(2), "filing.site_visit_countersign", nursery.OutcomeAgree, signed},
			{a.Actor, "filing.rectify", nursery.OutcomeProve, roleplay.Note{Note: "录像机已扩容。"}},
			{a.Inspector(2), "filing.recheck", nursery.OutcomeConform, visited()},
			{a.Inspector(3), "filing.recheck_countersign", nursery.OutcomeAgree, signed},
		}
	}, 2000},
}

// histories plays each course over HTTP, with its documents, and reads the length of its history from the server.
func (b *bench) histories(ctx context.Context) (err error) {
	h, err := b.install(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if _, err := h.startWorker(ctx); err != nil {
		return err
	}
	for _, l := range lives {
		caseNo, err := l.play(ctx, h)
		if err != nil {
			return fmt.Errorf("%s: %w", l.title, err)
		}
		if err := h.temporal.GetWorkflow(ctx, caseNo, "").Get(ctx, nil); err != nil {
			return fmt.Errorf("%s: %w", l.title, err)
		}
		described, err := h.temporal.DescribeWorkflowExecution(ctx, caseNo, "")
		if err != nil {
			return fmt.Errorf("%s: %w", l.title, err)
		}
		s, err := shapeOf(ctx, h.temporal, caseNo)
		if err != nil {
			return fmt.Errorf("%s: %w", l.title, err)
		}
		info := described.GetWorkflowExecutionInfo()
		b.atMost(l.title+", events", l.goal, float64(info.GetHistoryLength()), "%.0f", "Counted by the server when the last paper is printed; payloads are sealed.")
		b.atMost(l.title+", KiB", 1024, float64(info.GetHistorySizeBytes())/1024, "%.1f", strings.ToUpper(l.title[:1])+l.title[1:]+": "+s.String()+".")
	}
	return nil
}

func (l life) play(ctx context.Context, h *installation) (string, error) {
	a, err := newApplicant(ctx, h.users, l.handIn[0])
	if err != nil {
		return "", err
	}
	started, err := a.File(ctx, key(), a.application, false)
	if err != nil {
		return "", err
	}
	handedIn := 1
	for _, r := range l.answers(a) {
		task, err := r.who.AwaitTask(ctx, started.CaseNo, r.kind)
		if err != nil {
			return "", err
		}
		if _, err := r.who.Complete(ctx, key(), task.ID, r.outcome, r.form); err != nil {
			return "", err
		}
		if r.outcome != nursery.OutcomeCorrect {
			continue
		}
		if _, err := a.AwaitTask(ctx, started.CaseNo, "filing.corrections"); err != nil {
			return "", err
		}
		c, err := a.Case(ctx, started.CaseNo)
		if err != nil {
			return "", err
		}
		application, err := a.Prepare(ctx, l.handIn[handedIn])
		if err != nil {
			return "", err
		}
		if err := a.Correct(ctx, key(), started.CaseNo, c.Version, application, true); err != nil {
			return "", err
		}
		handedIn++
	}
	return started.CaseNo, nil
}
