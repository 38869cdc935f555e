// Package published holds the published revisions of procedures 事项版本: every process reads them from Postgres and offers a new
// one some seconds after it was published, without a restart. It adds their definitions to those of the program.
package published

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
)

// ErrNone is returned when there is no such procedure or revision.
var ErrNone = errors.New("no such published procedure")

// Revision is a published revision, for the city or with the overlay of a county.
type Revision struct {
	ID        string // of its files
	County    string // whose overlay is applied; empty for the city
	Published time.Time
	*procedures.Procedure

	definition definition.Process
	prepare    func() (*procedures.Evaluator, error)
}

// Kind returns the kind of its cases.
func (r *Revision) Kind() nursery.CaseKind { return nursery.CaseKind(r.Plan.Kind) }

// Task returns the definition of a task in the revision; false if it has none of that name.
func (r *Revision) Task(name string) (definition.TaskKind, bool) {
	i := slices.IndexFunc(r.definition.Tasks, func(t definition.TaskKind) bool { return t.Name == name })
	if i < 0 {
		return definition.TaskKind{}, false
	}
	return r.definition.Tasks[i], true
}

// FormOf returns a form by its name in the definition, which begins with the kind.
func (r *Revision) FormOf(name string) (json.RawMessage, *jsonschema.Schema) {
	return r.Form(strings.TrimPrefix(name, r.Plan.Kind+"."))
}

// Rules returns what decides by the rules of the revision.
func (r *Revision) Rules() (*procedures.Evaluator, error) { return r.prepare() }

// Accepts reports whether cases that are received on a day are opened under the revision.
func (r *Revision) Accepts(day nursery.Date) bool {
	return !day.Before(r.Live.From) && (r.Live.OpenUntil.IsZero() || !r.Live.OpenUntil.Before(day))
}

// Catalogue is the published revisions. It is safe for concurrent use; a nil catalogue has none.
type Catalogue struct {
	db      *store.DB
	options procedures.Options
	set     *definition.Set
	log     *slog.Logger
	changed chan struct{}

	loading sync.Mutex
	mu      sync.RWMutex
	known   []string    // the ids of the revisions that were loaded, in the order of their publication
	list    []*Revision // the last published one first
}

// New returns a catalogue that is empty until it is refreshed. What is published is added to the set.
func New(db *store.DB, options procedures.Options, set *definition.Set, log *slog.Logger) *Catalogue {
	return &Catalogue{db: db, options: options, set: set, log: log, changed: make(chan struct{}, 1)}
}

// Changed returns the channel that receives after revisions were added, for one receiver. A nil catalogue never changes.
func (c *Catalogue) Changed() <-chan struct{} {
	if c == nil {
		return nil
	}
	return c.changed
}

// Options are what procedures may refer to outside their folders.
func (c *Catalogue) Options() procedures.Options { return c.options }

