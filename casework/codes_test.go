package casework

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// identifiersOf returns every identifier in the Go source of a folder except its tests and codes.go.
func identifiersOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	used := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || filepath.Base(path) == "codes.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				used[n.Name] = true
			case *ast.CompositeLit:
				requireNoLiteralCode(t, path, n)
			}
			return true
		})
	}
	require.NotEmpty(t, used, folder)
	return used
}

// requireNoLiteralCode fails for an Error with a literal code, since such a code may have no row.
func requireNoLiteralCode(t *testing.T, path string, n *ast.CompositeLit) {
	t.Helper()
	name, ok := n.Type.(*ast.Ident)
	if selector, is := n.Type.(*ast.SelectorExpr); is {
		name, ok = selector.Sel, true
	}
	if !ok || name.Name != "Error" {
		return
	}
	for _, element := range n.Elts {
		if field, is := element.(*ast.KeyValueExpr); is && field.Key.(*ast.Ident).Name == "Code" {
			_, literal := field.Value.(*ast.BasicLit)
			require.False(t, literal, "%s: an error code without a row", path)
		}
	}
}

func TestTheTableOfErrorCodes(t *testing.T) {
	for _, row := range ErrorCodes() {
		require.NotEmpty(t, http.StatusText(int(row.Kind)), row.Code)
		require.True(t, strings.ContainsFunc(row.Title, func(r rune) bool { return unicode.Is(unicode.Han, r) }), row.Code)
		require.Equal(t, row, CodeOf(row.Code))
	}
	require.Equal(t, Internal, CodeOf("no such code").Kind)
	require.Panics(t, func() { NewCode(Invalid, "invalid", "填写有误") })
}

func TestEveryErrorCodeIsUsedAndOfTheTable(t *testing.T) {
	declared, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	folders := []string{".", "public", "stuck", "../api", "../web", "../web/cases", "../cmd/tuoyu"}
	services, err := filepath.Glob("../*/service.go")
	require.NoError(t, err)
	ofProcesses, err := filepath.Glob("../processes/*/service.go")
	require.NoError(t, err)
	for _, path := range append(services, ofProcesses...) {
		folders = append(folders, filepath.Dir(path))
	}
	used := map[string]bool{}
	for _, folder := range folders {
		for name := range identifiersOf(t, folder) {
			used[name] = true
		}
	}
	rows := 0
	ast.Inspect(declared, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			rows++
			require.True(t, used[spec.Names[0].Name], "%s is used nowhere", spec.Names[0].Name)
		}
		return true
	})
	require.Len(t, ErrorCodes(), rows)
}
