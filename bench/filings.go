package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.temporal.io/sdk/worker"
)

const (
	clients       = 16
	filingRounds  = 4
	filingTurn    = 8 * time.Second
	sustainedTime = 30 * time.Second
)

// filings measures how fast filings are decided, beside a bare workflow of the same shape on the same server, and how
// fast they are when each client also waits for its papers.
func (b *bench) filings(ctx context.Context) (err error) {
	// Each client keeps its connection, as people's browsers do.
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 2 * clients
	worker.SetStickyWorkflowCacheSize(600)
	h, err := b.openHouse(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	w := startWatch(ctx, h.db)
	defer func() { err = errors.Join(err, w.end(ctx)) }()

	var people []*applicant
	for i := range clients {
		a, err := newApplicant(ctx, h.door, kinds()[i%len(kinds())])
		if err != nil {
			return err
		}
		people = append(people, a)
		// A draft shows that the account is taken.
		if _, err := a.File(ctx, key(), a.application, true); err != nil {
			return err
		}
	}
	return b.measureFilings(ctx, h, w, people)
}

func (b *bench) measureFilings(ctx context.Context, h *house, w *watch, people []*applicant) error {
	printing, err := h.startWorker(ctx)
	if err != nil {
		return err
	}
	first, err := fileClean(ctx, people[0], w)
	if err != nil {
		return err
	}
	if err := w.await(ctx, first+papersToo); err != nil {
		return err
	}
	var real shape
	err = poll(ctx, 5*time.Second, func() (err error) {
		real, err = shapeOf(ctx, h.temporal, first)
		return err
	})
	if err != nil {
		return err
	}
	if err := b.sustained(ctx, h, w, people); err != nil {
		return err
	}
	printing.stop()
	return b.decided(ctx, h, w, people, real)
}

// sustained has every client wait for the papers before it files anew, Chromium printing on the same processors.
func (b *bench) sustained(ctx context.Context, h *house, w *watch, people []*applicant) error {
	b.say("filings with their papers printed beside, %s", sustainedTime)
	rate, err := eachOf(ctx, people, sustainedTime, func(ctx context.Context, a *applicant) error {
		caseNo, err := fileClean(ctx, a, w)
		if err != nil {
			return err
		}
		return w.await(ctx, caseNo+papersToo)
	})
	if err != nil {
		return err
	}
	var papers, cases float64
	err = h.db.QueryRow(ctx, `SELECT (SELECT count(*) FROM documents WHERE state = 'in_force'),
		(SELECT count(*) FROM cases WHERE status = 'ended')`).Scan(&papers, &cases)
	if err != nil {
		return fmt.Errorf("count papers: %w", err)
	}
	b.report("filings per second to the last paper, Chromium printing beside", fmt.Sprintf("%.2f", rate),
		fmt.Sprintf("With printing beside: %d clients, each filing anew once all papers of its last case are printed, %.1f papers a filing; "+
			"Chromium takes most of the processors.", clients, papers/cases))
	return nil
}

// decided sets filings beside bare workflows, both to the decision, with nobody printing: papers are ordered, and
// printed later.
func (b *bench) decided(ctx context.Context, h *house, w *watch, people []*applicant, real shape) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := h.start(ctx, self, casesWorker, ""); err != nil {
		return err
	}
	stop, err := startBareWorker(h.temporal, false)
	if err != nil {
		return err
	}
	defer stop()
	ids := make([]int, clients)
	for i := range ids {
		ids[i] = i
	}
	bare := func(ctx context.Context, _ int) error {
		return runBare(ctx, h.temporal, "bare-"+key(), real)
	}
	filing := func(ctx context.Context, a *applicant) error {
		_, err := fileClean(ctx, a, w)
		return err
	}
	var filed, done []float64
	for round := range filingRounds + 1 {
		turn := filingTurn
		if round == 0 {
			turn = 3 * time.Second // to warm up, not counted
		}
		x, err := eachOf(ctx, people, turn, filing)
		if err != nil {
			return err
		}
		y, err := eachOf(ctx, ids, turn, bare)
		if err != nil {
			return err
		}
		b.say("round %d: %.1f filings, %.1f bare workflows per second", round, x, y)
		if round > 0 {
			filed, done = append(filed, x), append(done, y)
		}
	}
	likeness, err := b.likeness(ctx, h, real)
	if err != nil {
		return err
	}
	b.atLeast("filings decided / bare workflows", 0.6, median(ratios(filed, done)), "%.2f", likeness)
	b.report("filings decided per second", fmt.Sprintf("%.1f", median(filed)), "")
	b.report("bare workflows per second", fmt.Sprintf("%.1f", median(done)), "")
	return nil
}

// likeness runs one bare workflow to its end and says how its history compares to the filing's.
func (b *bench) likeness(ctx context.Context, h *house, real shape) (string, error) {
	stop, err := startBareWorker(h.temporal, true)
	if err != nil {
		return "", err
	}
	defer stop()
	id := "bare-" + key()
	if err := runBare(ctx, h.temporal, id, real); err != nil {
		return "", err
	}
	if err := h.temporal.GetWorkflow(ctx, id, "").Get(ctx, nil); err != nil {
		return "", fmt.Errorf("end of the bare process: %w", err)
	}
	bare, err := shapeOf(ctx, h.temporal, id)
	if err != nil {
		return "", err
	}
	if bare.Updates != real.Updates || bare.LocalActivities != real.LocalActivities || bare.Timers != real.Timers || bare.Activities != real.Activities {
		return "", fmt.Errorf("the bare workflow is not of the shape of a filing: %s, want %s", bare, real)
	}
	return fmt.Sprintf("%d clients, each from the filing to the decision: file, accept, visit, countersign; 4 rounds of %s by turns. "+
		"Nobody prints meanwhile on either side: papers are ordered, and the bare workflow's activities wait likewise. "+
		"History of a filing: %s. Of the bare workflow: %s; its payloads are not sealed and hold one number.", clients, filingTurn, real, bare), nil
}