// Watch refreshes the catalogue at an interval until ctx ends. While Postgres is unavailable, what is known stays.
func (c *Catalogue) Watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := c.Refresh(ctx); err != nil && ctx.Err() == nil {
			c.log.WarnContext(ctx, "procedures not refreshed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Refresh loads the revisions that were published since. A revision that this program cannot run is logged and left out.
func (c *Catalogue) Refresh(ctx context.Context) error {
	if c == nil {
		return nil
	}
	c.loading.Lock()
	defer c.loading.Unlock()
	var rows []store.PublishedRevisionsRow
	err := c.db.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		rows, err = q.PublishedRevisions(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("list published revisions: %w", err)
	}
	var added []*Revision
	known := slices.Clone(c.known)
	for _, row := range rows {
		if slices.Contains(known, row.ID) {
			continue
		}
		loaded, err := c.load(ctx, row)
		switch {
		case errors.Is(err, errNotRun):
			c.log.ErrorContext(ctx, "procedure is not offered", "revision", row.ID, "error", err)
		case err != nil:
			return err
		}
		added, known = append(loaded, added...), append(known, row.ID)
	}
	if len(known) == len(c.known) {
		return nil
	}
	list := slices.Concat(added, c.list)
	if err := c.set.Publish(definitions(list)...); err != nil {
		return fmt.Errorf("publish definitions: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.list = known, list
	select {
	case c.changed <- struct{}{}:
	default: // the receiver has not seen the change before either
	}
	return nil
}

// errNotRun is wrapped by the error of a revision that this program cannot run.
var errNotRun = errors.New("this program cannot run the revision")

// load loads a revision for the city and for each county with an overlay.
func (c *Catalogue) load(ctx context.Context, row store.PublishedRevisionsRow) (list []*Revision, err error) {
	var archive []byte
	var plans []store.PlansOfRevisionRow
	err = c.db.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		if archive, err = q.RevisionArchive(ctx, row.ID); err == nil {
			plans, err = q.PlansOfRevision(ctx, row.ID)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read revision %s: %w", row.ID, err)
	}
	files, err := Unpack(archive)
	if err != nil {
		return nil, errors.Join(errNotRun, err)
	}
	for _, plan := range plans {
		p, problems := procedures.LoadFor(ctx, files, c.options, plan.County)
		switch {
		case p == nil || p.Plan.Interpreter > procedures.InterpreterVersion:
			return nil, fmt.Errorf("%w: needs a later interpreter, or cannot be read: %v", errNotRun, problems)
		case p.Hash != plan.Hash:
			return nil, fmt.Errorf("%w: its plan has another hash under this program", errNotRun)
		}
		r := &Revision{ID: row.ID, County: plan.County, Procedure: p}
		if row.DecidedAt != nil {
			r.Published = *row.DecidedAt
		}
		r.prepare = sync.OnceValues(func() (*procedures.Evaluator, error) {
			return p.Evaluator(context.WithoutCancel(ctx), c.options.Library)
		})
		r.definition = newDefinition(r)
		list = append(list, r)
	}
	return list, nil
}

// all returns the revisions, the last published one first.
func (c *Catalogue) all() []*Revision {
	if c == nil {
		return nil
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.list
}

// Newest returns the revision under which a case of a kind is opened in a county on a day: the last published one of those
// whose first day is the latest, with the county's overlay if it has one. Error: ErrNone.
func (c *Catalogue) Newest(kind nursery.CaseKind, county string, day nursery.Date) (*Revision, error) {
	var best *Revision
	for _, r := range c.all() {
		if r.Kind() == kind && r.County == "" && !day.Before(r.Live.From) && (best == nil || best.Live.From.Before(r.Live.From)) {
			best = r
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%s on %s: %w", kind, day, ErrNone)
	}
	return c.in(best, county), nil
}

// in returns the revision with the overlay of a county, or itself.
func (c *Catalogue) in(of *Revision, county string) *Revision {
	for _, r := range c.all() {
		if r.ID == of.ID && r.County == county {
			return r
		}
	}
	return of
}

// Known is OfCase for a caller inside a transaction: it does not look for what was published a moment ago.
func (c *Catalogue) Known(of store.Case) (*Revision, error) {
	day := of.ReceivedOn
	if day.IsZero() {
		day = nursery.DateOf(of.CreatedAt)
	}
	if r := c.withPlan(of.Plan, day); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("plan %.12s: %w", of.Plan, ErrNone)
}

// OfCase returns the revision by which a case goes on: of those with its plan, the one with the latest first day not after the day of
// receipt, or of the application before there is one, else the earliest; of several, the last published. So rules and words that were
// corrected under the same plan count, and later law does not. Error: ErrNone.
func (c *Catalogue) OfCase(ctx context.Context, of store.Case) (*Revision, error) {
	if r, err := c.Known(of); err == nil {
		return r, nil
	}
	if err := c.Refresh(ctx); err != nil { // it may have been published a moment ago
		return nil, err
	}
	return c.Known(of)
}

func (c *Catalogue) withPlan(plan string, received nursery.Date) *Revision {
	var best *Revision
	for _, r := range c.all() {
		if r.Hash != plan {
			continue
		}
		in := received.IsZero() || !received.Before(r.Live.From)
		if best == nil || in && (received.Before(best.Live.From) || best.Live.From.Before(r.Live.From)) {
			best = r
		}
	}
	return best
}

// Current returns the last published revision of each procedure for the city, by the kinds.
func (c *Catalogue) Current() (list []*Revision) {
	for _, r := range c.all() {
		if r.County == "" && !slices.ContainsFunc(list, func(have *Revision) bool { return have.Kind() == r.Kind() }) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *Revision) int { return cmp.Compare(a.Plan.Kind, b.Plan.Kind) })
	return list
}

// ByID returns a revision for the city by its identifier. Error: ErrNone.
func (c *Catalogue) ByID(id string) (*Revision, error) {
	for _, r := range c.all() {
		if r.ID == id && r.County == "" {
			return r, nil
		}
	}
	return nil, fmt.Errorf("revision %s: %w", id, ErrNone)
}

// For returns a revision by its identifier as it is in a county, with the overlay of the county if it has one. Error: ErrNone.
func (c *Catalogue) For(id, county string) (*Revision, error) {
	r, err := c.ByID(id)
	if err != nil {
		return nil, err
	}
	return c.in(r, county), nil
}

// Plans returns the hashes of the plans of a revision, for the city and the counties.
func (c *Catalogue) Plans(id string) (hashes []string) {
	for _, r := range c.all() {
		if r.ID == id {
			hashes = append(hashes, r.Hash)
		}
	}
	return hashes
}
