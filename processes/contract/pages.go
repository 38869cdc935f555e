package contract

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/registry"
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
	p.registerContracts()
	p.registerContract()
	p.registerClinics()
}

func (s *pages) registerContracts() {
	web.AddListing(s.Site, contractsListing)
	s.Page("GET /contracts/{no}", s.contract)
	s.Page("POST /contracts/{no}/visits/{visit}/confirm", s.confirmVisit)
	web.FormPage(s.Site, "/contracts/{no}/terminate", func(r *http.Request) (web.FormSpec, error) {
		return web.FormSpec{
			Title: "提前终止签约", Back: "/contracts/" + r.PathValue("no"), Button: "终止", Lead: "终止后婴幼儿可能没有签约的医疗卫生机构。",
			Question: "终止后婴幼儿可能没有签约医疗机构，确定吗？", Shape: ui.SchemaOf[Termination](),
		}, nil
	}, func(r *http.Request, in Termination) (string, string, error) {
		_, err := s.service.TerminateContract(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in)
		return "/contracts/" + r.PathValue("no"), "已登记终止。", err
	}, nursery.RoleInstitution, nursery.RoleHospital)
}

// contractsListing is the page of the list of contracts.
var contractsListing = web.Listing[ContractFilter, ContractSummary]{
	List: Contracts, Path: "/contracts", Title: "医育签约", Rows: 25, Live: true, None: "没有签约", Search: "办件编号或机构名称",
	Choices: func(nursery.Principal) []web.Choice {
		state := web.Choice{Name: "state", Label: "状态"}
		for _, st := range []string{"signing", "signed", "in_force", "ended", "refused"} {
			state.Options = append(state.Options, ui.Option{Value: st, Label: ContractSummary{State: st}.StateTitle()})
		}
		return []web.Choice{state, {Name: "light", Label: "履约灯", Options: ui.Lights()}}
	},
	Acts: func(p nursery.Principal) []web.Link {
		switch p.Role {
		case nursery.RoleCountyOffice:
			return []web.Link{{Path: "/clinics", Title: "医疗卫生机构"}, {Path: "/contracts/candidates", Title: "发起签约", Main: true}}
		case nursery.RoleInstitution:
			return []web.Link{{Path: "/contracts/candidates", Title: "发起签约", Main: true}}
		case nursery.RoleHospital:
			return []web.Link{{Path: "/contracts/new", Title: "发起签约", Main: true}}
		}
		return nil
	},
	Looks: func(web.Reader) ui.Looks[ContractSummary] { return contractLooks },
}

func contractTone(state string) string {
	return map[string]string{"signing": "warn", "in_force": "good", "refused": "bad"}[state]
}

func (s *pages) contract(w http.ResponseWriter, r *http.Request) error {
	d, err := s.service.Contract(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "医育签约 " + d.CaseNo, Wide: true, Back: "/contracts"}, contractPage(d, web.Principal(r.Context())))
}

func (s *pages) confirmVisit(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	if _, err := s.service.ConfirmVisit(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), int64(web.AtoiOrZero(r.PathValue("visit")))); err != nil {
		return err
	}
	return s.Done(w, r, "/contracts/"+r.PathValue("no"), "已确认本次指导。")
}

// agreement returns the current version of the text, with its hash.
func agreement(d ContractDetail) AgreementDraft {
	for _, t := range d.Texts {
		if t.Version == d.Version {
			return t
		}
	}
	return AgreementDraft{}
}

func paragraphs(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

// contractLooks is how the columns of contracts look.
var contractLooks = ui.Looks[ContractSummary]{
	"托育机构": ui.HeadCell(func(c ContractSummary) ui.RowHead {
		return ui.RowHead{Link: "/contracts/" + c.CaseNo, Name: c.InstitutionName, Code: c.Institution, Below: c.CaseNo + " " + c.CountyName}
	}),
	"医疗卫生机构": ui.PartyCell(func(c ContractSummary) (string, string) { return c.ClinicName, c.Clinic }),
	"生效日期": ui.StyledCell("nowrap", func(c ContractSummary) templ.Component {
		return ui.Text(c.StartsOn.String() + " 至 " + c.EndsOn.String())
	}),
	"状态":  ui.TagCell(func(c ContractSummary) (string, string) { return contractTone(c.State), c.StateTitle() }),
	"履约灯": ui.TagCell(func(c ContractSummary) (string, string) { return ui.LightTone(c.Light), ui.LightTitle(c.LightTitle) }),
}

func (s *pages) registerContract() {
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.Contract, contractPart)}, "contract.sign", "contract.file", "contract.renew", "contract.overdue_duty", "contract.uncovered")
	s.Nav("/contracts", "签约", web.Places{nursery.RoleInstitution: 6, nursery.RoleHospital: 3, nursery.RoleCountyOffice: 7, nursery.RoleCityOffice: 7})
	s.Tile(5, "/contracts", "医育签约", "与医疗机构签约服务")
	s.Page("GET /contracts/candidates", web.Only(s.candidates, nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice))
	web.FormPage(s.Site, "/contracts/new", s.askContract, func(r *http.Request, in nursery.ContractTerms) (string, string, error) {
		started, err := s.service.StartContract(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/contracts/" + started.CaseNo, "签约已发起，协议文本等待双方签署。", err
	}, nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice)
	web.FormPage(s.Site, "/contracts/{no}/amend", s.askAmendment, func(r *http.Request, in nursery.ContractTerms) (string, string, error) {
		d, err := s.service.AmendContract(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), ContractAmendment{ContractTerms: in, Version: web.Version(r)})
		return "/contracts/" + r.PathValue("no"), "协议文本已改为第 " + ui.Count(d.Version) + " 稿，双方须重新签署。", err
	}, nursery.RoleInstitution, nursery.RoleHospital)
	web.FormPage(s.Site, "/contracts/{no}/visits", s.askGuidance, func(r *http.Request, in GuidanceVisit) (string, string, error) {
		_, err := s.service.RecordVisit(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in)
		return "/contracts/" + r.PathValue("no"), "已记录，等待机构确认。", err
	}, nursery.RoleHospital)
}

