package web

import (
	"net/http"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
)

func registerClaims(s *Site) {
	s.Task(TaskPage{Subject: s.claimedSubject}, "insurance_claim.review", "insurance_claim.contest", "insurance_claim.pay")
	s.Nav("/claims", "理赔", Places{nursery.RoleInsurer: 2})
	s.Page("GET /claims", s.claims)
	s.Page("GET /claims/{no}", func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.Services.InsuranceClaim(r.Context(), Principal(r.Context()), r.PathValue("no"))
		if err != nil {
			return err
		}
		return s.Show(w, r, Frame{Title: "理赔 " + c.CaseNo, Back: "/claims"}, claimPage(c))
	})
	FormPage(s, "/claims/new", Always(FormSpec{
		Title: "意外伤害险报案", Back: "/claims", Button: "报案", Lead: "事故当日须有生效的保险。经过加密保存，只有办理人员能看到。",
		Shape: SchemaOf[insurance.ClaimStart]().WithOptions("peril", perilChoices()),
	}), func(r *http.Request, in insurance.ClaimStart) (string, string, error) {
		started, err := s.Services.StartClaim(r.Context(), Principal(r.Context()), Key(r), in)
		return "/claims/" + started.CaseNo, "已报案，由承保机构核定。", err
	}, nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer)
}

func (s *Site) claims(w http.ResponseWriter, r *http.Request) error {
	p, county := Principal(r.Context()), r.FormValue("county")
	return ListPage(s, w, r, p, insurance.Claims, insurance.InsuranceFilter{County: county}, 25, Frame{Title: "理赔", Wide: true, Live: true}, func(list casework.Page[insurance.InsuranceClaimView]) templ.Component {
		return claimsPage(list.Items, NextPage(r, list.Next), p, r)
	})
}

func yuanOrNone(fen *int64) string {
	if fen == nil {
		return "—"
	}
	return Yuan(*fen)
}

func claimTone(state string) string {
	return map[string]string{"paid": "good", "refused": "bad", "accepted": "warn"}[state]
}

// claimCells is the table of claims.
var claimCells = CellsOf(insurance.Claims.Sheet, Looks[insurance.InsuranceClaimView]{
	"办件编号": HeadCell(func(c insurance.InsuranceClaimView) RowHead {
		return RowHead{"/claims/" + c.CaseNo, c.CaseNo, "", nursery.CountyName(c.County) + " " + c.Child}
	}),
	"状态": TagCell(func(c insurance.InsuranceClaimView) (string, string) { return claimTone(c.State), c.StateTitle() }),
})
