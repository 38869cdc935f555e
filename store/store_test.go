package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

func TestEveryTableOfACountyOrInstitutionForcesRowSecurity(t *testing.T) {
	db, err := sql.Open("pgx", storetest.OwnerURL(t))
	require.NoError(t, err)
	defer db.Close()
	rows, err := db.Query(`SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
			EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
		FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND EXISTS (
			SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('county', 'institution'))`)
	require.NoError(t, err)
	defer rows.Close()
	tables := 0
	for rows.Next() {
		var table string
		var forced, policed bool
		require.NoError(t, rows.Scan(&table, &forced, &policed))
		require.True(t, forced && policed, "table %s has no forced row security", table)
		tables++
	}
	require.NoError(t, rows.Err())
	require.GreaterOrEqual(t, tables, 15)
}

func TestARotationMayPutEverySealedColumnAnew(t *testing.T) {
	db, err := sql.Open("pgx", storetest.OwnerURL(t))
	require.NoError(t, err)
	defer db.Close()
	for _, c := range store.SealedColumns {
		for _, column := range []string{c.Column, c.Index} {
			if column == "" {
				continue
			}
			var may bool
			require.NoError(t, db.QueryRow(`SELECT has_column_privilege('tuoyu_app', $1, $2, 'UPDATE')`, c.Table, column).Scan(&may))
			require.True(t, may, "%s.%s cannot be sealed anew", c.Table, column)
		}
	}
}

func TestRowsAreSeenByCountyInstitutionAndCity(t *testing.T) {
	db := storetest.New(t)
	for i, county := range []string{"140403", "140404"} {
		seed(t, db, county, []string{"a", "b"}[i])
	}
	for name, tt := range map[string]struct {
		who  nursery.Principal
		want []string
	}{
		"nobody":             {nursery.Principal{}, []string{}},
		"the engine":         {nursery.Engine, []string{"a", "b"}},
		"the city":           {nursery.Principal{Role: nursery.RoleCityOffice, County: "140400"}, []string{"a", "b"}},
		"a clerk":            {nursery.Principal{Role: nursery.RoleClerk, County: "140403"}, []string{"a"}},
		"another clerk":      {nursery.Principal{Role: nursery.RoleClerk, County: "140404"}, []string{"b"}},
		"a clerk of nowhere": {nursery.Principal{Role: nursery.RoleClerk}, []string{}},
		"the institution":    {nursery.Principal{Role: nursery.RoleInstitution, County: "140403", Institution: "a"}, []string{"a"}},
		"another of it":      {nursery.Principal{Role: nursery.RoleInstitution, County: "140403", Institution: "c"}, []string{}},
		"a clinic of nobody": {nursery.Principal{Role: nursery.RoleHospital, County: "140403"}, []string{}},
		"the clinic":         {nursery.Principal{Role: nursery.RoleHospital, County: "140403", Institution: "clinic-a"}, []string{"a"}},
		"another clinic":     {nursery.Principal{Role: nursery.RoleHospital, County: "140403", Institution: "clinic-c"}, []string{}},
		"the insurer":        {nursery.Principal{Role: nursery.RoleInsurer, County: "140400", Institution: "clinic-b"}, []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, query := range []string{
				`SELECT institution FROM cases ORDER BY 1`, `SELECT institution FROM tasks ORDER BY 1`,
				`SELECT institution FROM applications ORDER BY 1`, `SELECT id FROM institutions ORDER BY 1`,
			} {
				var seen []string
				require.NoError(t, db.As(t.Context(), tt.who, func(q *store.Queries) (err error) {
					seen, err = q.Strings(t.Context(), query)
					return err
				}))
				want := tt.want
				if tt.who.Role == nursery.RoleHospital && strings.Contains(query, "FROM institutions") {
					want = []string{} // a party of a case does not serve anybody by that alone
				}
				require.Equal(t, want, seen, query)
			}
		})
	}
}

func TestTheSightOfTheEngineEndsWithAnErrorToo(t *testing.T) {
	db := storetest.New(t)
	seed(t, db, "140404", "b")
	clerk := nursery.Principal{Account: "clerk-140403", Role: nursery.RoleClerk, County: "140403"}
	require.NoError(t, db.As(t.Context(), clerk, func(q *store.Queries) error {
		require.ErrorIs(t, q.AsEngine(t.Context(), func() error { return pgx.ErrNoRows }), pgx.ErrNoRows)
		seen, err := q.Strings(t.Context(), `SELECT id FROM institutions`)
		require.Empty(t, seen)
		return err
	}))
}

func TestAClerkCannotWriteIntoAnotherCounty(t *testing.T) {
	db := storetest.New(t)
	clerk := nursery.Principal{Account: "clerk-140403", Role: nursery.RoleClerk, County: "140403"}
	err := db.As(t.Context(), clerk, func(q *store.Queries) error {
		return q.Exec(t.Context(), `INSERT INTO institutions (id, county, updated_at) VALUES ('x', '140404', now())`)
	})
	require.Equal(t, "42501", code(err))
}

