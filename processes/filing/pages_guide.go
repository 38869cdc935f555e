package filing

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerGuide() {
	part := web.GuidePart{Papers: s.service.neededPapers, Note: "需要哪些材料由规则按机构类型和所填内容判断；填写时，“申请材料”一页按本机构列出还缺的材料。"}
	changed := part
	part.Blanks = []web.GuideBlank{
		{Path: blankPath + "staff.xlsx", Title: "人员表（Excel），填好后整表复制，粘贴到“人员”一页"},
		{Path: blankPath + "rooms.xlsx", Title: "房间表（Excel），填好后整表复制，粘贴到“场所”一页"},
	}
	changed.Note = "只需更换变更涉及的材料，其余沿用备案时的材料。" + part.Note
	s.Guide(part, nursery.KindFiling)
	s.Guide(changed, nursery.KindChange)
	s.Open("GET "+blankPath+"{name}", s.blank)
}

const blankPath = "/guide/filing/blank/"

// blankForms are the papers of a filing of which the pages have a blank one, by the name of its page.
var blankForms = map[nursery.PaperKind]string{nursery.FilingForm: "filing-form", nursery.Commitment: "commitment"}

// asking is a question to the rules about what an application of the kind needs, and the case in which it needs it.
type asking struct {
	when  string
	apply func(*nursery.Application)
}

// askings are the declarations that decide which papers are needed, besides the kind of the institution.
func askings(kind nursery.SiteKind) []asking {
	meals := func(yes bool) func(*nursery.Application) { return func(a *nursery.Application) { a.Meals = &yes } }
	list := []asking{{"", meals(false)}, {"提供餐食的", meals(true)}}
	if kind == nursery.Employer {
		list = append(list, asking{"与他人联合举办的", func(a *nursery.Application) { a.Papers = []nursery.Paper{{Kind: nursery.JointAgreement}} }})
	}
	return list
}

// neededPapers asks the rules which papers an application needs today, for each kind of institution.
func (s *Service) neededPapers(ctx context.Context, county string) ([]web.GuidePaper, error) {
	type need struct {
		web.GuidePaper
		kinds map[string][]nursery.SiteKind // by the case in which they need it
	}
	var needs []*need
	for _, kind := range nursery.SiteKinds() {
		always := map[string]bool{}
		for _, asked := range askings(kind) {
			a := nursery.Application{SiteKind: kind, Staff: []nursery.Staff{{Number: "1"}}}
			asked.apply(&a)
			d, err := s.Rules.Decide(ctx, "filing.complete", nursery.FilingFacts{Application: a, ReceivedOn: s.Today()}, s.Today(), county)
			if err != nil {
				return nil, fmt.Errorf("ask which papers are needed: %w", err)
			}
			for _, reason := range d.Reasons {
				title := neededTitle(a, reason.Fields)
				if title == "" || always[title] {
					continue
				}
				always[title] = asked.when == ""
				i := slices.IndexFunc(needs, func(n *need) bool { return n.Title == title })
				if i < 0 {
					i = len(needs)
					needs = append(needs, &need{web.GuidePaper{Title: title, Blank: blankOf(title)}, map[string][]nursery.SiteKind{}})
				}
				needs[i].kinds[asked.when] = append(needs[i].kinds[asked.when], kind)
				for _, c := range reason.Basis {
					if !slices.Contains(needs[i].Basis, c) {
						needs[i].Basis = append(needs[i].Basis, c)
					}
				}
			}
		}
	}
	papers := make([]web.GuidePaper, len(needs))
	for i, n := range needs {
		n.For = forWhom(n.kinds)
		papers[i] = n.GuidePaper
	}
	slices.SortStableFunc(papers, func(x, y web.GuidePaper) int { return paperPlace(x.Title) - paperPlace(y.Title) })
	return papers, nil
}

// neededTitle returns the title of the missing paper that one of the pointers names; empty if none does.
func neededTitle(a nursery.Application, pointers []string) string {
	a.Papers = nil // one that is listed without a file is missing too
	for _, pointer := range pointers {
		if p, missing := nursery.Lacks(a, pointer); missing {
			if p.Kind == nursery.OtherPaper {
				return p.Name
			}
			return p.Kind.Title()
		}
	}
	return ""
}

// paperPlace returns the place of a paper among the kinds of papers.
func paperPlace(title string) int {
	i := slices.IndexFunc(nursery.PaperKinds(), func(k nursery.PaperKind) bool { return k.Title() == title })
	if i < 0 {
		return len(nursery.PaperKinds())
	}
	return i
}

func blankOf(title string) string {
	for kind, name := range blankForms {
		if kind.Title() == title {
			return blankPath + name
		}
	}
	return ""
}

// forWhom names who needs a paper: the kinds of institution, and those that need it in some case only.
func forWhom(kinds map[string][]nursery.SiteKind) string {
	var parts []string
	for _, when := range []string{"", "提供餐食的", "与他人联合举办的"} {
		of := kinds[when]
		if len(of) == 0 {
			continue
		}
		titles := make([]string, len(of))
		for i, kind := range of {
			titles[i] = kind.Title()
		}
		who := strings.Join(titles, "、")
		if len(of) == len(nursery.SiteKinds()) {
			who = "各类机构"
		} else if missing := without(of); len(missing) == 1 {
			who = "除" + missing[0].Title() + "外的各类机构"
		}
		if when != "" {
			who += "中" + when
		}
		parts = append(parts, who)
	}
	return strings.Join(parts, "；")
}

func without(of []nursery.SiteKind) []nursery.SiteKind {
	return slices.DeleteFunc(nursery.SiteKinds(), func(k nursery.SiteKind) bool { return slices.Contains(of, k) })
}

// namedPlaces has the county and the township of an institution written by their names.
func namedPlaces(institution ui.FormSchema) ui.FormSchema {
	for name, label := range map[string]string{"county": "县区", "township": "乡镇、街道"} {
		institution = institution.Change(name, func(f ui.FormSchema) ui.FormSchema { f.Label = label; return f })
	}
	return institution
}

// declaration is what an applicant declares with an application.
const declaration = "本机构承诺所填内容和所附材料真实、有效，并对其真实性负责。"

// blank shows a form to print, or answers with a workbook to fill in.
func (s *pages) blank(w http.ResponseWriter, r *http.Request) error {
	switch r.PathValue("name") {
	case blankForms[nursery.FilingForm]:
		var parts []ui.BlankPart
		for _, part := range filingSections {
			if part.Name != "papers" {
				parts = append(parts, ui.BlankPart{Title: part.Title, Shape: applicationShape().Only(part.Fields...).Change("institution", namedPlaces)})
			}
		}
		return s.Show(w, r, web.Frame{Title: "备案书", Back: "/guide/filing"}, blankFilingForm(parts))
	case blankForms[nursery.Commitment]:
		return s.Show(w, r, web.Frame{Title: "备案承诺书", Back: "/guide/filing"}, blankCommitment())
	case "staff.xlsx":
		staff, _ := applicationShape().Field("staff")
		return web.Template("人员表.xlsx", staff.Workbook)(w, r)
	case "rooms.xlsx":
		premises, _ := applicationShape().Field("premises")
		rooms, _ := premises.Field("rooms")
		return web.Template("房间表.xlsx", rooms.Workbook)(w, r)
	}
	return casework.NewNotFound()
}
