package inspection

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"

	"tuoyu/casework"
	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/registry"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerComplaints() {
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.Complaint, complaintPart)}, "complaint.triage")
	s.Open("GET /complaints/new", func(w http.ResponseWriter, r *http.Request) error {
		page, err := s.askComplaint(r)
		if err != nil {
			return err
		}
		return s.complaintForm(w, r, page, http.StatusOK, ui.BoundForm{Values: page.Values})
	})
	s.Open("POST /complaints/new", s.fileComplaint)
	s.Page("GET /complaints/{no}", web.Only(s.complaint, nursery.RoleSupervisor))
}

// complaintAsked is the form of a complaint.
type complaintAsked struct {
	web.FormSpec
	about registry.FiledInstitutionDetail // zero: a place that is named in the form
}

// askComplaint returns the form of a complaint about the institution in the address, or about a place that is named in it, or
// casework's error. Anybody may file one, anonymously and without signing in.
func (s *pages) askComplaint(r *http.Request) (page complaintAsked, err error) {
	const care = "由县区监管部门处理。可以不留联系方式；内容加密保存，只有处理人员能看到。有人正处于危险中的，请先拨打 110 或 120。"
	shape := ui.SchemaOf[ComplaintRequest]()
	page.Title, page.Button, page.Back, page.Values = "投诉举报", "提交", "/", url.Values{}
	if id := r.URL.Query().Get("institution"); id != "" {
		if page.about, err = registry.For(s.service.Service).FiledInstitution(r.Context(), id); err != nil {
			return page, err
		}
		page.Back, page.Lead = "/institutions/"+page.about.ID, "对“"+page.about.Name+"”的投诉举报，"+care
		page.Shape = shape.Only("topic", "said", "contact")
		return page, nil
	}
	page.Lead = "对托育机构或者没有备案的托育场所的投诉举报，" + care
	page.Shape = shape.Only("county", "place_name", "address", "topic", "said", "contact").WithOptions("county", ui.Counties())
	for _, name := range []string{"place_name", "address"} {
		page.Shape = page.Shape.Change(name, func(f ui.FormSchema) ui.FormSchema {
			f.Required = true
			f.Label = map[string]string{"place_name": "被投诉的地方叫什么", "address": "地址"}[f.Name]
			return f
		})
	}
	page.Values.Set("/county", r.URL.Query().Get("county"))
	return page, nil
}

func (s *pages) complaintForm(w http.ResponseWriter, r *http.Request, page complaintAsked, status int, form ui.BoundForm) error {
	form.Shape = page.Shape
	return s.ShowStatus(w, r, status, web.Frame{Title: page.Title, Back: page.Back}, complaintFormPage(page, form, r.URL.RequestURI()))
}

// takePhotos takes the photos out of a form, so that the form is read without them.
func takePhotos(r *http.Request) (photos []*multipart.FileHeader, err error) {
	if err := web.ParseForm(r); err != nil || r.MultipartForm == nil {
		return nil, err
	}
	for _, photo := range r.MultipartForm.File["photos"] {
		if photo.Filename != "" {
			photos = append(photos, photo)
		}
	}
	delete(r.MultipartForm.File, "photos")
	return photos, nil
}

func (s *pages) fileComplaint(w http.ResponseWriter, r *http.Request) error {
	page, err := s.askComplaint(r)
	if err != nil {
		return err
	}
	photos, err := takePhotos(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, page.Shape, casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.complaintForm(w, r, page, http.StatusOK, form)
	}
	in, err := ui.Bind[ComplaintRequest](&form)
	if err != nil {
		return err
	}
	if page.about.ID != "" {
		in.Institution, in.County = page.about.ID, page.about.CountyCode
	}
	if len(photos) > MostPhotos {
		form.AddFault("", fmt.Sprintf("最多 %d 张照片，请重新选择。", MostPhotos))
		return s.complaintForm(w, r, page, http.StatusUnprocessableEntity, form)
	}
	if web.Principal(r.Context()).Account == "" {
		if wait := s.Submissions.Take(limits.Caller(r, s.TrustedProxies)); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(min(int(wait.Seconds())+1, 3600)))
			form.AddFault("", "投诉举报过于频繁，请稍后再提交，填写的内容仍在下面。情况紧急的，请直接拨打当地监管部门电话。")
			return s.complaintForm(w, r, page, http.StatusTooManyRequests, form)
		}
	}
	started, err := s.service.FileComplaint(r.Context(), web.Principal(r.Context()), web.Key(r), in)
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.AddFaults(refused, "")
		return s.complaintForm(w, r, page, http.StatusUnprocessableEntity, form)
	}
	taken, faults := s.addPhotos(r.Context(), started, photos)
	return s.Show(w, r, web.Frame{Title: "已收到投诉举报"}, complaintTakenPage(started, s.ProgressLink(started), taken, faults, s.Contact(r.Context(), in.County)))
}

// addPhotos adds the photos to a complaint that was filed, and returns how many it has and why others were not taken.
func (s *pages) addPhotos(ctx context.Context, started casework.Started, photos []*multipart.FileHeader) (taken int, faults []string) {
	for n, photo := range photos {
		count, err := s.addPhoto(ctx, started, taken, photo)
		if err != nil {
			faults = append(faults, fmt.Sprintf("第 %d 张照片没有收到：%s", n+1, web.FileMessage(s.UserError(ctx, err))))
			continue
		}
		taken = min(count, taken+1)
	}
	return taken, faults
}

func (s *pages) addPhoto(ctx context.Context, started casework.Started, after int, photo *multipart.FileHeader) (int, error) {
	file, err := photo.Open()
	if err != nil {
		return 0, fmt.Errorf("open photo: %w", err)
	}
	defer file.Close()
	return s.service.AddComplaintPhoto(ctx, started.CaseNo, started.TrackingCode, after, casework.Upload{Name: photo.Filename, Body: file})
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
