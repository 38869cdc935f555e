package children

import (
	"net/http"
	"net/url"
	"strconv"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// registerChildIdentity registers what puts right who a child is and where it was: two records of one child for the county's office,
// days, deaths and releases for the institution.
func (s *pages) registerChildIdentity() {
	s.Nav("/children/alike", "疑似同一婴幼儿", web.Places{nursery.RoleCountyOffice: 10})
	county, carer := nursery.RoleCountyOffice, nursery.RoleInstitution
	s.Page("GET /children/alike", web.Only(s.alike, county, nursery.RoleAuditor))
	web.FormPage(s.Site, "/children/merge", s.askMerge, func(r *http.Request, in ChildMerge) (string, string, error) {
		_, err := s.service.MergeChildren(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/children/alike", "已合并。有误的可以撤销。", err
	}, county)
	web.FormPage(s.Site, "/children/merges/{merge}/undo", func(r *http.Request) (web.FormSpec, error) {
		return web.FormSpec{
			Title: "撤销合并", Back: "/children/alike", Button: "撤销合并", Shape: ui.SchemaOf[ChildReason](),
			Lead: "并入的内容退回原记录，合并后新登记的留在保留的记录。", Question: "确定撤销这次合并吗？",
		}, nil
	}, func(r *http.Request, in ChildReason) (string, string, error) {
		_, err := s.service.UnmergeChildren(r.Context(), web.Principal(r.Context()), web.Key(r), int64(web.AtoiOrZero(r.PathValue("merge"))), in)
		return "/children/alike", "已撤销合并。", err
	}, county)
	web.FormPage(s.Site, "/children/{id}/identity", func(r *http.Request) (web.FormSpec, error) {
		return web.FormSpec{
			Title: "更正证件号码", Back: "/children/alike", Button: "更正", Shape: ui.SchemaOf[IdentityChange](), Refusals: identityRefusals("/identity"),
			Lead: "婴幼儿 " + r.PathValue("id") + "。请核验监护人所持证件原件后填写，姓名、出生日期和性别不变。",
		}, nil
	}, func(r *http.Request, in IdentityChange) (string, string, error) {
		_, err := s.service.ChangeIdentity(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
		return "/children/alike", "证件号码已更正。", err
	}, county)
	web.FormPage(s.Site, "/children/{id}/stay", func(r *http.Request) (web.FormSpec, error) {
		return web.FormSpec{
			Title: "更正在托时间", Back: "/children", Button: "更正", Shape: ui.SchemaOf[StayCorrection](),
			Lead: "更正本机构最近一次入托、离托日期。不变的不填。",
		}, nil
	}, func(r *http.Request, in StayCorrection) (string, string, error) {
		_, err := s.service.CorrectStay(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
		return "/children", "已更正在托时间。", err
	}, carer)
	web.FormPage(s.Site, "/children/{id}/doses", func(r *http.Request) (web.FormSpec, error) {
		return web.FormSpec{
			Title: "补验预防接种证", Back: "/children/" + r.PathValue("id"), Button: "登记", Shape: ui.SchemaOf[DosesShown](),
			Lead: "按监护人出示的预防接种证填写。剂次少于原登记的，请填写更正理由。",
		}, nil
	}, func(r *http.Request, in DosesShown) (string, string, error) {
		_, err := s.service.RecordDoses(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
		return "/children/" + r.PathValue("id"), "已登记接种证上的剂次。", err
	}, carer)
	web.FormPage(s.Site, "/children/{id}/death", func(r *http.Request) (web.FormSpec, error) {
		back := "/children/" + r.PathValue("id")
		if web.Principal(r.Context()).Role == county {
			back = "/children/alike"
		}
		return web.FormSpec{
			Title: "撤销死亡登记", Back: back, Button: "撤销死亡登记", Shape: ui.SchemaOf[ChildReason](),
			Lead: "婴幼儿 " + r.PathValue("id") + "。仅用于误登记的死亡，因此离托的恢复在托。", Question: "确定该死亡登记有误吗？",
		}, nil
	}, func(r *http.Request, in ChildReason) (string, string, error) {
		_, err := s.service.WithdrawDeath(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
		if web.Principal(r.Context()).Role == county {
			return "/children/alike", "已撤销死亡登记。", err
		}
		return "/children/" + r.PathValue("id"), "已撤销死亡登记，恢复在托。", err
	}, carer, county)
	web.FormPage(s.Site, "/children/{id}/release", func(r *http.Request) (web.FormSpec, error) {
		return web.FormSpec{
			Title: "移交登记信息", Back: "/children?ended=yes", Button: "移交", Shape: ui.SchemaOf[ChildReason](),
			Lead:     "离托后，将本机构登记的监护人、同意书等信息移交接收机构。移交须经监护人同意。",
			Question: "移交后接收机构可以看到本机构登记的监护人和同意书，确定吗？",
		}, nil
	}, func(r *http.Request, in ChildReason) (string, string, error) {
		_, err := s.service.ReleaseChild(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
		return "/children?ended=yes", "已移交。", err
	}, carer)
}

// alikeView is the records that may be one child's and what was merged, by number alone.
type alikeView struct {
	Pairs  []AlikeChildren
	Merges []MergedChildren
	Next   string
	p      nursery.Principal
}

func (v alikeView) office() bool { return v.p.Role == nursery.RoleCountyOffice }

// alike shows what may be one child, and what was merged. A child is looked up by its number for another correction.
func (s *pages) alike(w http.ResponseWriter, r *http.Request) error {
	v := alikeView{p: web.Principal(r.Context())}
	var err error
	if v.Pairs, err = s.service.Alike(r.Context(), v.p); err != nil {
		return err
	}
	list, err := Merges.Page(r.Context(), s.service.Service, v.p, struct{}{}, web.PageRequest(r, 25))
	if err != nil {
		return err
	}
	v.Merges, v.Next = list.Items, web.NextPage(r, list.Next)
	return s.Show(w, r, web.Frame{Title: "疑似同一婴幼儿", Wide: true}, alikePage(v))
}

// askMerge asks for the reason of a merge; the pair comes from the list and can be changed.
func (s *pages) askMerge(r *http.Request) (web.FormSpec, error) {
	q := r.URL.Query()
	return web.FormSpec{
		Title: "合并同一婴幼儿的记录", Back: "/children/alike", Button: "合并", Shape: ui.SchemaOf[ChildMerge](),
		Lead:     "请核验两份证件的原件后合并。在托、同意、考勤、体检和投保随保留的记录，合并可以撤销。",
		Question: "确定两条记录是同一婴幼儿吗？",
		Values:   url.Values{"/child": {q.Get("child")}, "/other": {q.Get("other")}},
	}, nil
}

// mergePath is the form that merges a pair.
func mergePath(a AlikeChildren) string {
	return "/children/merge?" + url.Values{"child": {a.Child}, "other": {a.Other}}.Encode()
}

func undoPath(m MergedChildren) string {
	return "/children/merges/" + strconv.FormatInt(m.ID, 10) + "/undo"
}

// identityRefusals has the refusal of an identity shown where it is entered.
func identityRefusals(at string) map[string]string {
	return map[string]string{casework.CodeIdentityUnverified: at, casework.CodeIdentityAttempts: at}
}
