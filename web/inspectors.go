package web

import (
	"net/http"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
)

func registerInspectors(s *Site) {
	s.page("GET /inspectors", s.inspectors)
	formPage(s, "/inspectors/new", s.askInspector, s.putInspector, nursery.RoleSupervisor)
	formPage(s, "/inspectors/{account}", s.askInspector, s.putInspector, nursery.RoleSupervisor)
	formPage(s, "/inspections/new", s.askInspection, func(r *http.Request, in inspection.InspectionRequest) (string, string, error) {
		started, err := s.Services.StartInspection(r.Context(), principalFrom(r.Context()), key(r), in)
		return "/inspections/" + started.CaseNo, "检查已经建立，检查人员会在待办中看到。", err
	}, nursery.RoleSupervisor)
}

func (s *Site) inspectors(w http.ResponseWriter, r *http.Request) error {
	p := principalFrom(r.Context())
	county := r.FormValue("county")
	if county == "" && p.County == nursery.CityCode {
		county = counties()[0].Value
	}
	return listPage(s, w, r, p, inspection.Inspectors, inspection.InspectorFilter{County: county}, 50, frame{Title: "检查人员名录", Wide: true}, func(list casework.Page[inspection.RegisteredInspector]) templ.Component {
		return inspectorsPage(list.Items, county, nextPage(r, list.Next), p, r)
	})
}

func dutyTitle(on bool) string {
	if on {
		return "参加抽取"
	}
	return "不参加"
}

// inspectorForm is an officer's entry with the account it is of.
type inspectorForm struct {
	Account string `json:"account" minLength:"2" maxLength:"100" doc:"账号"`
	inspection.InspectorEntry
}

func (s *Site) askInspector(r *http.Request) (asking, error) {
	choices, err := s.institutionChoices(r.Context(), principalFrom(r.Context()).County)
	if err != nil {
		return asking{}, err
	}
	page := asking{
		Title: "登记检查人员", Back: "/inspectors", Button: "登记", Lead: "在名录中、参加抽取且无须回避的人员才会被抽到。",
		Shape: shapeOf[inspectorForm]().without("version").choosing("conflicts", choices),
	}
	account := r.PathValue("account")
	if account == "" {
		return page, nil
	}
	list, err := inspection.Inspectors.All(r.Context(), s.Services.Service, principalFrom(r.Context()), inspection.InspectorFilter{})
	if err != nil {
		return page, err
	}
	for _, i := range list {
		if i.Account == account {
			page.Title, page.Version = account, i.Version
			page.Values = ask(page.Shape, inspectorForm{account, inspection.InspectorEntry{OnDuty: i.OnDuty, Conflicts: i.Conflicts}}).Values
			page.Shape = page.Shape.without("account")
			return page, nil
		}
	}
	return page, &casework.Error{Code: casework.CodeNotFound, Message: "名录中没有这名检查人员。"}
}

func (s *Site) putInspector(r *http.Request, in inspectorForm) (next, said string, err error) {
	if account := r.PathValue("account"); account != "" {
		in.Account = account
	}
	in.Version = version(r)
	if in.Conflicts == nil {
		in.Conflicts = []string{}
	}
	put, err := s.Services.PutInspector(r.Context(), principalFrom(r.Context()), key(r), in.Account, in.InspectorEntry)
	return "/inspectors", "已登记 " + put.Account + "。", err
}

func (s *Site) askInspection(r *http.Request) (asking, error) {
	institutions, err := s.institutionChoices(r.Context(), principalFrom(r.Context()).County)
	if err != nil {
		return asking{}, err
	}
	list, err := inspection.Inspectors.All(r.Context(), s.Services.Service, principalFrom(r.Context()), inspection.InspectorFilter{})
	if err != nil {
		return asking{}, err
	}
	var officers []option
	for _, i := range list {
		officers = append(officers, option{i.Account, i.Account})
	}
	sh := shapeOf[inspection.InspectionRequest]().choosing("institution", institutions).choosing("first_inspector", officers).choosing("second_inspector", officers)
	return asking{Title: "安排一次检查", Back: "/inspections", Button: "安排", Lead: "由两名无须回避的检查人员前往。", Shape: sh}, nil
}

// inspectorCells returns the columns of the table of inspectors, with links to change them for a supervisor.
func inspectorCells(p nursery.Principal) []cell[inspection.RegisteredInspector] {
	return cellsOf(inspection.Inspectors.Sheet, looks[inspection.RegisteredInspector]{
		"账号": headed(func(i inspection.RegisteredInspector) rowHead {
			return rowHead{linkFor(p, nursery.RoleSupervisor, "/inspectors/"+i.Account), i.Account, "", ""}
		}),
		"参加抽取": textual(func(i inspection.RegisteredInspector) string { return dutyTitle(i.OnDuty) }),
		"登记人":  textual(func(i inspection.RegisteredInspector) string { return i.UpdatedBy + " " + nursery.Minute(i.UpdatedAt) }),
	})
}
