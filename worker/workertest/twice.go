// Package workertest runs the activities of processes under conditions that are rare in production.
package workertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

// again is the application name of the connections that the second run of an activity uses.
const again = "again"

// watched creates triggers on every table that record each change made under that application name. Rewriting a row
// with the same values is not a change.
const watched = `
	CREATE TABLE written_again (id bigserial PRIMARY KEY, what text NOT NULL);
	CREATE FUNCTION note_written_again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
	BEGIN
		IF current_setting('application_name') = 'again' THEN
			INSERT INTO public.written_again (what) VALUES (
				TG_OP || ' ' || TG_TABLE_NAME || ' ' || coalesce(to_jsonb(OLD)::text, '') || ' -> ' || coalesce(to_jsonb(NEW)::text, ''));
		END IF;
		RETURN NULL;
	END $$;
	DO $$
	DECLARE tbl text;
	BEGIN
		FOR tbl IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('written_again', 'goose_db_version') LOOP
			EXECUTE format('CREATE TRIGGER written_again AFTER INSERT OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION note_written_again()', tbl);
			EXECUTE format('CREATE TRIGGER written_over AFTER UPDATE ON %I FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
				EXECUTE FUNCTION note_written_again()', tbl);
		END LOOP;
	END $$;
	GRANT SELECT, DELETE ON written_again TO tuoyu_app`

// Repeats counts the activities that ran twice, by name, over the tests of a package.
type Repeats struct {
	mu   sync.Mutex
	seen map[string]int
}

// Missing returns the names, sorted, of the activities that none of the tests ran.
func (r *Repeats) Missing() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var missing []string
	for _, named := range activities.Names(&activities.Engine{}) {
		if r.seen[named.Name] == 0 {
			missing = append(missing, named.Name)
		}
	}
	slices.Sort(missing)
	return missing
}

// Twice returns an interceptor that runs every activity of e a second time with the same input, as happens when a
// worker dies after it committed but before it reported to Temporal. The test fails if the second run changes a row of
// any table or a file, or returns a different result. The database of e must come from storetest.New.
func (r *Repeats) Twice(t testing.TB, e *activities.Engine) interceptor.WorkerInterceptor {
	t.Helper()
	storetest.Maintain(t, e.DB, watched)
	second := *e
	second.DB = storetest.ReopenAs(t, e.DB, again)
	second.CalendarCache = store.NewCalendarCache(second.DB)
	w := &twice{t: t, repeats: r, db: e.DB, run: map[string]reflect.Value{}}
	for _, named := range activities.Names(&second) {
		w.run[named.Name] = reflect.ValueOf(named.Run)
	}
	return w
}

type twice struct {
	interceptor.WorkerInterceptorBase
	t       testing.TB
	repeats *Repeats
	db      *store.DB
	run     map[string]reflect.Value
	mu      sync.Mutex // one activity at a time, so that recorded changes are its own
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (w *twice) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &twiceActivity{ActivityInboundInterceptorBase: interceptor.ActivityInboundInterceptorBase{Next: next}, twice: w}
}

type twiceActivity struct {
	interceptor.ActivityInboundInterceptorBase
	*twice
}

// ExecuteActivity runs the activity and, if it succeeded or failed with an expected error, runs it again and compares.
func (a *twiceActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := activity.GetInfo(ctx).ActivityType.Name
	result, err := a.Next.ExecuteActivity(ctx, in)
	first := answer(result, err)
	if first == "" {
		return result, err
	}
	if second := a.repeat(ctx, name, in.Args); second != first {
		a.t.Errorf("%s answered %s, and the second time %s", name, first, second)
	}
	written, lookErr := a.written(ctx)
	if lookErr != nil {
		a.t.Errorf("look at what %s wrote: %v", name, lookErr)
	}
	if len(written) > 0 {
		a.t.Errorf("%s wrote again:\n%s", name, strings.Join(written, "\n"))
	}
	a.repeats.note(name)
	return result, err
}

// repeat calls the activity with the same arguments again and returns its answer.
func (w *twice) repeat(ctx context.Context, name string, args []any) string {
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for _, arg := range args {
		in = append(in, reflect.ValueOf(arg))
	}
	out := w.run[name].Call(in)
	err, _ := out[len(out)-1].Interface().(error)
	var result any
	if len(out) > 1 {
		result = out[0].Interface()
	}
	if said := answer(result, err); said != "" {
		return said
	}
	return fmt.Sprintf("the error %v", err)
}

// answer returns what the workflow receives: the encoded result, or the type of an application error. It is empty if
// the activity failed and is retried anyway.
func answer(result any, err error) string {
	var refused *temporal.ApplicationError
	switch {
	case errors.As(err, &refused):
		return "refused as " + refused.Type()
	case err != nil:
		return ""
	}
	if encoded, ok := result.(*commonpb.Payloads); ok {
		result = nil
		for _, p := range encoded.GetPayloads() {
			result = json.RawMessage(p.GetData())
		}
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return fmt.Sprintf("%v", err)
	}
	return string(raw)
}

// written returns the changes recorded since the previous call.
func (w *twice) written(ctx context.Context) (noted []string, err error) {
	err = w.db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		noted, err = q.Strings(ctx, "WITH noted AS (DELETE FROM written_again RETURNING id, what) SELECT what FROM noted ORDER BY id")
		return err
	})
	return noted, err
}

func (r *Repeats) note(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]int{}
	}
	r.seen[name]++
}
