package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
)

func registerComplaints(s *Site) {
	s.Task(TaskPage{Subject: s.complainedSubject}, "complaint.triage")
	s.Open("GET /complaints/new", func(w http.ResponseWriter, r *http.Request) error {
		page, err := s.askComplaint(r)
		if err != nil {
			return err
		}
		return s.ShowForm(w, r, page, http.StatusOK, BoundForm{Values: page.Values})
	})
	s.Open("POST /complaints/new", s.fileComplaint)
	s.Page("GET /complaints/{no}", Only(s.complaint, nursery.RoleSupervisor))
}

// askComplaint returns the form of a complaint about the institution in the address, or casework's error. Anybody may
// file one, anonymously and without signing in.
func (s *Site) askComplaint(r *http.Request) (FormSpec, error) {
	about, err := s.Services.FiledInstitution(r.Context(), r.URL.Query().Get("institution"))
	if err != nil {
		return FormSpec{}, err
	}
	return FormSpec{
		Title: "投诉举报", Back: "/institutions/" + about.ID, Button: "提交",
		Lead:  "对“" + about.Name + "”的投诉举报，由县区监管部门处理。可以不留联系方式；内容加密保存，只有处理人员能看到。有人正处于危险中的，请先拨打 110 或 120。",
		Shape: SchemaOf[inspection.ComplaintRequest]().Only("topic", "said", "contact"),
	}, nil
}

func (s *Site) fileComplaint(w http.ResponseWriter, r *http.Request) error {
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
	in, err := Bind[inspection.ComplaintRequest](&form)
	if err != nil {
		return err
	}
	about, err := s.Services.FiledInstitution(r.Context(), r.URL.Query().Get("institution"))
	if err != nil {
		return err
	}
	in.Institution, in.County = about.ID, about.CountyCode
	if Principal(r.Context()).Account == "" {
		if wait := s.Complaints.Take(limits.Caller(r, s.TrustedProxies)); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(min(int(wait.Seconds())+1, 3600)))
			form.AddFault("", "投诉举报过于频繁，请稍后再提交，填写的内容仍在下面。情况紧急的，请直接拨打当地监管部门电话。")
			return s.ShowForm(w, r, page, http.StatusTooManyRequests, form)
		}
	}
	started, err := s.Services.FileComplaint(r.Context(), Principal(r.Context()), Key(r), in)
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.AddFaults(refused, "")
		return s.ShowForm(w, r, page, http.StatusUnprocessableEntity, form)
	}
	return s.Show(w, r, Frame{Title: "已收到投诉举报"}, complaintTakenPage(started, s.ProgressLink(started)))
}

// ProgressLink leads to a case's progress. What follows the # is never sent to a server.
func (s *Site) ProgressLink(started casework.Started) string {
	return strings.TrimSuffix(s.PublicURL, "/") + "/progress#case=" + url.QueryEscape(started.CaseNo) + "&code=" + url.QueryEscape(started.TrackingCode)
}

func (s *Site) complaint(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.Complaint(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "投诉举报 " + d.CaseNo, Back: "/cases/" + d.CaseNo}, complaintPage(d))
}

func complaintSource(source string) string {
	return map[string]string{"public": "公众", "institution": "机构", "office": "部门"}[source]
}
