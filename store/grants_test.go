package store_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tuoyu/store"
	"tuoyu/store/storetest"
)

var (
	readsTable        = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)`)
	readsFrom         = regexp.MustCompile(`(?i)\bFROM\s+(\w+)`)
	insertsInto       = regexp.MustCompile(`(?i)\bINSERT\s+INTO\s+(\w+)`)
	deletesFrom       = regexp.MustCompile(`(?i)\bDELETE\s+FROM\s+(\w+)`)
	updatesTable      = regexp.MustCompile(`(?i)\bUPDATE\s+(\w+)`)
	updatesOnConflict = regexp.MustCompile(`(?i)\bDO\s+UPDATE\b`)
	locksRows         = regexp.MustCompile(`(?i)\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b`)
)

// The program's role may do to a table what some statement of the program does to it, and nothing else.
func TestTheProgramIsGrantedOnlyWhatItsStatementsNeed(t *testing.T) {
	t.Parallel()
	var statements strings.Builder
	for _, pattern := range []string{"queries/*.sql", "*.go", "../web/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".gen.go") {
				continue
			}
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			statements.Write(text)
		}
	}
	owner, err := pgx.Connect(t.Context(), storetest.OwnerURL(t))
	require.NoError(t, err)
	defer owner.Close(context.WithoutCancel(t.Context()))
	rows, err := owner.Query(t.Context(), `SELECT table_name, privilege_type FROM information_schema.role_table_grants
		WHERE grantee = 'tuoyu_app' AND table_schema = 'public' ORDER BY 1, 2`)
	require.NoError(t, err)
	type grant struct{ Table, Privilege string }
	grants, err := pgx.CollectRows(rows, pgx.RowToStructByPos[grant])
	require.NoError(t, err)
	require.NotEmpty(t, grants)
	resealed := map[string]bool{} // by a rotation of the keys, whose statements name no table
	for _, c := range store.SealedColumns {
		resealed[c.Table] = true
	}
	needed := map[grant]bool{}
	need := func(privilege, statement string, pattern *regexp.Regexp) {
		for _, found := range pattern.FindAllStringSubmatch(statement, -1) {
			needed[grant{strings.ToLower(found[1]), privilege}] = true
		}
	}
	for _, statement := range strings.Split(statements.String(), ";") {
		need("SELECT", statement, readsTable)
		need("INSERT", statement, insertsInto)
		need("DELETE", statement, deletesFrom)
		need("UPDATE", statement, updatesTable)
		if updatesOnConflict.MatchString(statement) {
			need("UPDATE", statement, insertsInto)
		}
		if locksRows.MatchString(statement) {
			need("UPDATE", statement, readsFrom)
		}
	}
	for _, g := range grants {
		require.Contains(t, []string{"SELECT", "INSERT", "DELETE", "UPDATE"}, g.Privilege, g.Table)
		if !needed[g] && !(g.Privilege == "UPDATE" && resealed[g.Table]) {
			t.Errorf("%s on %s is granted, and no statement needs it", g.Privilege, g.Table)
		}
	}
}
