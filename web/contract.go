package web

import (
	"net/http"
	"net/url"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/contract"
)

func registerContract(s *Site) {
	s.Task(TaskPage{Subject: s.contractedSubject}, "contract.sign", "contract.file", "contract.renew", "contract.overdue_duty", "contract.uncovered")
	s.Nav("/contracts", "签约", Places{nursery.RoleInstitution: 6, nursery.RoleHospital: 3, nursery.RoleCountyOffice: 7, nursery.RoleCityOffice: 7})
	s.Tile(5, "/contracts", "医育签约", "与医疗机构签约服务")
	s.Page("GET /contracts/candidates", Only(s.candidates, nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice))
	FormPage(s, "/contracts/new", s.askContract, func(r *http.Request, in nursery.ContractTerms) (string, string, error) {
		started, err := s.Services.StartContract(r.Context(), Principal(r.Context()), Key(r), in)
		return "/contracts/" + started.CaseNo, "签约已发起，协议文本等待双方签署。", err
	}, nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice)
	FormPage(s, "/contracts/{no}/amend", s.askAmendment, func(r *http.Request, in nursery.ContractTerms) (string, string, error) {
		d, err := s.Services.AmendContract(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), contract.ContractAmendment{ContractTerms: in, Version: Version(r)})
		return "/contracts/" + r.PathValue("no"), "协议文本已改为第 " + Count(d.Version) + " 稿，双方须重新签署。", err
	}, nursery.RoleInstitution, nursery.RoleHospital)
	FormPage(s, "/contracts/{no}/visits", s.askGuidance, func(r *http.Request, in contract.GuidanceVisit) (string, string, error) {
		_, err := s.Services.RecordVisit(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), in)
		return "/contracts/" + r.PathValue("no"), "已记录，等待机构确认。", err
	}, nursery.RoleHospital)
}

func contractShape() FormSchema {
	var services []Option
	for _, c := range nursery.ContractServices() {
		services = append(services, Option{string(c), c.Title()})
	}
	return SchemaOf[nursery.ContractTerms]().WithOptions("services", services)
}

// askContract asks for the terms. Who is one of the two parties is not asked for itself.
func (s *Site) askContract(r *http.Request) (FormSpec, error) {
	p, q := Principal(r.Context()), r.URL.Query()
	page := FormSpec{
		Title: "发起签约", Back: "/contracts", Button: "生成协议文本", Lead: "协议文本由条款生成，双方签署同一稿后生效。", Shape: contractShape(),
		Values: url.Values{"/institution": {q.Get("institution")}, "/clinic": {q.Get("clinic")}},
	}
	switch p.Role {
	case nursery.RoleInstitution:
		page.Values.Set("/institution", p.Institution)
	case nursery.RoleHospital:
		page.Values.Set("/clinic", p.Institution)
	case nursery.RoleCountyOffice:
		institutions, err := s.institutionChoices(r.Context(), p.County)
		if err != nil {
			return page, err
		}
		page.Shape = page.Shape.WithOptions("institution", institutions)
	}
	return page, nil
}

func (s *Site) askAmendment(r *http.Request) (FormSpec, error) {
	d, err := s.Services.Contract(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return FormSpec{}, err
	}
	return FormSpec{
		Title: "修改协议条款", Back: "/contracts/" + d.CaseNo, Button: "生成新稿", Question: "修改后双方已作的签署失效，确定吗？", Version: d.Version,
		Shape: contractShape(), Values: FormOf(contractShape(), agreement(d).Terms).Values,
	}, nil
}

func (s *Site) askGuidance(r *http.Request) (FormSpec, error) {
	d, err := s.Services.Contract(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return FormSpec{}, err
	}
	return FormSpec{
		Title: "记录上门指导", Back: "/contracts/" + d.CaseNo, Button: "记录", Lead: d.Institution, Shape: SchemaOf[contract.GuidanceVisit](),
		To: casework.Upload{Institution: d.Institution, County: d.County},
	}, nil
}

// candidates are the clinics an institution may contract with, those that fit and are nearest first.
func (s *Site) candidates(w http.ResponseWriter, r *http.Request) error {
	p, institution := Principal(r.Context()), r.FormValue("institution")
	var choices []Option
	var err error
	if p.Role != nursery.RoleInstitution {
		if choices, err = s.institutionChoices(r.Context(), r.FormValue("county")); err != nil {
			return err
		}
		if institution == "" && len(choices) > 0 {
			institution = choices[0].Value
		}
	}
	var list []contract.ClinicCandidate
	if institution != "" || p.Role == nursery.RoleInstitution {
		if list, err = s.Services.Candidates(r.Context(), p, institution); err != nil {
			return err
		}
	}
	return s.Show(w, r, Frame{Title: "可签约的医疗卫生机构", Wide: true, Back: "/contracts"}, candidatesPage(list, institution, choices, p))
}
