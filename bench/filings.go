package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.temporal.io/sdk/worker"

	"tuoyu/e2e/roleplay"
)

const (
	clients       = 16
	filingRounds  = 4
	filingTurn    = 8 * time.Second
	sustainedTime = 30 * time.Second
)

// filings measures the rate of filing decisions, compared with a bare workflow with the same operations on the same
// server, and the rate if each client also waits for its documents.
func (b *bench) filings(ctx context.Context) (err error) {
	// Each client reuses its connection, as browsers do.
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 2 * clients
	worker.SetStickyWorkflowCacheSize(600)
	h, err := b.install(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	w := startWatch(ctx, h.db)
	defer func() { err = errors.Join(err, w.end(ctx)) }()

	like, err := applicants(ctx, h.users)
	if err != nil {
		return err
	}
	pages, err := h.recordPages()
	if err != nil {
		return err
	}
	defer pages.Close()
	printing, err := h.startWorker(ctx)
	if err != nil {
		return err
	}
	ready, err := stock(ctx, h.db, like, 200)
	if err != nil {
		return err
	}
	first, err := ready.decide(ctx, h.users, w)
	if err != nil {
		return err
	}
	if err := h.temporal.GetWorkflow(ctx, first, "").Get(ctx, nil); err != nil {
		return fmt.Errorf("end of the first filing: %w", err)
	}
	real, err := shapeOf(ctx, h.temporal, first)
	if err != nil {
		return err
	}
	if err := b.sustained(ctx, h, w, ready); err != nil {
		return err
	}
	printing.stop()
	if err := b.decided(ctx, h, w, like, real); err != nil {
		return err
	}
	return b.papers(ctx, h, pages)
}

// applicants returns one applicant of each site kind.
func applicants(ctx context.Context, d *roleplay.Users) ([]*applicant, error) {
	var list []*applicant
	for _, name := range kinds() {
		a, err := newApplicant(ctx, d, name)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
		// A draft marks the account as taken.
		if _, err := a.File(ctx, key(), a.application, true); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// sustained has every client wait for the documents before it files again, while Chromium renders on the same
// processors.
func (b *bench) sustained(ctx context.Context, h *installation, w *watch, ready filings) error {
	b.say("filings with their papers printed beside, %s", sustainedTime)
	rate, _, err := throughput(ctx, sustainedTime, func(ctx context.Context) error {
		caseNo, err := ready.decide(ctx, h.users, w)
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
		fmt.Sprintf("With printing beside: %d clients, each filing the next case once all papers of its last one are printed, %.1f papers a filing; "+
			"Chromium takes most of the processors.", clients, papers/cases))
	return nil
}

// decided compares filings with bare workflows, both up to the decision, without rendering: documents are requested,
// and rendered later.
func (b *bench) decided(ctx context.Context, h *installation, w *watch, like []*applicant, real shape) error {
	if err := h.startCases(ctx); err != nil {
		return err
	}
	stop, err := startBareWorker(h.temporal, false)
	if err != nil {
		return err
	}
	defer stop()
	bare := func(ctx context.Context) error { return runBare(ctx, h.temporal, "bare-"+key(), real) }
	var filed, done []float64
	costs := [2]map[string]time.Duration{{}, {}} // of filings and of bare workflows
	counts := [2]float64{}
	for round := range filingRounds + 1 {
		turn := filingTurn
		if round == 0 {
			turn = 3 * time.Second // to warm up, not counted
		}
		ready, err := stock(ctx, h.db, like, 400)
		if err != nil {
			return err
		}
		before, err := usageNow(false)
		if err != nil {
			return err
		}
		x, n, err := throughput(ctx, turn, func(ctx context.Context) error {
			_, err := ready.decide(ctx, h.users, w)
			return err
		})
		if err != nil {
			return err
		}
		between, err := usageNow(false)
		if err != nil {
			return err
		}
		y, m, err := throughput(ctx, turn, bare)
		if err != nil {
			return err
		}
		after, err := usageNow(false)
		if err != nil {
			return err
		}
		b.say("round %d: %.1f filings, %.1f bare workflows per second", round, x, y)
		if round == 0 {
			continue
		}
		filed, done = append(filed, x), append(done, y)
		counts[0], counts[1] = counts[0]+n, counts[1]+m
		for i, spent := range []map[string]time.Duration{between.spent(before), after.spent(between)} {
			for name, t := range spent {
				costs[i][name] += t
			}
		}
	}
	likeness, err := b.likeness(ctx, h, real)
	if err != nil {
		return err
	}
	b.atLeast("filings decided / bare workflows", 0.6, median(ratios(filed, done)), "%.2f", likeness)
	b.report("filings decided per second", fmt.Sprintf("%.1f", median(filed)), "")
	b.report("bare workflows per second", fmt.Sprintf("%.1f", median(done)), "")
	cost, bareCost := b.cost("a filing", costs[0], counts[0]), b.cost("a bare workflow", costs[1], counts[1])
	b.report("processor time of a bare workflow / of a filing", fmt.Sprintf("%.2f", bareCost/cost),
		"Processor time is of all parts together, the clients among them, and less touched by who else uses the machine; devstack is Temporal.")
	return nil
}

// cost reports the processor time of one thing by part of the system, and returns the total in milliseconds.
func (b *bench) cost(thing string, spent map[string]time.Duration, count float64) float64 {
	var all float64
	var each []string
	for _, name := range groups {
		if t := float64(spent[name].Milliseconds()) / count; t >= 0.5 {
			all += t
			each = append(each, fmt.Sprintf("%s %.0f", name, t))
		}
	}
	b.report("processor time of "+thing, fmt.Sprintf("%.0f ms", all), "Of "+thing+", in ms: "+strings.Join(each, ", ")+".")
	return all
}

// likeness runs one bare workflow to its end and returns how its history compares with the filing's.
func (b *bench) likeness(ctx context.Context, h *installation, real shape) (string, error) {
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
