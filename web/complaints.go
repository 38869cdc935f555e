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
	s.open("GET /complaints/new", func(w http.ResponseWriter, r *http.Request) error {
		page, err := s.askComplaint(r)
		if err != nil {
			return err
		}
		return s.showAsking(w, r, page, http.StatusOK, boundForm{Values: page.Values})
	})
	s.open("POST /complaints/new", s.fileComplaint)
	s.page("GET /complaints/{no}", only(s.complaint, nursery.RoleSupervisor))
}

// askComplaint returns the form of a complaint about the institution in the address, or casework's error. Anybody may
// file one, anonymously and without signing in.
func (s *Site) askComplaint(r *http.Request) (asking, error) {
	about, err := s.Services.FiledInstitution(r.Context(), r.URL.Query().Get("institution"))
	if err != nil {
		return asking{}, err
	}
	return asking{
		Title: "投诉举报", Back: "/institutions/" + about.ID, Button: "提交",
		Lead:  "对“" + about.Name + "”的投诉举报，由县区监管部门处理。可以不留联系方式；内容加密保存，只有处理人员能看到。有人正处于危险中的，请先拨打 110 或 120。",
		Shape: shapeOf[inspection.ComplaintRequest]().only("topic", "said", "contact"),
	}, nil
}

func (s *Site) fileComplaint(w http.ResponseWriter, r *http.Request) error {
	page, err := s.askComplaint(r)
	if err != nil {
		return err
	}
	form, changed, err := s.parseForm(r, page.Shape, casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.showAsking(w, r, page, http.StatusOK, form)
	}
	in, err := bind[inspection.ComplaintRequest](&form)
	if err != nil {
		return err
	}
	about, err := s.Services.FiledInstitution(r.Context(), r.URL.Query().Get("institution"))
	if err != nil {
		return err
	}
	in.Institution, in.County = about.ID, about.CountyCode
	if principalFrom(r.Context()).Account == "" {
		if wait := s.Complaints.Take(limits.Caller(r, s.TrustedProxies)); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(min(int(wait.Seconds())+1, 3600)))
			form.fault("", "投诉举报过于频繁，请稍后再提交，填写的内容仍在下面。情况紧急的，请直接拨打当地监管部门电话。")
			return s.showAsking(w, r, page, http.StatusTooManyRequests, form)
		}
	}
	started, err := s.Services.FileComplaint(r.Context(), principalFrom(r.Context()), key(r), in)
	if err != nil {
		refused := s.asUserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.refusedWith(refused, "")
		return s.showAsking(w, r, page, http.StatusUnprocessableEntity, form)
	}
	return s.show(w, r, frame{Title: "已收到投诉举报"}, complaintTakenPage(started, s.progressLink(started)))
}

// progressLink leads to a case's progress. What follows the # is never sent to a server.
func (s *Site) progressLink(started casework.Started) string {
	return strings.TrimSuffix(s.PublicURL, "/") + "/progress#case=" + url.QueryEscape(started.CaseNo) + "&code=" + url.QueryEscape(started.TrackingCode)
}

func (s *Site) complaint(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.Complaint(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "投诉举报 " + d.CaseNo, Back: "/cases/" + d.CaseNo}, complaintPage(d))
}

func complaintSource(source string) string {
	return map[string]string{"public": "公众", "institution": "机构", "office": "部门"}[source]
}
