package procedures

import (
	"fmt"
	"slices"
	"strings"
)

// applicantFields are what of an institution may be named.
var applicantFields = []string{"name", "phone", "address", "contact", "uscc"}

// data checks that what is read exists in its form, that every field has a title, and that sealed fields are in sealed rows.
func (c checker) data() {
	for _, f := range c.p.forms {
		c.titles(f, f.fields, "")
	}
	c.sealed()
	f := c.p.file
	if t := f.Start.Subject; t.is() && !slices.Contains([]string{"institution", "county", "city"}, t.s) {
		var have []string
		for _, r := range c.plan.Registers {
			have = append(have, r.Name)
		}
		if !slices.Contains(have, t.s) {
			c.out.unknown("rows", t, append(have, "institution", "county", "city"))
		}
	}
	for _, t := range f.Start.OneOpen {
		if !slices.Contains([]string{"institution", "county", "subject", "period"}, t.s) {
			c.resolve(t, t.s)
		}
	}
	c.rowKeys(f.Rows, c.plan.Rows)
	c.rowKeys(f.Registers, c.plan.Registers)
	for i, d := range c.p.stages {
		if d.stage == nil {
			continue
		}
		if p := d.stage.Publish; p != nil {
			for _, t := range p.Hide {
				if own, ok := strings.CutPrefix(t.s, "applicant."); ok && slices.Contains(applicantFields, own) {
					continue
				}
				c.resolve(t, "facts."+strings.TrimPrefix(t.s, "facts."))
			}
		}
		if w := c.plan.Stages[i].Wait; w != nil && w.Until != nil && w.Until.Path != "" {
			t := d.stage.Wait.Until.Path
			if found, ok := c.resolve(t, t.s); ok && found.Format != "date" {
				c.out.add("data.date", t.at, t.s)
			}
		}
	}
	for _, p := range c.p.papers {
		for _, r := range p.reads {
			c.read(r.path, r.at, "文书 "+p.name, true)
		}
	}
	for _, s := range c.p.rules.sets {
		for _, r := range s.reads {
			c.read(r.path, r.at, "规则集 "+s.name, false)
		}
	}
	c.parameters()
}

// parameters checks the rules that parameters name, and counts the parameters of each file that are not verified.
func (c checker) parameters() {
	unverified := map[string]int{}
	for _, p := range c.p.params {
		for _, id := range p.leaf.Rule {
			if !slices.Contains(c.p.rules.ids, id.s) {
				c.out.unknown("rule", id, c.p.rules.ids)
			}
		}
		if p.leaf.Verified.at.is() && !p.leaf.Verified.b {
			unverified[p.at.file]++
		}
	}
	for _, file := range sortedKeys(unverified) {
		c.out.add("law.unverified", place{file, 1, 1}, fmt.Sprintf("%d 个参数", unverified[file]))
	}
}

// titles checks the titles of fields.
func (c checker) titles(f *form, fields []Field, under string) {
	for _, field := range fields {
		if field.Title == "" {
			c.out.add("data.title", field.at, f.name, under+field.Name)
		}
		if len(field.Untitled) > 0 {
			c.out.add("data.option", field.at, under+field.Name, strings.Join(field.Untitled, "、"))
		}
		if field.Prefill != "" && (under != "" || Prefills[field.Prefill] != field.Kind) {
			c.out.add("data.prefill", field.at, under+field.Name, field.Prefill, strings.Join(prefillsOf(field.Kind), "、"))
		}
		c.titles(f, field.Fields, under+field.Name+".")
	}
}

// prefillsOf returns what fills in fields of a type.
func prefillsOf(kind string) (names []string) {
	for _, name := range sortedKeys(Prefills) {
		if Prefills[name] == kind {
			names = append(names, name)
		}
	}
	return names
}

// sealed checks that only forms of sealed rows have sealed fields.
func (c checker) sealed() {
	for k, f := range c.p.forms {
		i := slices.IndexFunc(f.fields, func(f Field) bool { return f.Sealed })
		if i < 0 {
			continue
		}
		used := func(s RowSet) bool { return s.Form == k && s.Sealed }
		if !slices.ContainsFunc(c.plan.Rows, used) && !slices.ContainsFunc(c.plan.Registers, used) {
			c.out.add("data.sealed", f.fields[i].at, f.fields[i].Name, "表单 "+f.name)
		}
	}
}