func TestWhatWasSaidStays(t *testing.T) {
	db := storetest.New(t)
	seed(t, db, "140403", "a")
	for _, statement := range []string{
		`UPDATE applications SET facts = '{}'`, `DELETE FROM applications`, `UPDATE case_events SET note = ''`,
		`DELETE FROM case_events`, `DELETE FROM decisions`, `UPDATE decisions SET result = 'pass'`,
		`DELETE FROM documents`, `DELETE FROM cases`, `DELETE FROM tasks`, `UPDATE county_settings SET reason = ''`,
	} {
		err := db.As(t.Context(), nursery.Engine, func(q *store.Queries) error { return q.Exec(t.Context(), statement) })
		require.Equal(t, "42501", code(err), statement)
	}
}

func TestInboxPageIsServedByItsIndexAlone(t *testing.T) {
	db := storetest.New(t)
	seed(t, db, "140403", "a")
	exec(t, db, `INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, due_on, opened_at)
		SELECT 'BA-' || n, (SELECT case_no FROM cases), 'filing.review', '核对备案材料', (140403 + n % 4)::text, 'a',
			(ARRAY['clerk', 'inspector', 'institution'])[1 + n % 3], '{accept}', '2026-01-01'::date + n % 300, now()
		FROM generate_series(1, 20000) n`)
	storetest.Maintain(t, db, `ANALYZE tasks`)
	clerk := nursery.Principal{Role: nursery.RoleClerk, County: "140403"}
	var plan []string
	require.NoError(t, db.As(t.Context(), clerk, func(q *store.Queries) (err error) {
		plan, err = q.Strings(t.Context(), `EXPLAIN SELECT * FROM tasks WHERE state = 'open' AND county = '140403' AND role = 'clerk'
			AND (sort_on, id) > ('0001-01-01', '') AND sort_on <= '9999-12-31' ORDER BY sort_on, id LIMIT 26`)
		return err
	}))
	require.Contains(t, plan[1], "Index Scan using tasks_inbox", "%v", plan)
}

func TestReadyRefusesTheOwnerOfTheTables(t *testing.T) {
	require.NoError(t, storetest.New(t).Ready(t.Context()))
	owner, err := store.Open(t.Context(), storetest.OwnerURL(t), store.Options{MaxConns: 2})
	require.NoError(t, err)
	defer owner.Close()
	require.ErrorContains(t, owner.Ready(t.Context()), "row-level security")
}

func TestNothingRunsOnTheSchemaOfAnotherRelease(t *testing.T) {
	address, ownersAddress := storetest.URLs(t)
	db, err := store.Open(t.Context(), address, store.Options{})
	require.NoError(t, err)
	defer db.Close()
	owner, err := sql.Open("pgx", ownersAddress)
	require.NoError(t, err)
	defer owner.Close()
	ran := 0
	run := func() error {
		return db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
			return q.PutRegistration(t.Context(), registration(ran))
		})
	}
	seen := func() (rows []string) {
		require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
			rows, err = q.Strings(t.Context(), "SELECT uscc FROM registrations ORDER BY 1")
			return err
		}))
		return rows
	}
	require.NoError(t, run())
	for _, change := range [][2]string{
		{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)", "DELETE FROM goose_db_version WHERE version_id = 99999"},
		{"ALTER TABLE goose_db_version RENAME TO away", "ALTER TABLE away RENAME TO goose_db_version"},
	} {
		_, err = owner.Exec(change[0])
		require.NoError(t, err)
		ran++
		require.ErrorIs(t, run(), store.ErrSchemaMismatch, change[0])
		require.ErrorIs(t, db.Ready(t.Context()), store.ErrSchemaMismatch, change[0])
		_, err = owner.Exec(change[1])
		require.NoError(t, err)
		ran++
		require.NoError(t, run())
	}
	require.Equal(t, []string{"0", "2", "4"}, seen())
}

