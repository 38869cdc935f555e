package procedure

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
)

// figuresView is the indicators of a procedure as a page shows them.
type figuresView struct {
	Figures
	Filter   FiguresFilter
	ByCounty bool              // the reader chooses the county
	Typed    map[string]string // the days as they were typed
	Faults   map[string]string
	Export   string
}

// figuresPath returns the address of the indicators of a procedure.
func figuresPath(kind nursery.CaseKind, county string) string {
	q := url.Values{"kind": {string(kind)}}
	if county != "" {
		q.Set("county", county)
	}
	return "/procedures/map/figures?" + q.Encode()
}

// figures shows the indicators of a procedure. A day that cannot be read is named, and not counted by.
func (s *pages) figures(w http.ResponseWriter, r *http.Request) error {
	p, q := web.Principal(r.Context()), r.URL.Query()
	v := figuresView{
		Filter: FiguresFilter{County: q.Get("county")}, ByCounty: p.County == nursery.CityCode, Typed: map[string]string{}, Faults: map[string]string{},
		Export: web.WithParam(r, "export", "xlsx"),
	}
	for name, into := range map[string]*nursery.Date{"since": &v.Filter.Since, "until": &v.Filter.Until} {
		v.Typed[name] = q.Get(name)
		if v.Typed[name] == "" {
			continue
		}
		d, err := nursery.ReadDate(v.Typed[name])
		if err != nil {
			v.Faults[name] = "请填写日期，例如 2026-01-31"
			continue
		}
		*into = d
	}
	var err error
	v.Figures, err = s.service.FiguresOf(r.Context(), p, q.Get("kind"), v.Filter)
	if fields, refused := casework.FieldsOf(err); refused {
		for _, f := range fields {
			v.Faults[f.Location] = f.Message
		}
		v.Filter.Until = nursery.Date{}
		v.Figures, err = s.service.FiguresOf(r.Context(), p, q.Get("kind"), v.Filter)
	}
	if err != nil {
		return err
	}
	frame := web.Frame{Title: v.Title + "：指标", Wide: true, Back: "/procedures/map?kind=" + url.QueryEscape(q.Get("kind"))}
	return web.SheetPage(s.Site, w, r, figuresSheet(v.Title), v.lines(), frame, func() templ.Component { return figuresPage(v) })
}
