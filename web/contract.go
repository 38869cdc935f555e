package web

import (
	"net/http"
	"net/url"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/contract"
)

func registerContract(s *Site) {
	s.page("GET /contracts/candidates", only(s.candidates, nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice))
	formPage(s, "/contracts/new", s.askContract, func(r *http.Request, in nursery.ContractTerms) (string, string, error) {
		started, err := s.Services.StartContract(r.Context(), principalFrom(r.Context()), key(r), in)
		return "/contracts/" + started.CaseNo, "签约已发起，协议文本等待双方签署。", err
	}, nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice)
	formPage(s, "/contracts/{no}/amend", s.askAmendment, func(r *http.Request, in nursery.ContractTerms) (string, string, error) {
		d, err := s.Services.AmendContract(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), contract.ContractAmendment{ContractTerms: in, Version: version(r)})
		return "/contracts/" + r.PathValue("no"), "协议文本已改为第 " + count(d.Version) + " 稿，双方须重新签署。", err
	}, nursery.RoleInstitution, nursery.RoleHospital)
	formPage(s, "/contracts/{no}/visits", s.askGuidance, func(r *http.Request, in contract.GuidanceVisit) (string, string, error) {
		_, err := s.Services.RecordVisit(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), in)
		return "/contracts/" + r.PathValue("no"), "已记录，等待机构确认。", err
	}, nursery.RoleHospital)
}

func contractShape() formSchema {
	var services []option
	for _, c := range nursery.ContractServices() {
		services = append(services, option{string(c), c.Title()})
	}
	return shapeOf[nursery.ContractTerms]().choosing("services", services)
}

// askContract asks for the terms. Who is one of the two parties is not asked for itself.
func (s *Site) askContract(r *http.Request) (asking, error) {
	p, q := principalFrom(r.Context()), r.URL.Query()
	page := asking{
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
		page.Shape = page.Shape.choosing("institution", institutions)
	}
	return page, nil
}

func (s *Site) askAmendment(r *http.Request) (asking, error) {
	d, err := s.Services.Contract(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return asking{}, err
	}
	return asking{
		Title: "修改协议条款", Back: "/contracts/" + d.CaseNo, Button: "生成新稿", Question: "修改后双方已作的签署失效，确定吗？", Version: d.Version,
		Shape: contractShape(), Values: ask(contractShape(), agreement(d).Terms).Values,
	}, nil
}

func (s *Site) askGuidance(r *http.Request) (asking, error) {
	d, err := s.Services.Contract(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return asking{}, err
	}
	return asking{
		Title: "记录上门指导", Back: "/contracts/" + d.CaseNo, Button: "记录", Lead: d.Institution, Shape: shapeOf[contract.GuidanceVisit](),
		To: casework.Upload{Institution: d.Institution, County: d.County},
	}, nil
}

// candidates are the clinics an institution may contract with, those that fit and are nearest first.
func (s *Site) candidates(w http.ResponseWriter, r *http.Request) error {
	p, institution := principalFrom(r.Context()), r.FormValue("institution")
	var choices []option
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
	return s.show(w, r, frame{Title: "可签约的医疗卫生机构", Wide: true, Back: "/contracts"}, candidatesPage(list, institution, choices, p))
}
