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
	verbs := map[string]string{
		"SELECT": `(?i)\b(FROM|JOIN|INTO|UPDATE)\s+%s\b`, "INSERT": `(?i)\bINSERT\s+INTO\s+%s\b`, "DELETE": `(?i)\bDELETE\s+FROM\s+%s\b`,
		"UPDATE": `(?is)\bUPDATE\s+%[1]s\b|\bINSERT\s+INTO\s+%[1]s\b[^;]*\bDO\s+UPDATE\b|\bFROM\s+%[1]s\b[^;]*\bFOR\s+(NO KEY )?UPDATE\b`,
	}
	for _, g := range grants {
		pattern, known := verbs[g.Privilege]
		require.Truef(t, known, "%s on %s", g.Privilege, g.Table)
		needed := regexp.MustCompile(strings.NewReplacer("%[1]s", g.Table, "%s", g.Table).Replace(pattern)).MatchString(statements.String())
		if !needed && !(g.Privilege == "UPDATE" && resealed[g.Table]) {
			t.Errorf("%s on %s is granted, and no statement needs it", g.Privilege, g.Table)
		}
	}
}
