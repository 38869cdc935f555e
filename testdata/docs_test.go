package testdata_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/processes"
	"tuoyu/store"
)

const root = ".."

// readDocs returns the text of each page of the documentation by its path below the root.
func readDocs(t *testing.T) map[string]string {
	t.Helper()
	docs := map[string]string{}
	for _, pattern := range []string{"docs/*.md", "README*.md", "CONTRIBUTING.md", "SECURITY.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no page, %v", pattern, err)
		}
		for _, name := range names {
			docs[strings.TrimPrefix(name, root+"/")] = read(t, name)
		}
	}
	return docs
}

func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

var (
	link    = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notSlug = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors returns the fragments by which a page's headings are linked to.
func anchors(page string) (all []string) {
	for _, h := range heading.FindAllStringSubmatch(page, -1) {
		all = append(all, strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}

// A link leads to a file that exists, and to a heading of it. Where its text is a Go identifier in backquotes and its target a Go
// file, the file declares the identifier.
func TestLinksOfTheDocumentationLeadSomewhere(t *testing.T) {
	for page, text := range readDocs(t) {
		for _, l := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(l[2], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(l[2], "#")
			target := filepath.Join(root, page)
			if path != "" {
				target = filepath.Join(filepath.Dir(target), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, l[2])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(read(t, target)), anchor) {
				t.Errorf("%s links to %s, which has no such heading", page, l[2])
			}
			name, quoted := strings.CutPrefix(l[1], "`")
			if quoted && strings.HasSuffix(path, ".go") && !declared(read(t, target))[lastOf(strings.TrimSuffix(name, "`"))] {
				t.Errorf("%s says that %s declares %s", page, path, name)
			}
		}
	}
}

var declaration = regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type |const |var |\t)([\pL_][\pL\pN_]*)\b`)

// declared returns the identifiers that Go source declares, fields of structs and methods among them.
func declared(source string) map[string]bool {
	names := map[string]bool{}
	for _, m := range declaration.FindAllStringSubmatch(source, -1) {
		names[m[1]] = true
	}
	return names
}

// lastOf returns the last part of Type.Name.
func lastOf(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

var (
	code       = regexp.MustCompile("(?s)```.*?```|`[^`\n]+`")
	makeTarget = regexp.MustCompile(`\bmake ([a-z][a-z-]*)`)
	repoPath   = regexp.MustCompile(`(?:^|[\s` + "`" + `"])((?:[a-zA-Z0-9_<>*.-]+/)+[a-zA-Z0-9_<>*.-]*)`)
	free       = regexp.MustCompile(`<[^>]*>`)
)

func TestMakeTargetsInTheDocumentationExist(t *testing.T) {
	makefile := "\n" + read(t, filepath.Join(root, "Makefile"))
	for page, text := range readDocs(t) {
		for _, span := range code.FindAllString(text, -1) {
			for _, m := range makeTarget.FindAllStringSubmatch(span, -1) {
				if !strings.Contains(makefile, "\n"+m[1]+":") {
					t.Errorf("%s names make %s, which is no target", page, m[1])
				}
			}
		}
	}
}

// made reports whether a path is of what is built, installed or run, and not of the repository.
func made(path string) bool {
	return strings.HasPrefix(path, ".") || strings.HasPrefix(path, "bin/") || strings.HasPrefix(path, "out/") || strings.Contains(path, "node_modules")
}

// Paths that begin with a folder of the repository lead to something; <name> and * stand for any.
func TestPathsInTheDocumentationExist(t *testing.T) {
	for page, text := range readDocs(t) {
		for _, span := range code.FindAllString(text, -1) {
			for _, m := range repoPath.FindAllStringSubmatch(span, -1) {
				first, _, _ := strings.Cut(m[1], "/")
				if info, err := os.Stat(filepath.Join(root, first)); err != nil || !info.IsDir() || made(m[1]) {
					continue
				}
				found, err := filepath.Glob(filepath.Join(root, strings.TrimRight(free.ReplaceAllString(m[1], "*"), ".")))
				if err != nil || len(found) == 0 {
					t.Errorf("%s names %s, which does not exist", page, m[1])
				}
			}
		}
	}
}

var (
	created  = regexp.MustCompile(`(?m)^CREATE (?:OR REPLACE )?(?:TABLE|VIEW) (\w+)`)
	dropped  = regexp.MustCompile(`(?m)^DROP TABLE ([\w, ]+)`)
	tableRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\|.*$")
)

// tables returns the tables and views that the migrations end with.
func tables(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, up := range ups(t) {
		for _, m := range created.FindAllStringSubmatch(up, -1) {
			all[m[1]] = true
		}
		for _, m := range dropped.FindAllStringSubmatch(up, -1) {
			for gone := range strings.SplitSeq(m[1], ",") {
				delete(all, strings.TrimSpace(gone))
			}
		}
	}
	return all
}

// ups returns the upward half of each migration, in their order.
func ups(t *testing.T) (all []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, "migrations/*.sql"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations, %v", err)
	}
	for _, name := range names {
		up, _, _ := strings.Cut(read(t, name), "-- +goose Down")
		all = append(all, up)
	}
	return all
}

var (
	statement  = regexp.MustCompile(`(?s)\b(?:CREATE|ALTER) TABLE (\w+)\b[^;]*;`)
	reference  = regexp.MustCompile(`(?m)(?:^\s+(?:ADD COLUMN )?|ADD COLUMN )(\w+)\s[^,\n]*REFERENCES (\w+)`)
	foreignKey = regexp.MustCompile(`FOREIGN KEY \(([^)]*)\) REFERENCES (\w+)`)
	relation   = regexp.MustCompile(`(?m)^ {4}(\w+) [|o]{2}--o[|{] (\w+) : "([^"]*)"$`)
)

// The relations drawn in the data model are the foreign keys of the migrations.
func TestTheDataModelDrawsTheForeignKeys(t *testing.T) {
	want, drawn := map[string]bool{}, map[string]bool{}
	for _, up := range ups(t) {
		for _, s := range statement.FindAllStringSubmatch(comments.ReplaceAllString(up, ""), -1) {
			for _, m := range slices.Concat(reference.FindAllStringSubmatch(s[0], -1), foreignKey.FindAllStringSubmatch(s[0], -1)) {
				if m[1] != "FOREIGN" {
					want[m[2]+" -> "+s[1]+": "+m[1]] = true
				}
			}
		}
	}
	for _, m := range relation.FindAllStringSubmatch(read(t, filepath.Join(root, "docs/data-model.md")), -1) {
		drawn[m[1]+" -> "+m[2]+": "+m[3]] = true
	}
	for _, r := range slices.Sorted(maps.Keys(want)) {
		if !drawn[r] {
			t.Errorf("not drawn: %s", r)
		}
	}
	for _, r := range slices.Sorted(maps.Keys(drawn)) {
		if !want[r] {
			t.Errorf("no foreign key: %s", r)
		}
	}
}

var comments = regexp.MustCompile(`(?m)--.*$`)

// The data model has a row for each table and no other, and the row names the columns that are sealed.
func TestTheDataModelHasARowForEachTable(t *testing.T) {
	rows := map[string]string{}
	for _, m := range tableRow.FindAllStringSubmatch(read(t, filepath.Join(root, "docs/data-model.md")), -1) {
		rows[m[1]] = m[0]
	}
	all := tables(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if rows[name] == "" {
			t.Errorf("the table %s has no row", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		if !all[name] {
			t.Errorf("there is no table %s", name)
		}
	}
	for _, sealed := range store.SealedColumns {
		if !strings.Contains(rows[sealed.Table], "`"+sealed.Column+"`") {
			t.Errorf("the row of %s does not name the sealed column %s", sealed.Table, sealed.Column)
		}
	}
}

var (
	example = regexp.MustCompile(`\$api(/[a-zA-Z0-9_/$.-]+)`)
	blank   = regexp.MustCompile(`\{[^}]*\}|\$\w+`)
)

// The addresses of the examples are those of operations of the API.
func TestTheExamplesAskForWhatTheAPIServes(t *testing.T) {
	raw, err := api.Description("", "", processes.New(casework.Deps{}).Operations)
	if err != nil {
		t.Fatal(err)
	}
	var served struct{ Paths map[string]any }
	if err := json.Unmarshal(raw, &served); err != nil {
		t.Fatal(err)
	}
	operations := map[string]bool{}
	for path := range served.Paths {
		operations[blank.ReplaceAllString(path, "{}")] = true
	}
	examples := example.FindAllStringSubmatch(read(t, filepath.Join(root, "docs/api-by-example.md")), -1)
	if len(examples) == 0 {
		t.Fatal("there are no examples")
	}
	for _, m := range examples {
		path := "/api/v1" + blank.ReplaceAllString(m[1], "{}")
		if !operations[path] {
			t.Errorf("no operation has the address %s", path)
		}
	}
}

var glossaryRow = regexp.MustCompile(`(?m)^\| [^|]+ \| [^|]+ \| ([^|]*) \| ([^|]*) \|$`)

// TestTheGlossaryNamesWhatIsDeclared checks that the Go names and tables in the glossary exist: in package nursery unless it names
// another, and in the migrations.
func TestTheGlossaryNamesWhatIsDeclared(t *testing.T) {
	all, schema, packages := tables(t), strings.Join(ups(t), ""), map[string]map[string]bool{}
	rows := glossaryRow.FindAllStringSubmatch(read(t, filepath.Join(root, "docs/glossary.md")), -1)
	if len(rows) == 0 {
		t.Fatal("the glossary has no rows")
	}
	for _, row := range rows {
		for _, span := range code.FindAllString(row[1], -1) {
			name := strings.Trim(span, "`")
			folder, identifier, other := strings.Cut(name, ".")
			if !other || strings.ToLower(folder) != folder {
				folder, identifier = "nursery", name
			}
			if folder == "humantask" {
				folder = "workflows/humantask"
			}
			if packages[folder] == nil {
				packages[folder] = declared(goSource(t, folder))
			}
			if !packages[folder][lastOf(identifier)] {
				t.Errorf("package %s does not declare %s", folder, identifier)
			}
		}
		for _, span := range code.FindAllString(row[2], -1) {
			table, column, _ := strings.Cut(strings.Trim(span, "`"), ".")
			if !all[table] || !regexp.MustCompile(`\b`+column+`\b`).MatchString(schema) {
				t.Errorf("the migrations have no %s", span)
			}
		}
	}
}

// goSource returns the Go files of a folder, one after the other.
func goSource(t *testing.T, folder string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		all.WriteString(read(t, name))
	}
	return all.String()
}
