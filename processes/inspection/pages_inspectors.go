package inspection

import (
	"net/http"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/registry"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerInspectors() {
	s.Nav("/inspectors", "检查人员", web.Places{nursery.RoleSupervisor: 6})
	web.AddListing(s.Site, inspectorsListing)
	web.FormPage(s.Site, "/inspectors/new", s.askInspector, s.putInspector, nursery.RoleSupervisor)
	web.FormPage(s.Site, "/inspectors/{account}", s.askInspector, s.putInspector, nursery.RoleSupervisor)
	web.FormPage(s.Site, "/inspections/new", s.askInspection, func(r *http.Request, in InspectionRequest) (string, string, error) {
		started, err := s.service.StartInspection(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/inspections/" + started.CaseNo, "检查已经建立，检查人员会在待办中看到。", err
	}, nursery.RoleSupervisor)
}

// inspectorsListing is the page of the register of inspectors of a county. A supervisor changes it.
var inspectorsListing = web.Listing[InspectorFilter, RegisteredInspector]{
	List: Inspectors, Path: "/inspectors", Title: "检查人员名录", Rows: 50, None: "名录是空的", Hint: "登记两名以上检查人员后才能抽取。",
	Fixed: func(p nursery.Principal, f *InspectorFilter) {
		if f.County == "" && p.County == nursery.CityCode {
			f.County = ui.Counties()[0].Value
		}
	},
	Acts: func(p nursery.Principal) []web.Link {
		if p.Role == nursery.RoleSupervisor {
			return []web.Link{{Path: "/inspectors/new", Title: "登记人员", Main: true}}
		}
		return nil
	},
	Looks: func(v web.Reader) ui.Looks[RegisteredInspector] {
		return ui.Looks[RegisteredInspector]{
			"账号": ui.HeadCell(func(i RegisteredInspector) ui.RowHead {
				return ui.RowHead{Link: ui.LinkFor(v.Principal, nursery.RoleSupervisor, "/inspectors/"+i.Account), Name: i.Account}
			}),
			"参加抽取": ui.TextCell(func(i RegisteredInspector) string { return dutyTitle(i.OnDuty) }),
			"登记人":  ui.TextCell(func(i RegisteredInspector) string { return i.UpdatedBy + " " + nursery.Minute(i.UpdatedAt) }),
		}
	},
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
	InspectorEntry
}

func (s *pages) askInspector(r *http.Request) (web.FormSpec, error) {
	choices, err := registry.For(s.service.Service).Choices(r.Context(), web.Principal(r.Context()).County)
	if err != nil {
		return web.FormSpec{}, err
	}
	page := web.FormSpec{
		Title: "登记检查人员", Back: "/inspectors", Button: "登记", Lead: "在名录中、参加抽取且无须回避的人员才会被抽到。",
		Shape: ui.SchemaOf[inspectorForm]().Without("version").WithOptions("conflicts", choices),
	}
	account := r.PathValue("account")
	if account == "" {
		colleagues, err := s.inspectors(r)
		if len(colleagues) > 0 {
			page.Shape = page.Shape.WithOptions("account", colleagues).Change("account", func(f ui.FormSchema) ui.FormSchema {
				f.Label, f.Hint = "检查人员", "没有列出的人员，请其先登录一次本系统。"
				return f
			})
		}
		return page, err
	}
	list, err := Inspectors.All(r.Context(), s.service.Service, web.Principal(r.Context()), InspectorFilter{})
	if err != nil {
		return page, err
	}
	for _, i := range list {
		if i.Account == account {
			page.Title, page.Version = account, i.Version
			page.Values = ui.FormOf(page.Shape, inspectorForm{account, InspectorEntry{OnDuty: i.OnDuty, Conflicts: i.Conflicts}}).Values
			page.Shape = page.Shape.Without("account")
			return page, nil
		}
	}
	return page, &casework.Error{Code: casework.CodeNotFound, Message: "名录中没有这名检查人员。"}
}

// inspectors returns the inspectors of the county who have signed in, by name and with what they have to do.
func (s *pages) inspectors(r *http.Request) ([]ui.Option, error) {
	list, err := s.service.Colleagues(r.Context(), web.Principal(r.Context()), nursery.RoleInspector)
	var options []ui.Option
	for _, c := range list {
		options = append(options, ui.Option{Value: c.Account, Label: ui.ColleagueText(c)})
	}
	return options, err
}

func (s *pages) putInspector(r *http.Request, in inspectorForm) (next, said string, err error) {
	if account := r.PathValue("account"); account != "" {
		in.Account = account
	}
	in.Version = web.Version(r)
	if in.Conflicts == nil {
		in.Conflicts = []string{}
	}
	put, err := s.service.PutInspector(r.Context(), web.Principal(r.Context()), web.Key(r), in.Account, in.InspectorEntry)
	return "/inspectors", "已登记 " + put.Account + "。", err
}

func (s *pages) askInspection(r *http.Request) (web.FormSpec, error) {
	institutions, err := registry.For(s.service.Service).Choices(r.Context(), web.Principal(r.Context()).County)
	if err != nil {
		return web.FormSpec{}, err
	}
	list, err := Inspectors.All(r.Context(), s.service.Service, web.Principal(r.Context()), InspectorFilter{})
	if err != nil {
		return web.FormSpec{}, err
	}
	known, err := s.inspectors(r)
	if err != nil {
		return web.FormSpec{}, err
	}
	var officers []ui.Option
	for _, i := range list {
		officer := ui.Option{Value: i.Account, Label: i.Account}
		if n := slices.IndexFunc(known, func(o ui.Option) bool { return o.Value == i.Account }); n >= 0 {
			officer = known[n]
		}
		officers = append(officers, officer)
	}
	sh := ui.SchemaOf[InspectionRequest]().WithOptions("institution", institutions).WithOptions("first_inspector", officers).WithOptions("second_inspector", officers)
	return web.FormSpec{Title: "安排一次检查", Back: "/inspections", Button: "安排", Lead: "由两名无须回避的检查人员前往。", Shape: sh}, nil
}
