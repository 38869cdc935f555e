package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/processes/procedure"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/testdata"
)

// Binary columns whose values are no sealed text, each with what they are.
var notSealed = map[string]string{
	"cases.tracking_hash":         "hash of a tracking code",
	"children.identity_index":     "blind index",
	"idempotency_keys.body_hash":  "hash of a command",
	"insurance_roster.person":     "keyed hash of a person for one month",
	"procedure_revisions.archive": "public files of a procedure",
	"web_sessions.data":           "opaque data of a session",
}

// rotation is a keyset whose keys are replaced.
type rotation struct {
	t      *testing.T
	path   string
	fields *sealing.Fields
	look   func()
	old    []uint32
}

func newRotation(t *testing.T) *rotation {
	t.Helper()
	r := &rotation{t: t, path: filepath.Join(t.TempDir(), "keyset.json")}
	require.NoError(t, sealing.Create(r.path))
	r.fields, r.look = following(t, r.path)
	keys, err := sealing.Open(r.path)
	require.NoError(t, err)
	for _, k := range keys.Keys() {
		r.old = append(r.old, k.ID)
	}
	return r
}

// replace rotates the keys over a database, drops the old ones, and returns the fields, which then have the new ones alone.
func (r *rotation) replace(db *store.DB) *sealing.Fields {
	r.t.Helper()
	seal, err := sealing.Add(r.path)
	require.NoError(r.t, err)
	index, err := sealing.AddIndex(r.path)
	require.NoError(r.t, err)
	require.NoError(r.t, sealing.Promote(r.path, seal, index))
	r.look()
	_, err = activities.Reseal(r.t.Context(), db, r.fields, func(activities.Resealed) {})
	require.NoError(r.t, err)
	needed, err := activities.SealedBy(r.t.Context(), db, r.old[0])
	require.NoError(r.t, err)
	require.Zero(r.t, needed)
	for _, id := range r.old {
		require.NoError(r.t, sealing.Drop(r.path, id))
	}
	r.look()
	return r.fields
}

// asSuperuser connects to a database of a test as the superuser of the server. Neither triggers nor foreign keys run for that role.
func asSuperuser(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	admin, err := url.Parse(os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL"))
	require.NoError(t, err)
	database, err := url.Parse(address)
	require.NoError(t, err)
	admin.Path = database.Path
	conn, err := pgx.Connect(t.Context(), admin.String())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) })
	_, err = conn.Exec(t.Context(), "SET session_replication_role = replica")
	require.NoError(t, err)
	return conn
}

// fillRow writes one row into a table: the columns that need a value, and those that identify the row.
func fillRow(t *testing.T, conn *pgx.Conn, table string, key []string) {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT conname::text FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'`, table)
	require.NoError(t, err)
	checks, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for _, name := range checks {
		_, err := conn.Exec(t.Context(), fmt.Sprintf(`ALTER TABLE %s DROP CONSTRAINT "%s"`, table, name))
		require.NoError(t, err)
	}
	rows, err = conn.Query(t.Context(), `SELECT column_name::text, data_type::text FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name = $1 AND is_identity = 'NO' AND is_generated = 'NEVER'
			AND (is_nullable = 'NO' AND column_default IS NULL OR column_name = ANY ($2)) ORDER BY ordinal_position`, table, key)
	require.NoError(t, err)
	type column struct{ Name, Type string }
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	require.NoError(t, err)
	var names, values []string
	for _, c := range columns {
		value, ok := map[string]string{
			"text": "'a'", "bigint": "1", "integer": "1", "smallint": "1", "date": "'2026-01-05'", "timestamp with time zone": "now()", "boolean": "false",
			"jsonb": "'{}'", "bytea": `'\x00'`, "ARRAY": "'{}'", "numeric": "1",
		}[c.Type]
		require.True(t, ok, "%s.%s is of type %s: say here what a row may have", table, c.Name, c.Type)
		names, values = append(names, c.Name), append(values, value)
	}
	_, err = conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(names, ", "), strings.Join(values, ", ")))
	require.NoError(t, err, table)
}

