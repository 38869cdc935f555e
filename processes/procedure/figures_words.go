package procedure

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures/published"
	"tuoyu/store"
	"tuoyu/web/ui"
)

// formOf returns a form of a revision; the zero form if it has none at the index. The error is that of a form that pages cannot show.
func formOf(r *published.Revision, index int) (shape ui.FormSchema, err error) {
	if index < 0 {
		return shape, nil
	}
	name := r.Plan.Forms[index].Name
	schema, compiled := r.Form(name)
	if compiled == nil {
		return shape, fmt.Errorf("no form %s", name)
	}
	if shape, err = ui.ReadSchema(schema); err != nil {
		err = fmt.Errorf("read form %s: %w", name, err)
	}
	return shape, err
}

// fieldAt returns the field of a form at a path with dots.
func fieldAt(shape ui.FormSchema, path string) (ui.FormSchema, bool) {
	for _, name := range strings.Split(path, ".") {
		i := slices.IndexFunc(shape.Fields, func(f ui.FormSchema) bool { return f.Name == name })
		if i < 0 {
			return ui.FormSchema{}, false
		}
		shape = shape.Fields[i]
	}
	return shape, true
}

// of returns the field that an indicator reads.
func (c counter) of(path string) (ui.FormSchema, bool) {
	if fact, ok := strings.CutPrefix(path, "facts."); ok {
		return fieldAt(c.shape, fact)
	}
	return fieldAt(c.row, path)
}

// money reports whether the indicator adds up an amount.
func (c counter) money() bool {
	if c.indicator.RuleSet() != "" {
		return true
	}
	f, ok := c.of(c.indicator.Sum)
	return ok && f.Kind == ui.KindMoney
}

// titleOf returns what is written over a column of keys.
func (c counter) titleOf(by string) string {
	switch by {
	case "county":
		return "县区"
	case "institution":
		return "机构"
	case "period":
		return "期间"
	}
	if f, ok := c.of(by); ok {
		return f.Title()
	}
	return by
}

// namesOf returns the keys of a group as they are read: a county and a choice by the title.
func (c counter) namesOf(keys []string) []string {
	names := make([]string, len(keys))
	for n, key := range keys {
		by := c.indicator.By[n]
		names[n] = key
		if f, ok := c.of(by); ok {
			for _, o := range ui.OptionsOf(f) {
				if o.Value == key {
					names[n] = o.Label
				}
			}
		}
		switch {
		case key == "":
			names[n] = "未填"
		case by == "county":
			names[n] = nursery.AreaName(key)
		}
	}
	return names
}

// nameInstitutions sets the names of the institutions that groups are by.
func (c counter) nameInstitutions(ctx context.Context, q *store.Queries, groups []FigureGroup) error {
	n := slices.Index(c.indicator.By, "institution")
	if n < 0 {
		return nil
	}
	return casework.NameParties(ctx, q, groups, func(g *FigureGroup) []casework.Party {
		return []casework.Party{{ID: g.Keys[n], Name: &g.Names[n]}}
	})
}

// text returns a value of an indicator as it is read, with its unit where it is an amount.
func (f Figure) text(value int64) string {
	if f.Unit == "fen" {
		return ui.Yuan(value) + " 元"
	}
	return strconv.FormatInt(value, 10)
}

// share returns the percentage of the value in a whole, such as the target; empty without one.
func (f Figure) share(whole *int64) string {
	if whole == nil || *whole <= 0 {
		return ""
	}
	return nursery.ShareOf(int(f.Value), int(*whole)).Text + "%"
}

// figureLine is a line of the table of indicators: the total of one, or a group of it.
type figureLine struct {
	figure Figure
	group  string // empty for the total
	value  int64
}

// lines returns the indicators as lines of one table, each with its groups below.
func (f Figures) lines() (list []figureLine) {
	for _, of := range f.Items {
		list = append(list, figureLine{of, "", of.Value})
		for _, g := range of.Groups {
			list = append(list, figureLine{of, strings.Join(g.Names, " · "), g.Value})
		}
	}
	return list
}

// figuresSheet is the indicators as a table.
func figuresSheet(title string) casework.Sheet[figureLine] {
	return casework.Sheet[figureLine]{Title: title + "指标", Columns: []casework.Column[figureLine]{
		{Title: "指标", Value: func(l figureLine) any { return l.figure.Title }},
		{Title: "分组", Value: func(l figureLine) any {
			if l.group == "" {
				return "合计"
			}
			return l.group
		}},
		{Title: "数值", Value: func(l figureLine) any {
			if l.figure.Unit == "fen" {
				return casework.Fen(l.value)
			}
			return int(l.value)
		}},
		{Title: "单位", Value: func(l figureLine) any {
			if l.figure.Unit == "fen" {
				return "元"
			}
			return "个"
		}},
		{Title: "占比", Value: func(l figureLine) any {
			if l.group != "" {
				return ""
			}
			return l.figure.share(l.figure.Over)
		}},
		{Title: "目标", Value: func(l figureLine) any {
			switch {
			case l.group != "" || l.figure.Target == nil:
				return ""
			case l.figure.Unit == "fen":
				return casework.Fen(*l.figure.Target)
			}
			return int(*l.figure.Target)
		}},
		{Title: "完成", Value: func(l figureLine) any {
			if l.group != "" {
				return ""
			}
			return l.figure.share(l.figure.Target)
		}},
	}}
}
