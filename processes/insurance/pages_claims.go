package insurance

import (
	"cmp"
	"net/http"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerClaims() {
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.InsuranceClaim, claimPart)}, "insurance_claim.review", "insurance_claim.contest", "insurance_claim.pay")
	s.Nav("/claims", "理赔", web.Places{nursery.RoleInsurer: 2})
	web.AddListing(s.Site, claimsListing)
	s.Page("GET /claims/{no}", func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.service.InsuranceClaim(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
		if err != nil {
			return err
		}
		return s.Show(w, r, web.Frame{Title: "理赔 " + c.CaseNo, Back: "/claims"}, claimPage(c))
	})
	web.FormPage(s.Site, "/claims/new", s.askClaim, func(r *http.Request, in ClaimStart) (string, string, error) {
		started, err := s.service.StartClaim(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/claims/" + started.CaseNo, "已报案，由承保机构核定。", err
	}, nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer)
}

// askClaim asks for a claim. An institution chooses among the children in care by name; others enter what identifies a line.
func (s *pages) askClaim(r *http.Request) (web.FormSpec, error) {
	p := web.Principal(r.Context())
	page := web.FormSpec{
		Title: "意外伤害险报案", Back: "/claims", Button: "报案", Lead: "事故当日须有生效的保险。经过加密保存，只有办理人员能看到。",
		Shape: ui.SchemaOf[ClaimStart]().WithOptions("peril", perilChoices()),
	}
	if p.Role != nursery.RoleInstitution {
		return page, nil
	}
	list, _, err := children.Children.Some(r.Context(), s.service.Service, p, children.EnrolmentFilter{}, casework.SortMost)
	var options []ui.Option
	for _, c := range list {
		options = append(options, ui.Option{Value: c.ID, Label: cmp.Or(c.Name, c.ID) + "，" + c.Class})
	}
	page.Shape = page.Shape.WithOptions("child", options)
	return page, err
}

// claimsListing is the page of the list of claims.
var claimsListing = web.Listing[ClaimFilter, InsuranceClaimView]{
	List: Claims, Path: "/claims", Title: "理赔", Rows: 25, Live: true, None: "没有报案", Search: "办件编号或机构名称",
	Acts: func(p nursery.Principal) []web.Link {
		switch p.Role {
		case nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer:
			return []web.Link{{Path: "/claims/new", Title: "报案", Main: true}}
		}
		return nil
	},
	Looks: func(web.Reader) ui.Looks[InsuranceClaimView] { return claimLooks },
}

func yuanOrNone(fen *int64) string {
	if fen == nil {
		return "—"
	}
	return ui.Yuan(*fen)
}

func claimTone(state string) string {
	return map[string]string{"paid": "good", "refused": "bad", "accepted": "warn"}[state]
}

// claimLooks is how the columns of claims look.
var claimLooks = ui.Looks[InsuranceClaimView]{
	"办件编号": ui.HeadCell(func(c InsuranceClaimView) ui.RowHead {
		return ui.RowHead{Link: "/claims/" + c.CaseNo, Name: c.CaseNo, Below: nursery.CountyName(c.County) + " " + c.Child}
	}),
	"状态": ui.TagCell(func(c InsuranceClaimView) (string, string) { return claimTone(c.State), c.StateTitle() }),
}
