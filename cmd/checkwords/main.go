// Command checkwords reports coined words in comments, each with its line and the standard term. Its arguments are files and
// folders, which it searches recursively. It reads all comments of Go files that are not generated, the comments of queries in
// SQL files, and whole-line comments of templ, Rego and shell files. The exit code is 1 if there are any, 2 if a file cannot be read.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// finding is a coined word in a comment.
type finding struct {
	file       string
	line       int
	found, use string
}

func main() {
	var findings []finding
	for _, root := range os.Args[1:] {
		found, err := checkTree(root)
		if err != nil {
			fmt.Fprintln(os.Stderr, "checkwords:", err)
			os.Exit(2)
		}
		findings = append(findings, found...)
	}
	for _, f := range findings {
		fmt.Printf("%s:%d: %q: use %s\n", f.file, f.line, f.found, f.use)
	}
	if len(findings) > 0 {
		os.Exit(1)
	}
}

// checkTree checks a file, or the files below a folder except those of hidden folders and of node_modules.
func checkTree(root string) (findings []finding, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		found, err := checkFile(path)
		findings = append(findings, found...)
		return err
	})
	return findings, err
}

// markers are the comment markers of the files that are read line by line.
var markers = map[string]string{".templ": "//", ".rego": "#", ".sh": "#"}

// checkFile checks one file by its extension; files of other kinds have no findings.
func checkFile(path string) ([]finding, error) {
	extension := filepath.Ext(path)
	marker := markers[extension]
	if extension != ".go" && extension != ".sql" && marker == "" {
		return nil, nil
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch extension {
	case ".go":
		return checkGo(path, source)
	case ".sql":
		return checkLines(path, queryComments(string(source))), nil
	}
	return checkLines(path, lineComments(string(source), marker)), nil
}

// checkGo checks every comment of a Go file, except generated files and directives.
func checkGo(path string, source []byte) (findings []finding, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || ast.IsGenerated(file) {
		return nil, err
	}
	for _, group := range file.Comments {
		lines := map[int]string{}
		first := files.Position(group.Pos()).Line
		for _, comment := range group.List {
			for i, text := range strings.Split(comment.Text, "\n") {
				lines[files.Position(comment.Pos()).Line+i] = text
			}
		}
		if subject := documented(file, group); subject != "" {
			lines[first] = strings.Replace(lines[first], subject, "", 1)
		}
		findings = append(findings, checkLines(path, lines)...)
	}
	return findings, nil
}

// documented returns the name that a doc comment begins with, if it is that of the declaration below it.
func documented(file *ast.File, doc *ast.CommentGroup) (name string) {
	var names []*ast.Ident
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Doc == doc {
				names = append(names, n.Name)
			}
			return true
		case *ast.GenDecl:
			if n.Doc == doc {
				for _, spec := range n.Specs {
					names = append(names, specNames(spec)...)
				}
			}
			return true
		case *ast.TypeSpec:
			if n.Doc == doc {
				names = append(names, n.Name)
			}
		case *ast.ValueSpec:
			if n.Doc == doc {
				names = append(names, n.Names...)
			}
		case *ast.Field:
			if n.Doc == doc {
				names = append(names, n.Names...)
			}
		}
		return true
	})
	first, _, _ := strings.Cut(doc.Text(), " ")
	if slices.ContainsFunc(names, func(n *ast.Ident) bool { return n.Name == first }) {
		return first
	}
	return ""
}

func specNames(spec ast.Spec) []*ast.Ident {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return []*ast.Ident{spec.Name}
	case *ast.ValueSpec:
		return spec.Names
	}
	return nil
}

// lineComments returns the lines that consist of a comment, by line number.
func lineComments(source, marker string) map[int]string {
	comments := map[int]string{}
	for i, line := range strings.Split(source, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), marker) {
			comments[i+1] = line
		}
	}
	return comments
}

// queryComments returns the comment lines around each "-- name:" of an SQL file, by line number. Files without names, such as
// migrations, have none.
func queryComments(source string) map[int]string {
	if !strings.Contains(source, "-- name: ") {
		return nil
	}
	return lineComments(source, "--")
}

// quotation matches text in quotation marks or backquotes, which is not the comment's own wording.
var quotation = regexp.MustCompile("`[^`]*`|\"[^\"]*\"|“[^”]*”")

// checkLines checks comments, given as lines by their numbers. A phrase or a quotation may continue on the next line.
func checkLines(path string, lines map[int]string) (findings []finding) {
	for numbers := slices.Sorted(maps.Keys(lines)); len(numbers) > 0; {
		var text strings.Builder
		var ends []int // of each line in text
		first := numbers[0]
		for len(numbers) > 0 && numbers[0] == first+len(ends) {
			text.WriteString(strings.TrimLeft(lines[numbers[0]], " \t/*#-") + " ")
			ends = append(ends, text.Len())
			numbers = numbers[1:]
		}
		for _, f := range checkText(text.String()) {
			line, _ := slices.BinarySearch(ends, f.at+1)
			findings = append(findings, finding{path, first + line, f.found, f.use})
		}
	}
	return findings
}

// occurrence is a coined word at an offset of a text.
type occurrence struct {
	at         int
	found, use string
}

// checkText returns the coined words of a text, in order.
func checkText(text string) (found []occurrence) {
	text = quotation.ReplaceAllStringFunc(text, blank)
	for _, w := range list {
		rest := text
		if w.phrases != nil {
			rest = w.phrases.ReplaceAllStringFunc(text, blank)
		}
		for _, at := range w.match.FindAllStringIndex(rest, -1) {
			found = append(found, occurrence{at[0], rest[at[0]:at[1]], w.use})
		}
	}
	slices.SortFunc(found, func(a, b occurrence) int { return a.at - b.at })
	return found
}

// blank returns as many bytes of punctuation as s has, which match nothing.
func blank(s string) string { return strings.Repeat(".", len(s)) }
