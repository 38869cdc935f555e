package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/procedures/library"
	"tuoyu/procedures/published"
)

const (
	complaintRounds = 5
	complaintTurn   = 8 * time.Second
)

// procedures measures how long a published procedure takes until every process offers it, and a complaint as a procedure beside the
// one written in Go.
func (b *bench) procedures(ctx context.Context) (err error) {
	h, err := b.install(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	other, err := h.secondServe(ctx)
	if err != nil {
		return err
	}
	if _, err := h.startWorker(ctx); err != nil {
		return err
	}
	if err := b.publishing(ctx, h, other); err != nil {
		return err
	}
	return b.complaints(ctx, h)
}

// secondServe starts another serve of the installation and returns its users.
func (h *installation) secondServe(ctx context.Context) (*roleplay.Users, error) {
	listen := freeAddress()
	second := *h
	second.env, second.running = append(slices.Clone(h.env), "TUOYU_LISTEN="+listen), nil
	p, err := second.start(ctx, h.program, "serve", listen)
	if err != nil {
		return nil, err
	}
	h.running = append(h.running, p)
	return roleplay.NewUsers("http://"+listen, os.Getenv("TUOYU_OIDC_ISSUER")), nil
}

// publishing publishes every procedure of the library, and waits each time until both serves offer it, and for the one of which the
// county may start a case, until the worker has opened its task.
func (b *bench) publishing(ctx context.Context, h *installation, other *roleplay.Users) error {
	inForce := slices.DeleteFunc(library.Kinds(), func(kind string) bool { return strings.HasSuffix(kind, "_data_audit") }) // those begin in 2027
	var slowest, usable time.Duration
	for _, kind := range inForce {
		id, err := proposed(ctx, h, kind)
		if err != nil {
			return err
		}
		begun := time.Now()
		if err := h.users.As("procedure-approver").Post(ctx, "/api/v1/procedure-revisions/"+id+"/decision", key(), map[string]any{"publish": true}, nil); err != nil {
			return err
		}
		for _, users := range []*roleplay.Users{h.users, other} {
			err := poll(ctx, time.Minute, func() error { return users.As("procedure-author").Get(ctx, "/api/v1/procedures/"+kind, nil) })
			if err != nil {
				return fmt.Errorf("%s is not offered: %w", kind, err)
			}
		}
		slowest = max(slowest, time.Since(begun))
		if kind != complaintKind {
			continue
		}
		started, err := other.As("clerk-140403").Apply(ctx, key(), kind, complaint)
		if err != nil {
			return err
		}
		if _, err := other.As("supervisor-140403").AwaitTask(ctx, started.CaseNo, kind+".triage"); err != nil {
			return err
		}
		usable = time.Since(begun)
	}
	b.atMost("procedure published until every process offers it", 10, slowest.Seconds(), "%.1f s",
		fmt.Sprintf("The slowest of the %d procedures of the library, at two serves; from the approval on. The checks and scenarios ran before, when it was proposed.", len(inForce)))
	b.atMost("procedure published until the worker has opened a first task", 10, usable.Seconds(), "%.1f s", "")
	return nil
}

// proposed proposes a procedure of the library and returns its revision.
func proposed(ctx context.Context, h *installation, kind string) (string, error) {
	files, err := library.Procedure(kind)
	if err != nil {
		return "", err
	}
	archive, id, err := published.Pack(files)
	if err != nil {
		return "", fmt.Errorf("pack %s: %w", kind, err)
	}
	return id, h.users.Propose(ctx, key(), kind, archive)
}

const complaintKind = "public_complaint"

// complaint is what is filed, in Go and as a procedure.
var complaint = map[string]any{"topic": "safety", "said": "消防通道长期锁闭，接送时段门口拥堵。", "place_name": "某托育点", "address": "某街道某号"}

// complaints has both kinds of complaint filed and answered by turns, by a client of each county at most.
func (b *bench) complaints(ctx context.Context, h *installation) error {
	w := startWatch(ctx, h.db)
	defer w.stop()
	var next atomic.Int64
	sides := [2]struct {
		name string
		file func(context.Context, string) (roleplay.Started, error)
		by   nursery.Outcome
		last atomic.Value // the case that was filed last
	}{
		{name: "procedure", by: "reply_to", file: func(ctx context.Context, county string) (roleplay.Started, error) {
			return h.users.As("clerk-"+county).Apply(ctx, key(), complaintKind, complaint)
		}},
		{name: "Go", by: nursery.OutcomeReplied, file: func(ctx context.Context, county string) (s roleplay.Started, err error) {
			body := map[string]any{"county": county}
			for name, value := range complaint {
				body[name] = value
			}
			err = h.users.As("clerk-"+county).Post(ctx, "/api/v1/complaints", key(), body, &s)
			return s, err
		}},
	}
	var rates [2][]float64
	for round := range complaintRounds + 1 {
		for i := range sides {
			side := &sides[i]
			rate, _, err := throughput(ctx, complaintTurn, func(ctx context.Context) error {
				county := nursery.Counties()[int(next.Add(1))%len(nursery.Counties())].Code
				started, err := side.file(ctx, county)
				if err != nil {
					return err
				}
				side.last.Store(started.CaseNo)
				if err := w.await(ctx, started.CaseNo+".1"); err != nil {
					return err
				}
				_, err = h.users.As("supervisor-"+county).Complete(ctx, key(), started.CaseNo+".1", side.by, map[string]any{"note": "已经通知改正。"})
				if err != nil {
					return err
				}
				return w.await(ctx, started.CaseNo)
			})
			if err != nil {
				return fmt.Errorf("complaint, %s: %w", side.name, err)
			}
			if round > 0 {
				rates[i] = append(rates[i], rate)
			}
		}
	}
	var shapes [2]shape
	for i := range sides {
		last, _ := sides[i].last.Load().(string)
		if err := h.temporal.GetWorkflow(ctx, last, "").Get(ctx, nil); err != nil {
			return fmt.Errorf("end of %s: %w", last, err)
		}
		var err error
		if shapes[i], err = shapeOf(ctx, h.temporal, last); err != nil {
			return err
		}
	}
	b.atMost("complaint as a procedure / in Go, wall time of a case", 1.15, median(ratios(rates[1], rates[0])), "%.2f",
		fmt.Sprintf("%d clients over HTTP, each filing a complaint of its county, waiting for the task, answering it and waiting for the end; %d rounds of %s by turns.", clients, complaintRounds, complaintTurn))
	b.atMost("complaint as a procedure / in Go, events of history", 1.1, float64(shapes[0].Events)/float64(shapes[1].Events), "%.2f",
		fmt.Sprintf("As a procedure: %s. In Go: %s.", shapes[0], shapes[1]))
	for i, way := range []string{"as a procedure", "in Go"} {
		b.report("complaints per second, "+way, fmt.Sprintf("%.1f", median(rates[i])), "")
	}
	return nil
}
