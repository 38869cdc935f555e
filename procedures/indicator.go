package procedures

import (
	"cmp"
	"slices"
	"strings"
)

// indicators compiles the indicators and checks what they read.
func (b *builder) indicators() {
	files := slices.SortedFunc(slices.Values(b.src.file.Indicators), func(x, y indicatorFile) int { return strings.Compare(x.Name.s, y.Name.s) })
	var have []string
	for _, f := range files {
		have = append(have, f.Name.s)
	}
	c := checker{p: b.p, plan: &b.p.Plan, out: b.out}
	for _, f := range files {
		i := Indicator{
			Name: f.Name.s, Title: cmp.Or(f.Title.s, f.Name.s), Sum: f.Sum.s, Count: f.Count.s, Of: cmp.Or(f.Of.s, "case"), Distinct: f.Distinct.b,
			When: b.arrival(f.When), Minus: b.arrival(f.Minus), Over: f.Over.s, By: names(f.By), Target: b.limitOf(f.Target, count), From: f.From.d,
		}
		if f.Over.is() && !slices.Contains(have, f.Over.s) {
			b.out.unknown("indicator", f.Over, have)
		}
		if f.Sum.is() == f.Count.is() {
			b.out.add("read.kind", f.At, f.Name.s, "sum 和 count 中的一个")
		}
		rows := f.Of.is() && f.Of.s != "case"
		if rows && b.rows(f.Of) < 0 {
			continue
		}
		// A name without a dot is a field of the rows that are counted.
		within := func(path string) string {
			if rows && !strings.Contains(path, ".") {
				return "rows." + f.Of.s + "." + path
			}
			return path
		}
		// read checks that what an indicator reads is stored where it is counted: in the facts of the case or in its rows, not sealed.
		read := func(t text) (found Field) {
			path := within(t.s)
			if !strings.HasPrefix(path, "facts.") && !strings.HasPrefix(path, "rows.") {
				b.out.add("read.kind", t.at, t.s, "facts 里的内容，或者所数各行的内容")
			} else if of, ok := c.resolve(t, path); ok {
				found = of
			}
			if found.Sealed {
				b.out.add("data.sealed", t.at, t.s, "指标")
			}
			return found
		}
		if f.Sum.is() && (rows || !slices.Contains(b.p.Plan.RuleSets, amountSet(f.Sum.s))) {
			if field := read(f.Sum); field.Kind != "" && field.Kind != "integer" {
				b.out.add("read.kind", f.Sum.at, f.Sum.s, "整数，金额以分为单位")
			}
		}
		if f.Count.is() && !slices.Contains([]string{"case", "institution", "county", f.Of.s}, f.Count.s) {
			read(f.Count)
		}
		for _, by := range f.By {
			if by.s != "county" && by.s != "institution" && by.s != "period" {
				read(by)
			}
		}
		b.p.Live.Indicators = append(b.p.Live.Indicators, i)
	}
}

// OfRows reports whether the indicator counts rows, not cases.
func (i Indicator) OfRows() bool { return i.Of != "case" }

// RuleSet returns the rule set whose amounts the indicator adds up; empty if it counts, or adds up what was filled in.
func (i Indicator) RuleSet() string { return amountSet(i.Sum) }

// arrival resolves stage.result; nil if it is not given or unknown.
func (b *builder) arrival(t text) *Arrival {
	if !t.is() {
		return nil
	}
	stage, result, _ := strings.Cut(t.s, ".")
	var have []string
	for i, s := range b.p.Plan.Stages {
		for _, transition := range s.On {
			have = append(have, s.Name+"."+transition.Result)
			if s.Name == stage && transition.Result == result {
				return &Arrival{i, result}
			}
		}
	}
	if i, ok := b.stages[stage]; ok && b.p.Plan.Stages[i].Task >= 0 {
		if slices.Contains(b.p.Plan.Tasks[b.p.Plan.Stages[i].Task].Outcomes, result) {
			return &Arrival{i, result}
		}
	}
	b.out.unknown("result", t, have)
	return nil
}