func (c checker) rowKeys(files []rowsFile, sets []RowSet) {
	for _, r := range files {
		i := slices.IndexFunc(sets, func(s RowSet) bool { return s.Name == r.Name.s })
		if i < 0 || sets[i].Form < 0 {
			continue
		}
		form := c.p.forms[sets[i].Form]
		for _, key := range r.Key {
			if _, ok := find(form.fields, key.s); !ok {
				c.out.unknown("field", key, paths(form.fields))
			}
		}
	}
}

// resolve returns the field at a path such as facts.year or answers.county_check.note, or records the problem.
func (c checker) resolve(t text, path string) (Field, bool) {
	fields, rest, have := c.fields(strings.Split(path, "."))
	if fields == nil {
		c.out.unknown("field", t, have)
		return Field{}, false
	}
	f, ok := find(fields, strings.Join(rest, "."))
	if !ok {
		c.out.unknown("field", t, paths(fields))
	}
	return f, ok
}

// FieldTitle returns the title of the field at a path of facts, answers or rows; empty if there is none.
func (p *Procedure) FieldTitle(path string) string {
	c := checker{p: p, plan: &p.Plan, out: &problems{}}
	f, _ := c.resolve(text{}, path)
	return f.Title
}

// fields returns the fields that a path of facts, answers or rows refers to and the rest of the path; nil with the known names
// if there is no such form.
func (c checker) fields(path []string) (fields []Field, rest, have []string) {
	if path[0] == "facts" {
		if c.plan.Start.Facts < 0 {
			return nil, nil, nil
		}
		return c.p.forms[c.plan.Start.Facts].fields, path[1:], nil
	}
	form, rest := None, []string(nil)
	switch {
	case len(path) < 2:
		return nil, nil, []string{"facts", "answers", "rows"}
	case path[0] == "answers":
		for _, t := range c.plan.Tasks {
			have = append(have, "answers."+t.Name)
			if t.Name == path[1] {
				form, rest = t.Form, path[2:]
			}
		}
		for _, a := range c.plan.Anytime {
			have = append(have, "answers."+a.Name)
			if a.Name == path[1] {
				form, rest = a.Form, path[2:]
			}
		}
	case path[0] == "rows":
		for _, s := range c.plan.Rows {
			have = append(have, "rows."+s.Name)
			if s.Name == path[1] {
				form, rest = s.Form, path[2:]
			}
		}
	}
	if form < 0 {
		return nil, nil, have
	}
	return c.p.forms[form].fields, rest, nil
}

// unread are the parts of the input of rules and papers that are not forms.
var unread = []string{"as_of", "county", "institution", "subject", "case", "period", "decisions", "received_on", "office", "number", "issued_on"}

// read checks a path that a rule or a paper reads. Names of elements of lists are empty.
func (c checker) read(path []string, at place, by string, paper bool) {
	path = slices.DeleteFunc(slices.Clone(path), func(s string) bool { return s == "" })
	if len(path) == 0 || slices.Contains(unread, path[0]) {
		return
	}
	if paper && len(path) == 1 {
		return
	}
	name := text{at, strings.Join(path, ".")}
	fields, rest, have := c.fields(path)
	if fields == nil {
		if len(path) > 1 || path[0] != "answers" && path[0] != "rows" {
			c.out.unknown("field", name, append(have, "facts", "answers", "rows"))
		}
		return
	}
	if len(rest) == 0 {
		return
	}
	f, ok := find(fields, strings.Join(rest, "."))
	switch {
	case !ok:
		c.out.unknown("field", name, paths(fields))
	case f.Sealed && paper:
		c.out.add("data.sealed", at, name.s, by)
	}
}

// unused notes forms, papers and rule sets that neither the procedure nor an overlay refers to.
func (c checker) unused() {
	for _, f := range c.p.unused {
		c.out.add("shape.unused", f.at, "表单", f.s)
	}
	for _, s := range c.p.rules.sets {
		if slices.Contains(s.exports, "reasons") && !slices.Contains(c.plan.RuleSets, s.name) {
			c.out.add("shape.unused", s.at, "规则集", s.name)
		}
	}
}
