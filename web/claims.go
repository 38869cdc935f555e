package web

import (
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerClaims(s *Site) {
	s.page("GET /claims", s.claims)
	s.page("GET /claims/{no}", func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.Door.InsuranceClaim(r.Context(), who(r.Context()), r.PathValue("no"))
		if err != nil {
			return err
		}
		return s.show(w, r, frame{Title: "理赔 " + c.CaseNo, Back: "/claims"}, claimPage(c))
	})
	formPage(s, "/claims/new", always(asking{
		Title: "意外伤害险报案", Back: "/claims", Button: "报案", Lead: "事故当日须有生效的保险。经过加密保存，只有办理人员能看到。",
		Shape: shapeOf[casework.ClaimStart]().choosing("peril", perilChoices()),
	}), func(r *http.Request, in casework.ClaimStart) (string, string, error) {
		started, err := s.Door.StartClaim(r.Context(), who(r.Context()), key(r), in)
		return "/claims/" + started.CaseNo, "已报案，由承保机构核定。", err
	}, nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer)
}

func (s *Site) claims(w http.ResponseWriter, r *http.Request) error {
	p, county := who(r.Context()), r.FormValue("county")
	if wantsExport(r) {
		return exported(s, w, "意外伤害险理赔", []string{"县区", "办件编号", "婴幼儿编号", "承保情形", "事故日期", "报案日期", "申请金额（元）", "核定金额（元）", "赔付金额（元）", "赔付日期", "状态"},
			func(page casework.PageRequest) ([]casework.InsuranceClaimView, string, error) {
				list, err := s.Door.InsuranceClaims(r.Context(), p, county, page)
				return list.Items, list.Next, err
			}, func(c casework.InsuranceClaimView) []any {
				return []any{
					nursery.CountyName(c.County), c.CaseNo, c.Child, c.PerilTitle, c.AccidentOn.String(), c.ReportedOn.String(), yuan(c.AmountFen), yuanOrNone(c.AcceptedFen),
					yuanOrNone(c.PaidFen), shortDate(c.PaidOn), c.StateTitle(),
				}
			})
	}
	list, err := s.Door.InsuranceClaims(r.Context(), p, county, pageOf(r, 25))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "理赔", Wide: true, Live: true}, claimsPage(list.Items, nextPage(r, list.Next), p, r))
}

func yuanOrNone(fen *int64) string {
	if fen == nil {
		return "—"
	}
	return yuan(*fen)
}

func claimTone(state string) string {
	return map[string]string{"paid": "good", "refused": "bad", "accepted": "warn"}[state]
}