func TestABlobFolderThatRefusesSaysThatItPasses(t *testing.T) {
	dir := path.Join(t.TempDir(), "blobs")
	blobs, err := store.NewDiskBlobs(dir, 8)
	require.NoError(t, err)
	kept, err := blobs.Put(t.Context(), reader("托育"))
	require.NoError(t, err)
	require.NoError(t, blobs.Ready())
	require.NoError(t, os.Rename(dir, dir+"-away"))
	_, err = blobs.Put(t.Context(), reader("托育"))
	require.ErrorIs(t, err, store.ErrStorage)
	require.True(t, store.IsTransient(err))
	_, err = blobs.Spool(t.Context(), reader("托育"))
	require.ErrorIs(t, err, store.ErrStorage)
	_, err = blobs.Open(t.Context(), kept.SHA256)
	require.ErrorIs(t, err, store.ErrStorage)
	require.ErrorIs(t, blobs.Ready(), store.ErrStorage)

	require.NoError(t, os.Rename(dir+"-away", dir))
	require.NoError(t, os.RemoveAll(path.Join(dir, kept.SHA256[:2])))
	require.NoError(t, os.WriteFile(path.Join(dir, kept.SHA256[:2]), nil, 0o600))
	_, err = blobs.Put(t.Context(), reader("托育"))
	require.ErrorIs(t, err, store.ErrStorage, "the subfolder refuses")
	require.NoError(t, blobs.Ready())
	require.NoError(t, os.Remove(path.Join(dir, kept.SHA256[:2])))
	_, err = blobs.Open(t.Context(), kept.SHA256)
	require.ErrorIs(t, err, fs.ErrNotExist, "the folder is there, the file is not")
	require.NotErrorIs(t, err, store.ErrStorage)
	_, err = blobs.Put(t.Context(), broken{})
	require.NotErrorIs(t, err, store.ErrStorage, "what is read fails, not the folder")
}

// broken is a reader that fails.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestOnlyWhatPostgresSaysMakesItUnavailable(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"refused":                   {&pgconn.ConnectError{}, true},
		"shutting down":             {&pgconn.PgError{Code: "57P01"}, true},
		"too many connections":      {&pgconn.PgError{Code: "53300"}, true},
		"a constraint":              {&pgconn.PgError{Code: "23514"}, false},
		"no row":                    {pgx.ErrNoRows, false},
		"a deadline":                {context.DeadlineExceeded, false},
		"another server by its URL": {&url.Error{Op: "Get", Err: io.EOF}, false},
		"cut off":                   {io.ErrUnexpectedEOF, true},
	} {
		require.Equal(t, c.want, store.IsUnavailable(c.err), name)
	}
}

func seed(t *testing.T, db *store.DB, county, institution string) {
	t.Helper()
	caseNo := "BA-" + county + "-2026-000001-0"
	exec(t, db, `INSERT INTO institutions (id, county, updated_at) VALUES ($1, $2, now())`, institution, county)
	exec(t, db, `INSERT INTO cases (case_no, kind, county, institution, partner, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ($1, 'filing', $2, $3, 'clinic-' || $3, 'submitted', 'open', 'clerk', '\x00', now(), now())`, caseNo, county, institution)
	exec(t, db, `INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
		VALUES ($1, 1, $2, $3, '{}', 'x', now())`, caseNo, county, institution)
	exec(t, db, `INSERT INTO tasks (id, case_no, kind, title, county, institution, partner, role, outcomes, opened_at)
		VALUES ($1 || '.1', $1, 'filing.review', '核对备案材料', $2, $3, 'clinic-' || $3, 'clerk', '{accept}', now())`, caseNo, county, institution)
}

func exec(t *testing.T, db *store.DB, statement string, args ...any) {
	t.Helper()
	require.NoError(t, db.As(context.Background(), nursery.Engine, func(q *store.Queries) error {
		return q.Exec(context.Background(), statement, args...)
	}))
}

func code(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func TestBlobsAreKeptOnceUnderTheirHash(t *testing.T) {
	dir := t.TempDir()
	blobs, err := store.NewDiskBlobs(dir, 8)
	require.NoError(t, err)
	kept, err := blobs.Put(t.Context(), reader("托育"))
	require.NoError(t, err)
	again, err := blobs.Put(t.Context(), reader("托育"))
	require.NoError(t, err)
	require.Equal(t, kept, again)
	require.EqualValues(t, 6, kept.Size)
	content, err := blobs.Open(t.Context(), kept.SHA256)
	require.NoError(t, err)
	require.Equal(t, "托育", text(t, content))

	_, err = blobs.Put(t.Context(), reader("123456789"))
	require.ErrorIs(t, err, store.ErrTooLarge)
	for _, name := range []string{"../../etc/passwd", "", "00", kept.SHA256[:63] + "g"} {
		_, err := blobs.Open(t.Context(), name)
		require.Error(t, err, name)
	}
	require.Equal(t, []string{kept.SHA256}, files(t, dir))
}

func TestAlmanacKnowsAYearLoadedSince(t *testing.T) {
	db := storetest.New(t)
	almanac := store.NewCalendarCache(db)
	years, err := almanac.Years(t.Context())
	require.NoError(t, err)
	require.True(t, years.Has(2026))
	require.False(t, years.Has(2027))
}

func reader(s string) io.Reader { return strings.NewReader(s) }

func text(t *testing.T, r io.ReadCloser) string {
	t.Helper()
	defer r.Close()
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(raw)
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path.Base(name))
		}
		return err
	}))
	return names
}
