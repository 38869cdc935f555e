package procedure

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tuoyu/nursery"
	"tuoyu/web"
)

func (s *pages) registerMap() {
	s.Nav("/procedures/map", "事项", web.Places{
		nursery.RoleClerk: 6, nursery.RoleSupervisor: 10, nursery.RoleCountyOffice: 13, nursery.RoleCityOffice: 13, nursery.RoleFinance: 8, nursery.RoleCityFinance: 8,
		nursery.RoleAuditor: 9,
	})
	s.Page("GET /procedures/map", s.procedureMap)
	s.Page("GET /procedures/map/figures", s.figures)
}

// mapView is a procedure with the cases in each of its stages.
type mapView struct {
	Kinds     []ProcedureKind
	Map       ProcedureMap
	County    string
	ByCounty  bool // the reader chooses the county
	Revisions bool // the reader may read revisions
}

// procedureMap shows where the open cases of a procedure are.
func (s *pages) procedureMap(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	kinds, err := s.service.Kinds(r.Context(), p)
	if err != nil {
		return err
	}
	v := mapView{
		Kinds: kinds, County: r.URL.Query().Get("county"), ByCounty: p.County == nursery.CityCode,
		Revisions: slices.Contains([]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, p.Role),
	}
	kind := r.URL.Query().Get("kind")
	if kind == "" && len(kinds) > 0 {
		kind = string(kinds[0].Kind)
	}
	if kind != "" {
		if v.Map, err = s.service.Map(r.Context(), p, kind, v.County); err != nil {
			return err
		}
	}
	return s.Show(w, r, web.Frame{Title: "事项", Wide: true, Live: true}, mapPage(v, s.service.Today()))
}

// of returns the address of the map of a kind.
func (v mapView) of(kind nursery.CaseKind) string {
	q := url.Values{"kind": {string(kind)}}
	if v.County != "" {
		q.Set("county", v.County)
	}
	return "/procedures/map?" + q.Encode()
}

// cases returns the address of the list of the open cases in a stage.
func (v mapView) cases(st MapStage, late bool) string {
	q := url.Values{"kind": {string(v.Map.Kind)}, "stage": {string(st.Stage)}, "status": {string(nursery.CaseOpen)}}
	if v.County != "" {
		q.Set("county", v.County)
	}
	if late {
		q.Set("overdue", "yes")
	}
	return "/cases?" + q.Encode()
}

// waited returns how long the oldest case of a stage waits, in days.
func (s MapStage) waited(today nursery.Date) string {
	if s.Oldest == nil {
		return "—"
	}
	days := 0
	for d := nursery.DateOf(*s.Oldest); d.Before(today) && days < 9999; d = d.AddDays(1) {
		days++
	}
	if days == 0 {
		return "今天"
	}
	return strconv.Itoa(days) + " 天"
}