func contractShape() ui.FormSchema {
	var services []ui.Option
	for _, c := range nursery.ContractServices() {
		services = append(services, ui.Option{Value: string(c), Label: c.Title()})
	}
	return ui.SchemaOf[nursery.ContractTerms]().WithOptions("services", services)
}

// hidden has a field sent as it is, without being shown.
func hidden(f ui.FormSchema) ui.FormSchema {
	f.Kind = ui.KindHidden
	return f
}

// askContract asks for the terms. Who is one of the two parties is not asked for itself.
func (s *pages) askContract(r *http.Request) (web.FormSpec, error) {
	p, q := web.Principal(r.Context()), r.URL.Query()
	page := web.FormSpec{
		Title: "发起签约", Back: "/contracts", Button: "生成协议文本", Lead: "协议文本由条款生成，双方签署同一稿后生效。", Shape: contractShape(),
		Values: url.Values{"/institution": {q.Get("institution")}, "/clinic": {q.Get("clinic")}},
	}
	switch p.Role {
	case nursery.RoleInstitution:
		page.Values.Set("/institution", p.Institution)
		page.Shape = page.Shape.Change("institution", hidden)
	case nursery.RoleHospital:
		page.Values.Set("/clinic", p.Institution)
		page.Shape = page.Shape.Change("clinic", hidden)
	}
	if p.Role == nursery.RoleCountyOffice {
		institutions, err := registry.For(s.service.Service).Choices(r.Context(), p.County)
		if err != nil {
			return page, err
		}
		page.Shape = page.Shape.WithOptions("institution", institutions)
	}
	if p.Role != nursery.RoleHospital {
		clinics, err := Clinics.All(r.Context(), s.service.Service, p, ClinicFilter{County: p.County})
		if err != nil {
			return page, err
		}
		var options []ui.Option
		for _, c := range clinics {
			options = append(options, ui.Option{Value: c.ID, Label: c.Name})
		}
		page.Shape = page.Shape.WithOptions("clinic", options)
	}
	return page, nil
}

func (s *pages) askAmendment(r *http.Request) (web.FormSpec, error) {
	d, err := s.service.Contract(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return web.FormSpec{}, err
	}
	shape := contractShape().Change("institution", hidden).Change("clinic", hidden)
	return web.FormSpec{
		Title: "修改协议条款", Back: "/contracts/" + d.CaseNo, Button: "生成新稿", Question: "修改后双方已作的签署失效，确定吗？", Version: d.Version,
		Shape: shape, Values: ui.FormOf(shape, agreement(d).Terms).Values,
	}, nil
}

func (s *pages) askGuidance(r *http.Request) (web.FormSpec, error) {
	d, err := s.service.Contract(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return web.FormSpec{}, err
	}
	return web.FormSpec{
		Title: "记录上门指导", Back: "/contracts/" + d.CaseNo, Button: "记录", Lead: d.Institution, Shape: ui.SchemaOf[GuidanceVisit](),
		To: casework.Upload{Institution: d.Institution, County: d.County},
	}, nil
}

// candidates are the clinics an institution may contract with, those that fit and are nearest first.
func (s *pages) candidates(w http.ResponseWriter, r *http.Request) error {
	p, institution := web.Principal(r.Context()), r.FormValue("institution")
	var choices []ui.Option
	var err error
	if p.Role != nursery.RoleInstitution {
		if choices, err = registry.For(s.service.Service).Choices(r.Context(), r.FormValue("county")); err != nil {
			return err
		}
		if institution == "" && len(choices) > 0 {
			institution = choices[0].Value
		}
	}
	var list []ClinicCandidate
	if institution != "" || p.Role == nursery.RoleInstitution {
		if list, err = s.service.Candidates(r.Context(), p, institution); err != nil {
			return err
		}
	}
	return s.Show(w, r, web.Frame{Title: "可签约的医疗卫生机构", Wide: true, Back: "/contracts"}, candidatesPage(list, institution, choices, p))
}
