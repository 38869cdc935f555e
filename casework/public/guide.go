package public

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures"
	"tuoyu/store"
	"tuoyu/workflows"
)

// Guide is what people have to know of a kind of case before it begins 办事指南, as it applies in a county today.
type Guide struct {
	definition.Process
	County  string // empty: as it applies where a county has set nothing
	Limits  []GuideLimit
	Rules   []GuideRules
	Law     []GuideLaw
	Contact OfficeContact
}

// GuideLimit is a time limit of a guide.
type GuideLimit struct {
	Title    string
	Length   string // with its unit
	Note     string // where it comes from; empty: from the rule it belongs to
	Verified bool   // against its source
}

// GuideRules is the rules of one set that a guide names.
type GuideRules struct {
	Title string
	Rules []policies.Rule
}

// GuideOf returns the guide of a kind of case, with the limits and the office of a county unless that is empty. Error: not_found.
func GuideOf(ctx context.Context, s *casework.Service, kind nursery.CaseKind, county string) (Guide, error) {
	process, ok := workflows.ProcessOf(kind)
	if !ok || county != "" && casework.NeedCounty(county) != nil {
		return Guide{}, casework.NewNotFound()
	}
	g := Guide{Process: process, County: county}
	var err error
	if g.Contact, err = ContactOf(ctx, s, cmp.Or(county, nursery.CityCode)); err != nil {
		return g, err
	}
	if process.Workflow == procedures.Workflow {
		return g, guideOfProcedure(s, &g)
	}
	set, err := settingValues(ctx, s, county)
	if err != nil {
		return g, err
	}
	for _, l := range process.Guide.Limits {
		limit, err := guideLimit(s, l, county, set)
		if err != nil {
			return g, fmt.Errorf("guide of %s: %w", kind, err)
		}
		g.Limits = append(g.Limits, limit)
	}
	basis := slices.Clone(process.Guide.Law)
	for _, name := range process.Guide.RuleSets {
		rules, err := s.Rules.RulesOf(name, s.Today(), county)
		if err != nil {
			return g, fmt.Errorf("guide of %s: %w", kind, err)
		}
		g.Rules = append(g.Rules, GuideRules{policies.RuleSetTitle(name), rules})
		for _, rule := range rules {
			basis = append(basis, rule.Basis...)
		}
	}
	g.Law = lawOf(basis)
	return g, nil
}

// settingValues returns the settings that a county has set, by their names; none for no county.
func settingValues(ctx context.Context, s *casework.Service, county string) (map[string]string, error) {
	set := map[string]string{}
	if county == "" {
		return set, nil
	}
	err := s.DB.AsPublic(ctx, "", func(q *store.Queries) error {
		rows, err := q.SettingsOfCounty(ctx, county)
		for _, row := range rows {
			set[row.Name] = string(row.Value)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read settings of %s: %w", county, err)
	}
	return set, nil
}

func guideLimit(s *casework.Service, l definition.Limit, county string, set map[string]string) (GuideLimit, error) {
	switch {
	case l.Setting != "":
		known := nursery.SettingsCatalogue()
		i := slices.IndexFunc(known, func(k nursery.Setting) bool { return k.Name == l.Setting })
		if i < 0 {
			return GuideLimit{}, fmt.Errorf("no setting %s", l.Setting)
		}
		title, _, _ := strings.Cut(known[i].Title, "（")
		days := cmp.Or(set[l.Setting], fmt.Sprint(known[i].Default))
		return GuideLimit{title, days + " 个工作日", known[i].Source, known[i].Verified}, nil
	case l.Parameter != "":
		p, err := s.Rules.Parameter(l.Parameter, s.Today(), county)
		if err != nil {
			return GuideLimit{}, err
		}
		title, note, _ := strings.Cut(p.Title, "; ")
		return GuideLimit{title, fmt.Sprint(p.Value) + " " + counted(p.Unit), note, p.Verified}, nil
	}
	return GuideLimit{l.Title, strconv.Itoa(l.Days) + " 个工作日", "没有规定，本系统按此提醒", false}, nil
}

// counted returns a unit as it follows a number.
func counted(unit string) string {
	if unit == "工作日" {
		return "个工作日"
	}
	return unit
}

// GuideLaw is a regulation that a guide names.
type GuideLaw struct {
	nursery.Citation          // without an article
	Articles         []string // in their order
}

// Text returns the regulation with its articles.
func (l GuideLaw) Text() string {
	read := l.Citation
	read.Verified = true
	text := documents.Cite(read) + strings.Join(l.Articles, "、")
	if !l.Verified {
		text += "〔待核〕"
	}
	return text
}

// lawOf returns each regulation of some citations once with its articles, the most binding first. An article counts as a whole.
func lawOf(list []nursery.Citation) []GuideLaw {
	var law []GuideLaw
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y nursery.Citation) int {
		return cmp.Or(cmp.Compare(x.Binding, y.Binding), cmp.Compare(leading(x.Article), leading(y.Article)))
	})
	for _, c := range list {
		article, _, _ := strings.Cut(c.Article, "(")
		article = documents.ArticleText(article)
		i := slices.IndexFunc(law, func(l GuideLaw) bool { return l.Document == c.Document && l.Number == c.Number })
		if i < 0 {
			i = len(law)
			law = append(law, GuideLaw{Citation: nursery.Citation{Document: c.Document, Number: c.Number, Binding: c.Binding, Verified: true}})
		}
		law[i].Verified = law[i].Verified && c.Verified
		if article != "" && !slices.Contains(law[i].Articles, article) {
			law[i].Articles = append(law[i].Articles, article)
		}
	}
	return law
}

// leading returns the number that an article begins with; zero for a text without.
func leading(article string) (n int) {
	for _, r := range article {
		if r < '0' || r > '9' {
			break
		}
		n = n*10 + int(r-'0')
	}
	return n
}
