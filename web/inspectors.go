package web

import (
	"net/http"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
)

func registerInspectors(s *Site) {
	s.Nav("/inspectors", "检查人员", Places{nursery.RoleSupervisor: 6})
	s.Page("GET /inspectors", s.inspectors)
	FormPage(s, "/inspectors/new", s.askInspector, s.putInspector, nursery.RoleSupervisor)
	FormPage(s, "/inspectors/{account}", s.askInspector, s.putInspector, nursery.RoleSupervisor)
	FormPage(s, "/inspections/new", s.askInspection, func(r *http.Request, in inspection.InspectionRequest) (string, string, error) {
		started, err := s.Services.StartInspection(r.Context(), Principal(r.Context()), Key(r), in)
		return "/inspections/" + started.CaseNo, "检查已经建立，检查人员会在待办中看到。", err
	}, nursery.RoleSupervisor)
}

func (s *Site) inspectors(w http.ResponseWriter, r *http.Request) error {
	p := Principal(r.Context())
	county := r.FormValue("county")
	if county == "" && p.County == nursery.CityCode {
		county = Counties()[0].Value
	}
	return ListPage(s, w, r, p, inspection.Inspectors, inspection.InspectorFilter{County: county}, 50, Frame{Title: "检查人员名录", Wide: true}, func(list casework.Page[inspection.RegisteredInspector]) templ.Component {
		return inspectorsPage(list.Items, county, NextPage(r, list.Next), p, r)
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

func (s *Site) askInspector(r *http.Request) (FormSpec, error) {
	choices, err := s.institutionChoices(r.Context(), Principal(r.Context()).County)
	if err != nil {
		return FormSpec{}, err
	}
	page := FormSpec{
		Title: "登记检查人员", Back: "/inspectors", Button: "登记", Lead: "在名录中、参加抽取且无须回避的人员才会被抽到。",
		Shape: SchemaOf[inspectorForm]().Without("version").WithOptions("conflicts", choices),
	}
	account := r.PathValue("account")
	if account == "" {
		return page, nil
	}
	list, err := inspection.Inspectors.All(r.Context(), s.Services.Service, Principal(r.Context()), inspection.InspectorFilter{})
	if err != nil {
		return page, err
	}
	for _, i := range list {
		if i.Account == account {
			page.Title, page.Version = account, i.Version
			page.Values = FormOf(page.Shape, inspectorForm{account, inspection.InspectorEntry{OnDuty: i.OnDuty, Conflicts: i.Conflicts}}).Values
			page.Shape = page.Shape.Without("account")
			return page, nil
		}
	}
	return page, &casework.Error{Code: casework.CodeNotFound, Message: "名录中没有这名检查人员。"}
}

func (s *Site) putInspector(r *http.Request, in inspectorForm) (next, said string, err error) {
	if account := r.PathValue("account"); account != "" {
		in.Account = account
	}
	in.Version = Version(r)
	if in.Conflicts == nil {
		in.Conflicts = []string{}
	}
	put, err := s.Services.PutInspector(r.Context(), Principal(r.Context()), Key(r), in.Account, in.InspectorEntry)
	return "/inspectors", "已登记 " + put.Account + "。", err
}

func (s *Site) askInspection(r *http.Request) (FormSpec, error) {
	institutions, err := s.institutionChoices(r.Context(), Principal(r.Context()).County)
	if err != nil {
		return FormSpec{}, err
	}
	list, err := inspection.Inspectors.All(r.Context(), s.Services.Service, Principal(r.Context()), inspection.InspectorFilter{})
	if err != nil {
		return FormSpec{}, err
	}
	var officers []Option
	for _, i := range list {
		officers = append(officers, Option{i.Account, i.Account})
	}
	sh := SchemaOf[inspection.InspectionRequest]().WithOptions("institution", institutions).WithOptions("first_inspector", officers).WithOptions("second_inspector", officers)
	return FormSpec{Title: "安排一次检查", Back: "/inspections", Button: "安排", Lead: "由两名无须回避的检查人员前往。", Shape: sh}, nil
}

// inspectorCells returns the columns of the table of inspectors, with links to change them for a supervisor.
func inspectorCells(p nursery.Principal) []Cell[inspection.RegisteredInspector] {
	return CellsOf(inspection.Inspectors.Sheet, Looks[inspection.RegisteredInspector]{
		"账号": HeadCell(func(i inspection.RegisteredInspector) RowHead {
			return RowHead{LinkFor(p, nursery.RoleSupervisor, "/inspectors/"+i.Account), i.Account, "", ""}
		}),
		"参加抽取": TextCell(func(i inspection.RegisteredInspector) string { return dutyTitle(i.OnDuty) }),
		"登记人":  TextCell(func(i inspection.RegisteredInspector) string { return i.UpdatedBy + " " + nursery.Minute(i.UpdatedAt) }),
	})
}
