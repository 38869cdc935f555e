package targets

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/processes/inspection"
	"tuoyu/processes/insurance"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerTargets()
	p.registerEntries()
	p.registerOverview()
}

func (s *pages) registerTargets() {
	s.Nav("/targets", "目标", web.Places{nursery.RoleCountyOffice: 3, nursery.RoleCityOffice: 3, nursery.RoleAuditor: 4})
	s.Page("GET /targets", s.targets)
	s.Page("GET /targets/trends", s.trends)
	s.Page("GET /targets/report", s.report)
	s.Page("GET /targets/{project}", s.project)
}

// targets holds the plan's targets against today.
func (s *pages) targets(w http.ResponseWriter, r *http.Request) error {
	list, err := s.service.Targets(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	waiting, err := s.waiting(r)
	if err != nil {
		return err
	}
	return web.SheetPage(s.Site, w, r, Sheet, list, web.Frame{Title: "目标与进展", Wide: true}, func() templ.Component {
		return targetsPage(list, waiting, web.WithParam(r, "export", "xlsx"))
	})
}

// source is where in the plan the target is stated.
func (t Target) source() string {
	if strings.Contains(t.Source.Article, t.Project) {
		return t.Source.Article
	}
	return t.Project + " · " + t.Source.Article
}

func metTone(t Target) string {
	switch {
	case t.Unavailable != "", t.Unjudged:
		return ""
	case t.Met:
		return "good"
	}
	return "warn"
}

// targetCells is the table of the plan's targets.
var targetCells = ui.CellsOf(Sheet, ui.Looks[Target]{
	"目标": ui.HeadCell(func(t Target) ui.RowHead {
		return ui.RowHead{Link: thePlan().pathOf(t.Project), Name: t.Title, Below: t.source()}
	}),
	"要求": ui.StyledCell("", targetGoal), "进展": ui.StyledCell("", targetValue), "是否达到": ui.StyledCell("", targetMet),
})

func (s *pages) registerOverview() {
	s.Nav("/overview", "总览", web.Places{nursery.RoleCountyOffice: 1})
	s.Nav("/overview", "挂图", web.Places{nursery.RoleCityOffice: 1, nursery.RoleAuditor: 1})
	s.Page("GET /overview", s.overview)
}

// shownRate is an indicator on the overview.
type shownRate struct {
	Title, Value, Below, Link string
}

// overview is the wall map 挂图作战 with the rates beside it.
func (s *pages) overview(w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), web.Principal(r.Context())
	plan, _, err := buildsite.For(s.service.Service).PlanOf(r)
	if err != nil {
		return err
	}
	var counties []buildsite.BuildCounty
	if plan != "" {
		if counties, err = buildsite.For(s.service.Service).BuildMap(ctx, p, plan); err != nil {
			return err
		}
	}
	var figures []shownRate
	today := nursery.DateOf(s.service.Now())
	half := nursery.HalfYearOf(today).String()
	signed, err := contract.For(s.service.Service).SignedRate(ctx, p, today)
	if err != nil {
		return err
	}
	checked, err := checkup.For(s.service.Service).CheckupRate(ctx, p, half)
	if err != nil {
		return err
	}
	covered, err := inspection.For(s.service.Service).InspectionCoverage(ctx, p, half)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		i    nursery.Indicator
		link string
	}{{signed, "/contracts"}, {checked, "/checkups"}, {covered, "/inspections"}} {
		figures = append(figures, shownRate{one.i.Title, one.i.Total.Rate.Text + "%", strconv.Itoa(one.i.Total.Numerator) + " / " + strconv.Itoa(one.i.Total.Denominator), one.link})
	}
	if p.Role == nursery.RoleCountyOffice {
		insured, err := insurance.For(s.service.Service).InsuredRate(ctx, p, p.County, today)
		if err != nil {
			return err
		}
		figures = append(figures, shownRate{"婴幼儿参保率", insured.Text + "%", strconv.Itoa(insured.Insured) + " / " + strconv.Itoa(insured.Residents), "/insurance"})
	}
	return s.Show(w, r, web.Frame{Title: "挂图作战", Wide: true}, overviewPage(plan, counties, figures))
}

// tiles are where the counties stand on the schematic map, by column and row, roughly as they lie.
var tiles = map[string][2]int{
	"140431": {0, 0}, "140430": {1, 0}, "140429": {2, 0}, "140426": {3, 1}, "140423": {2, 1}, "140405": {1, 2}, "140406": {3, 2},
	"140425": {4, 2}, "140403": {2, 2}, "140428": {1, 3}, "140404": {2, 3}, "140427": {3, 3},
}

// sitesOf is where a county's sites of a plan are listed.
func sitesOf(plan, county string) string {
	return "/build?" + url.Values{"plan": {plan}, "county": {county}}.Encode()
}

// tileAt is where a county's tile begins, in the units of the drawing.
func tileAt(county string) (x, y string) {
	at := tiles[county]
	return strconv.Itoa(at[0]*150 + 4), strconv.Itoa(at[1]*104 + 4)
}

func textAt(county string, line int) (x, y string) {
	at := tiles[county]
	return strconv.Itoa(at[0]*150 + 16), strconv.Itoa(at[1]*104 + 4 + 28 + line*24)
}

// countyLamp returns the tone and the title of the worst light of a county's sites until all are built.
func countyLamp(c buildsite.BuildCounty) (tone, title string) {
	if c.Built == c.Sites {
		return "good", "已建成"
	}
	return ui.LightTone(c.Light), ui.LightTitle(c.LightTitle)
}
