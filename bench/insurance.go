package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

const (
	insuredChildren = 64000
	insuredPage     = 16000 // lines of a roster file
)

// insuranceMonth insures all children of the city as those of one county in one month, over HTTP, from the roster to the
// last answer of the insurer.
func (b *bench) insuranceMonth(ctx context.Context) (err error) {
	h, err := b.install(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if _, err := h.startWorker(ctx); err != nil {
		return err
	}
	const county = "140403"
	office, insurer := h.users.As("county-office-"+county), h.users.As("insurer")
	today := nursery.DateOf(time.Now())
	month := fmt.Sprintf("%04d-%02d", today.Year, int(today.Month))
	lines := make([][]string, insuredChildren)
	for i := range lines {
		lines[i] = testdata.InsuredChild(county, i, nursery.NewDate(today.Year, today.Month, 1), 30)
	}
	var steps []string
	begun := time.Now()
	last := begun
	took := func(what string) {
		steps = append(steps, fmt.Sprintf("%s %.1f s", what, time.Since(last).Seconds()))
		last = time.Now()
	}
	if err := h.users.As("city-office").PutInsurers(ctx); err != nil {
		return err
	}
	caseNo, err := office.StartInsurance(ctx, key(), county, month)
	if err != nil {
		return err
	}
	for at := 0; at < insuredChildren; at += insuredPage {
		report, err := office.SendRoster(ctx, key(), caseNo, lines[at:min(at+insuredPage, insuredChildren)]...)
		if err != nil {
			return err
		}
		if report.Refused > 0 {
			return fmt.Errorf("%d lines of the roster were refused: %v", report.Refused, report.Faults[0])
		}
	}
	took("rosters")
	answer := func(who *roleplay.Actor, kind string, outcome nursery.Outcome) error {
		task, err := who.AwaitTask(ctx, caseNo, kind)
		if err == nil {
			_, err = who.Complete(ctx, key(), task.ID, outcome, roleplay.Note{})
		}
		return err
	}
	if err := answer(office, "insurance.roster", nursery.OutcomeComplete); err != nil {
		return err
	}
	if _, err := office.AwaitTask(ctx, caseNo, "insurance.sign"); err != nil {
		return err
	}
	took("eligibility and duplicates")
	if err := answer(office, "insurance.sign", nursery.OutcomeSign); err != nil {
		return err
	}
	if _, err := insurer.AwaitTask(ctx, caseNo, "insurance.answers"); err != nil {
		return err
	}
	took("batch and hash")
	if err := insurer.AnswerInsurance(ctx, key(), caseNo, 1); err != nil {
		return err
	}
	took("answers")
	if err := answer(insurer, "insurance.answers", nursery.OutcomeComplete); err != nil {
		return err
	}
	err = poll(ctx, 2*time.Minute, func() error {
		var covers int
		err := h.db.QueryRow(ctx, "SELECT count(*) FROM insurance_covers WHERE case_no = $1", caseNo).Scan(&covers)
		if err == nil && covers != insuredChildren {
			err = fmt.Errorf("%d covers of %d", covers, insuredChildren)
		}
		return err
	})
	if err != nil {
		return err
	}
	took("covers")
	described, err := h.temporal.DescribeWorkflowExecution(ctx, caseNo, "")
	if err != nil {
		return fmt.Errorf("describe %s: %w", caseNo, err)
	}
	b.atMost(fmt.Sprintf("insurance month of %d children", insuredChildren), 60, time.Since(begun).Seconds(), "%.1f s",
		fmt.Sprintf("One county, over HTTP, one client, every child eligible: %s.", strings.Join(steps, ", ")))
	b.report("events of history of that month", fmt.Sprint(described.GetWorkflowExecutionInfo().GetHistoryLength()), "None of them is of one child.")
	return nil
}
