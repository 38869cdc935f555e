package backtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"tuoyu/nursery"
	"tuoyu/store"
)

// batch is the number of decisions that are read at once: about 10 MB of the largest inputs.
const batch = 200

// maxFaults is the number of decisions that could not be decided again which a report names.
const maxFaults = 20

// Filter selects stored decisions. The zero value selects all.
type Filter struct {
	RuleSet, County string
	From, Until     nursery.Date // days of law, the last one included; zero for no bound
	Most            int          // decisions that are decided again; zero for no bound
}

// Report counts what was compared.
type Report struct {
	Decided   int         `json:"decided"`   // decided again
	Differ    int         `json:"differ"`    // of them
	Uncovered int         `json:"uncovered"` // of rule sets that the rules do not have
	NoInput   int         `json:"no_input"`
	Failed    int         `json:"failed"` // the rules could not be evaluated
	More      bool        `json:"more"`   // Filter.Most was reached
	Sets      []SetReport `json:"sets"`   // by their names
	Faults    []Fault     `json:"faults"` // the first that failed
}

// Read returns the number of decisions that were read.
func (r Report) Read() int { return r.Decided + r.Uncovered + r.NoInput + r.Failed }

// SetReport counts the decisions of a rule set.
type SetReport struct {
	RuleSet   string         `json:"rule_set"`
	Decided   int            `json:"decided"`
	Differ    int            `json:"differ"`
	Uncovered int            `json:"uncovered"`
	In        map[string]int `json:"in"` // by the kinds of differences
}

// Fault is a decision on whose input the rules could not be evaluated.
type Fault struct {
	Decision string `json:"decision"`
	Err      string `json:"error"`
}

// Run decides the stored decisions that p may read again, in the order of their case numbers and in batches, and hands each difference to
// differs and what was counted so far to progress, after every batch. It returns the error of either, of reading, and of the context.
func Run(ctx context.Context, db *store.DB, p nursery.Principal, rules Rules, f Filter, differs func(Difference) error, progress func(Report)) (Report, error) {
	report := Report{Sets: []SetReport{}, Faults: []Fault{}}
	for after := ""; ; {
		size := batch
		if f.Most > 0 {
			size = min(batch, f.Most-report.Read()+1) // one more shows whether there are more
		}
		var rows []store.DecisionsToCompareRow
		err := db.As(ctx, p, func(q *store.Queries) (err error) {
			rows, err = q.DecisionsToCompare(ctx, store.DecisionsToCompareParams{
				After: after, RuleSet: f.RuleSet, County: f.County, FromOn: f.From, UntilOn: f.Until, PageSize: int32(size),
			})
			return err
		})
		if err != nil {
			return report, fmt.Errorf("read decisions: %w", err)
		}
		for _, row := range rows {
			if f.Most > 0 && report.Read() >= f.Most {
				report.More = true
				break
			}
			if err := report.compare(ctx, rules, Stored(row), differs); err != nil {
				return report, err
			}
		}
		progress(report)
		if len(rows) < size || report.More {
			return report, nil
		}
		after = rows[len(rows)-1].ID
	}
}

func (r *Report) compare(ctx context.Context, rules Rules, of Stored, differs func(Difference) error) error {
	set := r.set(of.RuleSet)
	d, err := Compare(ctx, rules, of)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("compare decisions: %w", ctx.Err())
	case errors.Is(err, ErrNoInput):
		r.NoInput++
		return nil
	case errors.Is(err, ErrUncovered):
		r.Uncovered++
		set.Uncovered++
		return nil
	case err != nil:
		if r.Failed++; len(r.Faults) < maxFaults {
			r.Faults = append(r.Faults, Fault{of.ID, err.Error()})
		}
		return nil
	}
	r.Decided++
	set.Decided++
	if d == nil {
		return nil
	}
	r.Differ++
	set.Differ++
	for _, kind := range d.In {
		set.In[kind]++
	}
	return differs(*d)
}

// set returns the counts of a rule set.
func (r *Report) set(name string) *SetReport {
	i, found := slices.BinarySearchFunc(r.Sets, name, func(s SetReport, name string) int { return cmp.Compare(s.RuleSet, name) })
	if !found {
		r.Sets = slices.Insert(r.Sets, i, SetReport{RuleSet: name, In: map[string]int{}})
	}
	return &r.Sets[i]
}
