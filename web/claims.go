package web

import (
	"net/http"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
)

func registerClaims(s *Site) {
	s.page("GET /claims", s.claims)
	s.page("GET /claims/{no}", func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.Services.InsuranceClaim(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
		if err != nil {
			return err
		}
		return s.show(w, r, frame{Title: "理赔 " + c.CaseNo, Back: "/claims"}, claimPage(c))
	})
	formPage(s, "/claims/new", always(asking{
		Title: "意外伤害险报案", Back: "/claims", Button: "报案", Lead: "事故当日须有生效的保险。经过加密保存，只有办理人员能看到。",
		Shape: shapeOf[insurance.ClaimStart]().choosing("peril", perilChoices()),
	}), func(r *http.Request, in insurance.ClaimStart) (string, string, error) {
		started, err := s.Services.StartClaim(r.Context(), principalFrom(r.Context()), key(r), in)
		return "/claims/" + started.CaseNo, "已报案，由承保机构核定。", err
	}, nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer)
}

func (s *Site) claims(w http.ResponseWriter, r *http.Request) error {
	p, county := principalFrom(r.Context()), r.FormValue("county")
	return listPage(s, w, r, p, insurance.Claims, insurance.InsuranceFilter{County: county}, 25, frame{Title: "理赔", Wide: true, Live: true}, func(list casework.Page[insurance.InsuranceClaimView]) templ.Component {
		return claimsPage(list.Items, nextPage(r, list.Next), p, r)
	})
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

// claimCells is the table of claims.
var claimCells = cellsOf(insurance.Claims.Sheet, looks[insurance.InsuranceClaimView]{
	"办件编号": headed(func(c insurance.InsuranceClaimView) rowHead {
		return rowHead{"/claims/" + c.CaseNo, c.CaseNo, "", nursery.CountyName(c.County) + " " + c.Child}
	}),
	"状态": tagged(func(c insurance.InsuranceClaimView) (string, string) { return claimTone(c.State), c.StateTitle() }),
})
