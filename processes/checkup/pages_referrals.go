package checkup

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerReferrals() {
	web.AddListing(s.Site, referralsListing)
	s.Page("GET /referrals/{no}", s.referral)
	s.Page("POST /referrals/{no}", s.referralResult)
}

// referralsListing is the page of the list of referrals.
var referralsListing = web.Listing[ReferralFilter, ReferralSummary]{
	List: Referrals, Path: "/referrals", Title: "转诊", Rows: 25, Live: true, None: "没有转诊", Hint: "体检发现需要转诊的，会出现在这里。", Search: "办件编号或机构名称",
	Choices: func(nursery.Principal) []web.Choice {
		state := web.Choice{Name: "state", Label: "状态"}
		for _, st := range []string{"open", "done", "ended"} {
			_, title := referralState(st)
			state.Options = append(state.Options, ui.Option{Value: st, Label: title})
		}
		return []web.Choice{state}
	},
	Looks: func(web.Reader) ui.Looks[ReferralSummary] { return referralLooks },
}

func referralState(state string) (tone, title string) {
	switch state {
	case "done":
		return "good", "已反馈"
	case "ended":
		return "warn", "未就诊"
	}
	return "", "在办"
}

func (s *pages) referral(w http.ResponseWriter, r *http.Request) error {
	return s.referralPage(w, r, http.StatusOK, ui.BoundForm{Shape: ui.SchemaOf[ReferralResult]()})
}

func (s *pages) referralPage(w http.ResponseWriter, r *http.Request, status int, form ui.BoundForm) error {
	d, err := s.service.Referral(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "转诊 " + d.CaseNo, Back: "/referrals"}, referralPage(d, form, web.Principal(r.Context())))
}

func (s *pages) referralResult(w http.ResponseWriter, r *http.Request) error {
	form, changed, err := s.DecodeForm(r, ui.SchemaOf[ReferralResult](), casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.referralPage(w, r, http.StatusOK, form)
	}
	in, err := ui.Bind[ReferralResult](&form)
	if err != nil {
		return err
	}
	if _, err := s.service.PutReferralResult(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in); err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.AddFaults(refused, "")
		return s.referralPage(w, r, http.StatusUnprocessableEntity, form)
	}
	return s.Done(w, r, "/referrals/"+r.PathValue("no"), "已登记结果。")
}

// referralLooks is how the columns of referrals look.
var referralLooks = ui.Looks[ReferralSummary]{
	"婴幼儿编号": ui.HeadCell(func(f ReferralSummary) ui.RowHead {
		return ui.RowHead{Link: "/referrals/" + f.CaseNo, Name: f.ChildName, Code: f.Child, Below: f.CaseNo}
	}),
	"托育机构": ui.PartyCell(func(f ReferralSummary) (string, string) { return f.InstitutionName, f.Institution }),
	"状态":   ui.TagCell(func(f ReferralSummary) (string, string) { return referralState(f.State) }),
}

func (s *pages) checkedSubject(ctx context.Context, v web.TaskView) (templ.Component, error) {
	d, err := s.service.Checkup(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return checkupPart(d, v.Reader), nil
}

// checkupLabel leads a clinic to where it records.
func checkupLabel(p nursery.Principal) string {
	if p.Role == nursery.RoleHospital {
		return "逐班登记体检"
	}
	return "各班和各项目的进度"
}
