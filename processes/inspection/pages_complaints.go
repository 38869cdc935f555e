package inspection

import (
	"net/http"
	"strconv"

	"tuoyu/casework"
	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/registry"
	"tuoyu/web"
)

func (s *pages) registerComplaints() {
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.Complaint, complaintPart)}, "complaint.triage")
	s.Open("GET /complaints/new", func(w http.ResponseWriter, r *http.Request) error {
		page, err := s.askComplaint(r)
		if err != nil {
			return err
		}
		return s.ShowForm(w, r, page, http.StatusOK, web.BoundForm{Values: page.Values})
	})
	s.Open("POST /complaints/new", s.fileComplaint)
	s.Page("GET /complaints/{no}", web.Only(s.complaint, nursery.RoleSupervisor))
}

// askComplaint returns the form of a complaint about the institution in the address, or casework's error. Anybody may
// file one, anonymously and without signing in.
func (s *pages) askComplaint(r *http.Request) (web.FormSpec, error) {
	about, err := registry.For(s.service.Service).FiledInstitution(r.Context(), r.URL.Query().Get("institution"))
	if err != nil {
		return web.FormSpec{}, err
	}
	return web.FormSpec{
		Title: "投诉举报", Back: "/institutions/" + about.ID, Button: "提交",
		Lead:  "对“" + about.Name + "”的投诉举报，由县区监管部门处理。可以不留联系方式；内容加密保存，只有处理人员能看到。有人正处于危险中的，请先拨打 110 或 120。",
		Shape: web.SchemaOf[ComplaintRequest]().Only("topic", "said", "contact"),
	}, nil
}

func (s *pages) fileComplaint(w http.ResponseWriter, r *http.Request) error {
	page, err := s.askComplaint(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, page.Shape, casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.ShowForm(w, r, page, http.StatusOK, form)
	}
	in, err := web.Bind[ComplaintRequest](&form)
	if err != nil {
		return err
	}
	about, err := registry.For(s.service.Service).FiledInstitution(r.Context(), r.URL.Query().Get("institution"))
	if err != nil {
		return err
	}
	in.Institution, in.County = about.ID, about.CountyCode
	if web.Principal(r.Context()).Account == "" {
		if wait := s.Submissions.Take(limits.Caller(r, s.TrustedProxies)); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(min(int(wait.Seconds())+1, 3600)))
			form.AddFault("", "投诉举报过于频繁，请稍后再提交，填写的内容仍在下面。情况紧急的，请直接拨打当地监管部门电话。")
			return s.ShowForm(w, r, page, http.StatusTooManyRequests, form)
		}
	}
	started, err := s.service.FileComplaint(r.Context(), web.Principal(r.Context()), web.Key(r), in)
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.AddFaults(refused, "")
		return s.ShowForm(w, r, page, http.StatusUnprocessableEntity, form)
	}
	return s.Show(w, r, web.Frame{Title: "已收到投诉举报"}, complaintTakenPage(started, s.ProgressLink(started)))
}

func (s *pages) complaint(w http.ResponseWriter, r *http.Request) error {
	d, err := s.service.Complaint(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "投诉举报 " + d.CaseNo, Back: "/cases/" + d.CaseNo}, complaintPage(d))
}

func complaintSource(source string) string {
	return map[string]string{"public": "公众", "institution": "机构", "office": "部门"}[source]
}
