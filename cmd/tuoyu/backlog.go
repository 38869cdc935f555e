package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tuoyu/casework/stuck"
	"tuoyu/nursery"
	"tuoyu/store"
)

const (
	// longestDelivery is how long a command may wait for its case before readiness is degraded: the relay has made many
	// attempts by then.
	longestDelivery = 10 * time.Minute
	// longestPrinting is the same limit for a document.
	longestPrinting = 30 * time.Minute
)

var (
	waitingDesc = prometheus.NewDesc("tuoyu_outbox_waiting", "Commands that have not reached their case.", nil, nil)
	oldestDesc  = prometheus.NewDesc("tuoyu_outbox_oldest_seconds", "How long the oldest of them has waited.", nil, nil)
	stuckDesc   = prometheus.NewDesc("tuoyu_cases_stuck", "Cases that cannot go on by themselves.", []string{"reason"}, nil)
	papersDesc  = prometheus.NewDesc("tuoyu_papers_waiting", "Papers that are to be printed.", nil, nil)
	paperDesc   = prometheus.NewDesc("tuoyu_papers_oldest_seconds", "How long the oldest of them has waited.", nil, nil)
)

// backlog measures, in the database, what waits to be delivered or rendered and what is stuck.
type backlog struct{ db *store.DB }

// Describe implements prometheus.Collector.
func (b *backlog) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, oldestDesc, stuckDesc, papersDesc, paperDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector, within two seconds. While Postgres is unavailable it sends no metrics.
func (b *backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	_ = b.db.As(ctx, nursery.Engine, func(q *store.Queries) error { // readiness reports that Postgres is unavailable
		waiting, err := q.UndeliveredOutbox(ctx)
		if err != nil {
			return err
		}
		papers, err := q.PendingPapers(ctx)
		if err != nil {
			return err
		}
		stuck, err := b.stuck(ctx, q)
		if err != nil {
			return err
		}
		gauge := func(d *prometheus.Desc, value float64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
		}
		gauge(waitingDesc, float64(waiting.Waiting))
		gauge(oldestDesc, since(waiting.Waiting, waiting.Oldest).Seconds())
		gauge(papersDesc, float64(papers.Waiting))
		gauge(paperDesc, since(papers.Waiting, papers.Oldest).Seconds())
		for reason, cases := range stuck {
			gauge(stuckDesc, float64(cases), reason)
		}
		return nil
	})
}

// stuck returns the number of stuck cases for every reason.
func (b *backlog) stuck(ctx context.Context, q *store.Queries) (map[string]int64, error) {
	counts := map[string]int64{}
	for _, reason := range stuck.Reasons() {
		counts[reason] = 0
	}
	rows, err := q.CountStuck(ctx)
	for _, row := range rows {
		counts[row.StuckReason] = row.Cases
	}
	return counts, err
}

// since returns how long the oldest of n has waited.
func since(n int64, oldest time.Time) time.Duration {
	if n == 0 {
		return 0
	}
	return max(time.Since(oldest), 0)
}

// delivered returns an error if a command has waited too long.
func (b *backlog) delivered(ctx context.Context) (note string, err error) {
	err = b.db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		waiting, err := q.UndeliveredOutbox(ctx)
		if err != nil {
			return err
		}
		if oldest := since(waiting.Waiting, waiting.Oldest); oldest > longestDelivery {
			return fmt.Errorf("%d commands have not reached their case, the oldest for %s", waiting.Waiting, oldest.Round(time.Second))
		}
		return nil
	})
	return "", err
}

// moving returns an error if a case is stuck.
func (b *backlog) moving(ctx context.Context) (note string, err error) {
	err = b.db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		rows, err := q.CountStuck(ctx)
		if err != nil {
			return err
		}
		var reasons []string
		for _, row := range rows {
			reasons = append(reasons, fmt.Sprintf("%d %s", row.Cases, row.StuckReason))
		}
		if len(reasons) > 0 {
			return errors.New("cases cannot go on: " + strings.Join(reasons, ", ") + "; see tuoyu case stuck")
		}
		return nil
	})
	return "", err
}

// printed returns an error if a document has waited too long.
func (b *backlog) printed(ctx context.Context) (note string, err error) {
	err = b.db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		papers, err := q.PendingPapers(ctx)
		if err != nil {
			return err
		}
		if oldest := since(papers.Waiting, papers.Oldest); oldest > longestPrinting {
			return fmt.Errorf("%d papers are not printed, the oldest for %s", papers.Waiting, oldest.Round(time.Second))
		}
		return nil
	})
	return "", err
}