// A binary column is sealed and listed for the rotation, or named here as something else; and a rotation leaves nothing of what is
// listed that the dropped keys would be needed for.
func TestARotationReachesEverySealedColumnOfTheSchema(t *testing.T) {
	db := storetest.New(t)
	var address []string
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		address, err = q.Strings(t.Context(), "SELECT current_database()::text")
		return err
	}))
	conn := asSuperuser(t, "postgres://localhost/"+address[0])
	rows, err := conn.Query(t.Context(), `SELECT table_name::text || '.' || column_name::text FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'bytea' ORDER BY 1`)
	require.NoError(t, err)
	binary, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	var listed []string
	for _, c := range store.SealedColumns {
		listed = append(listed, c.Table+"."+c.Column)
	}
	for _, name := range binary {
		require.True(t, slices.Contains(listed, name) != (notSealed[name] != ""), "%s is to be in store.SealedColumns, or named as not sealed", name)
	}

	r := newRotation(t)
	keys := map[string][]string{}
	var tables []string
	for _, c := range store.SealedColumns {
		if !slices.Contains(tables, c.Table) {
			tables = append(tables, c.Table)
		}
		for _, k := range c.Row {
			keys[c.Table] = append(keys[c.Table], strings.Split(k, "::")[0]) // without the type it is read as
		}
	}
	for _, table := range tables {
		fillRow(t, conn, table, keys[table])
	}
	each := func(do func(q *store.Queries, c store.SealedColumn, row store.SealedRow)) {
		for _, c := range store.SealedColumns {
			require.NoError(t, db.InSealed(t.Context(), c, func(q *store.Queries) error {
				rows, err := q.SealedRows(t.Context(), c, nil, []byte("none!"), 10)
				require.NoError(t, err)
				require.Len(t, rows, 1, "%s.%s: the rotation does not see its row", c.Table, c.Column)
				do(q, c, rows[0])
				return nil
			}))
		}
	}
	for _, c := range store.SealedColumns {
		_, err := conn.Exec(t.Context(), fmt.Sprintf(`UPDATE %s SET %s = '\x00'`, c.Table, c.Column))
		require.NoError(t, err)
	}
	each(func(q *store.Queries, c store.SealedColumn, row store.SealedRow) {
		sealed, err := r.fields.Seal([]byte("what a person entered"), c.Cell(row))
		require.NoError(t, err)
		put, err := q.PutSealed(t.Context(), c, row, sealed, []byte("index"))
		require.NoError(t, err)
		require.True(t, put, "%s.%s", c.Table, c.Column)
	})
	last := r.replace(db)
	each(func(_ *store.Queries, c store.SealedColumn, row store.SealedRow) {
		plain, err := last.Open(row.Sealed, c.Cell(row))
		require.NoError(t, err, "%s.%s", c.Table, c.Column)
		require.Equal(t, "what a person entered", string(plain))
	})
}

// What a sealed row was before it was changed is sealed with the new key as well, and a rotation is no change of the row.
func TestTheHistoryOfSealedRowsOpensAfterARotation(t *testing.T) {
	h := newHarness(t)
	r := newRotation(t)
	h.fields, h.Fields = r.fields, r.fields
	h.engineReturns()
	h.work()
	h.relays()
	h.publishFiles(filesOf(t, testdata.AttendanceReport, "key: [code]}", "key: [code], sealed: true}", `"days": {"title": "到托天数",`, `"days": {"title": "到托天数", "sealed": true,`))
	h.filed(applicant, "阳光托育园")
	started, err := h.Services.Start(t.Context(), applicant, key(), "attendance_report", procedure.ProcedureApplication{Facts: json.RawMessage(`{"month": "2026-01"}`)})
	require.NoError(t, err)
	h.eventually("the collection", func() bool {
		return one[string](h, "SELECT stage FROM cases WHERE case_no = $1", started.CaseNo) == "filling"
	})
	for _, days := range []int{20, 21, 22} {
		_, err := h.PutRows(t.Context(), applicant, key(), started.CaseNo, "attendances", procedure.RowsInput{Rows: []json.RawMessage{
			json.RawMessage(fmt.Sprintf(`{"code": "c1", "days": %d}`, days)),
		}})
		require.NoError(t, err)
	}
	last := r.replace(h.db)
	conn := asSuperuser(t, h.address)
	rows, err := conn.Query(t.Context(), "SELECT sealed FROM procedure_row_history ORDER BY id")
	require.NoError(t, err)
	sealed, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	require.NoError(t, err)
	require.Len(t, sealed, 2, "a rotation changes no row")
	cell := sealing.Cell{Table: "procedure_rows", Column: "sealed", Row: started.CaseNo + "/attendances/c1"}
	for i, days := range []int{20, 21} {
		plain, err := last.Open(sealed[i], cell)
		require.NoError(t, err)
		require.JSONEq(t, fmt.Sprintf(`{"code": "c1", "days": %d}`, days), string(plain))
	}
	for _, p := range []nursery.Principal{applicant, countyCheck, cityCheck, auditor} {
		require.NoError(t, h.db.As(t.Context(), p, func(q *store.Queries) error {
			n, err := q.Strings(t.Context(), "SELECT count(*)::text FROM procedure_row_history")
			require.Equal(t, []string{"0"}, n, p.Account)
			return err
		}))
	}
}
