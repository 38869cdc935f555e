package targets

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerEntries() {
	s.Page("GET /targets/entries", s.entries)
	s.Page("POST /targets/entries/{id}", s.decideEntry)
	web.FormPage(s.Site, "/targets/{project}/enter/{target}", s.askEntry, func(r *http.Request, in TargetEntryInput) (string, string, error) {
		e, err := s.service.PutEntry(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("target"), in)
		return "/targets/" + r.PathValue("project") + "#" + e.Target, "已填报，等待市级核定。", err
	}, nursery.RoleCountyOffice, nursery.RoleCityOffice)
}

// waiting returns how many entries wait for the city's office, as text; empty for none and for others.
func (s *pages) waiting(r *http.Request) (string, error) {
	p := web.Principal(r.Context())
	if p.Role != nursery.RoleCityOffice {
		return "", nil
	}
	page, err := Entries.Page(r.Context(), s.service.Service, p, EntryFilter{State: entryWaiting}, casework.PageRequest{Limit: 100})
	if err != nil || len(page.Items) == 0 {
		return "", err
	}
	more := ""
	if page.Next != "" {
		more = "以上"
	}
	return strconv.Itoa(len(page.Items)) + " 条" + more + "季度填报待核定", nil
}

// entries lists what offices have entered.
func (s *pages) entries(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := EntryFilter{Target: q.Get("target"), County: q.Get("county"), State: q.Get("state")}
	p := web.Principal(r.Context())
	return web.ListPage(s.Site, w, r, p, Entries, f, 25, web.Frame{Title: "季度填报", Wide: true}, func(page casework.Page[TargetEntry]) templ.Component {
		return entriesPage(page, f, p, web.NextPage(r, page.Next), web.WithParam(r, "export", "xlsx"))
	})
}

// entryCells is the table of entries, each of which leads to the page of its project.
var entryCells = ui.CellsOf(Entries.Sheet, ui.Looks[TargetEntry]{
	"目标": ui.HeadCell(func(e TargetEntry) ui.RowHead {
		line, _ := thePlan().target(e.Target) // without one it leads to all targets
		return ui.RowHead{Link: thePlan().pathOf(line.Project) + "#" + e.Target, Name: e.TargetTitle}
	}),
	"状态": ui.TagCell(func(e TargetEntry) (string, string) { return entryTone(e.State), e.StateTitle }),
})

func entryTone(state string) string {
	return map[string]string{entryWaiting: "warn", entryAccepted: "good", entryReturned: "bad"}[state]
}

// entryValue is the figure of an entry.
func entryValue(e TargetEntry) string {
	line, _ := thePlan().target(e.Target) // without one the figure has no unit
	if line.Entry == nil {
		return strconv.Itoa(e.Part)
	}
	text := line.Entry.Part + " " + strconv.Itoa(e.Part) + " " + line.Entry.Unit
	if line.Percent {
		text += "，" + line.Entry.Whole + " " + strconv.Itoa(e.Whole) + " " + line.Entry.Unit
	}
	return text
}

// askEntry asks for a figure with its evidence, with what was entered last for the quarter.
func (s *pages) askEntry(r *http.Request) (web.FormSpec, error) {
	p := web.Principal(r.Context())
	line, ok := thePlan().target(r.PathValue("target"))
	if !ok || line.Entry == nil {
		return web.FormSpec{}, casework.NewNotFound()
	}
	var quarters []ui.Option
	for _, text := range s.service.quarters() {
		quarters = append(quarters, ui.Option{Value: text, Label: quarterTitle(text)})
	}
	shape := ui.SchemaOf[TargetEntryInput]().WithOptions("quarter", quarters).Change("part", func(f ui.FormSchema) ui.FormSchema {
		f.Label, f.Required = line.Entry.Part+"（"+line.Entry.Unit+"）", true
		return f
	})
	if line.Percent {
		shape = shape.Change("whole", func(f ui.FormSchema) ui.FormSchema {
			f.Label, f.Hint, f.Required = line.Entry.Whole+"（"+line.Entry.Unit+"）", "", true
			return f
		})
	} else {
		shape = shape.Without("whole")
	}
	lead := line.Title + "，要求：" + line.Goal + "。填本季度的数，不累计以前各季度；经市级核定后计入。"
	if line.Percent {
		lead = line.Title + "，要求：" + line.Goal + "。填季末（本季度填今天）的数；经市级核定后计入。"
	}
	return web.FormSpec{
		Title: "填报季度进展", Back: "/targets/" + r.PathValue("project"), Button: "填报", Lead: lead,
		Shape: shape, Values: url.Values{"/quarter": {quarters[0].Value}},
		To: casework.Upload{Institution: casework.OfficeFiles + p.County, County: p.County},
	}, nil
}

func (s *pages) decideEntry(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return casework.NewNotFound()
	}
	accept := r.PostFormValue("verdict") == "accept"
	e, err := s.service.DecideEntry(r.Context(), web.Principal(r.Context()), web.Key(r), id, TargetEntryVerdict{Accept: accept, Reason: r.PostFormValue("reason")})
	if err != nil {
		return err
	}
	message := "已退回" + e.CountyName + "的填报。"
	if accept {
		message = "已核定" + e.CountyName + "的填报。"
	}
	line, _ := thePlan().target(e.Target) // without one it leads to all targets
	return s.Done(w, r, thePlan().pathOf(line.Project)+"#"+e.Target, message)
}
