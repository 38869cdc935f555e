package procedures

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"text/template/parse"
)

// paper is a template of papers/. It defines "title", which is plain text, and "body". It reads facts, answers, decisions and
// rows of the case by their names.
type paper struct {
	name  string
	title string
	at    place
	raw   []byte
	reads []paperRead
}

// paperRead is a path that a template reads, as in facts.year.
type paperRead struct {
	path []string
	at   place
}

// paperFunctions are the functions that papers may call: those of the papers in the program.
var paperFunctions = template.FuncMap{
	"cite": func(any) string { return "" }, "citeShort": func(any) string { return "" }, "law": func(any) string { return "" },
	"date": func(any) string { return "" }, "add": func(a, b int) int { return a + b }, "yuan": func(any) string { return "" },
}

// PaperBody returns the body of a paper of the plan as HTML, with the functions of the program in place of those that only
// check templates. What the data lack is left out.
func (p *Procedure) PaperBody(i int, functions template.FuncMap, data map[string]any) (string, error) {
	paper := p.papers[i]
	t, err := template.New(paper.name).Funcs(paperFunctions).Funcs(functions).Parse(string(paper.raw))
	if err != nil {
		return "", fmt.Errorf("parse paper %s: %w", paper.name, err)
	}
	var out strings.Builder
	if err := t.ExecuteTemplate(&out, "body", data); err != nil {
		return "", fmt.Errorf("paper %s: %w", paper.name, err)
	}
	return out.String(), nil
}

var templateLine = regexp.MustCompile(`^template: [^:]*:(\d+)(?::(\d+))?: (.*)$`)

func readPaper(name, stem string, raw []byte, out *problems) *paper {
	p := &paper{name: stem, title: stem, at: place{name, 1, 1}, raw: raw}
	t, err := template.New(stem).Funcs(paperFunctions).Parse(string(raw))
	if err != nil {
		at, why := p.at, err.Error()
		if m := templateLine.FindStringSubmatch(why); m != nil {
			line, err := strconv.Atoi(m[1])
			if err == nil {
				at.line, why = line, m[3]
			}
		}
		out.add("data.paper", at, stem, why)
		return nil
	}
	for _, part := range []string{"title", "body"} {
		if t.Lookup(part) == nil {
			out.add("data.paper", p.at, stem, fmt.Sprintf("没有 {{define %q}}", part))
		}
	}
	if title := t.Lookup("title"); title != nil && title.Tree != nil {
		p.title = strings.TrimSpace(title.Tree.Root.String())
		if strings.Contains(p.title, "{{") {
			out.add("data.paper", p.at, stem, "标题里不能有 {{ }}")
		}
	}
	for _, part := range t.Templates() {
		if part.Tree != nil && part.Tree.Root != nil {
			p.walk(name, string(raw), part.Tree.Root, true)
		}
	}
	return p
}

// walk collects the paths that a template reads from its root. Inside range and with the dot is another value, so that only
// what begins with $ is read from the root.
func (p *paper) walk(file, source string, n parse.Node, root bool) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, item := range n.Nodes {
				p.walk(file, source, item, root)
			}
		}
	case *parse.ActionNode:
		p.walk(file, source, n.Pipe, root)
	case *parse.TemplateNode:
		p.walk(file, source, n.Pipe, root)
	case *parse.IfNode:
		p.branch(file, source, &n.BranchNode, root, root)
	case *parse.RangeNode:
		p.branch(file, source, &n.BranchNode, root, false)
	case *parse.WithNode:
		p.branch(file, source, &n.BranchNode, root, false)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				for _, argument := range c.Args {
					p.walk(file, source, argument, root)
				}
			}
		}
	case *parse.FieldNode:
		if root {
			p.read(file, source, n.Ident, n.Position())
		}
	case *parse.VariableNode:
		if len(n.Ident) > 1 && n.Ident[0] == "$" {
			p.read(file, source, n.Ident[1:], n.Position())
		}
	}
}

func (p *paper) branch(file, source string, n *parse.BranchNode, root, inside bool) {
	p.walk(file, source, n.Pipe, root)
	p.walk(file, source, n.List, inside)
	p.walk(file, source, n.ElseList, root)
}

func (p *paper) read(file, source string, path []string, pos parse.Pos) {
	before := source[:min(int(pos), len(source))]
	at := place{file, 1 + strings.Count(before, "\n"), len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1}
	p.reads = append(p.reads, paperRead{path, at})
}
