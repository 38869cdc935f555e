package checkup

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/growth"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerCheckups()
	p.registerReferrals()
}

func (s *pages) registerCheckups() {
	s.Task(web.TaskPage{Subject: s.checkedSubject}, "checkup_round.blocked", "checkup_round.record", "checkup_round.missed")
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.Referral, referralPart)}, "referral.take", "referral.seen", "referral.trace", "referral.result")
	s.Nav("/checkups", "体检", web.Places{nursery.RoleInstitution: 7, nursery.RoleHospital: 1, nursery.RoleCountyOffice: 6, nursery.RoleCityOffice: 6})
	s.Nav("/referrals", "转诊", web.Places{nursery.RoleHospital: 2})
	web.AddListing(s.Site, s.roundsListing())
	s.Page("POST /checkups/open", s.openHalf)
	s.Page("GET /checkups/score", s.score)
	s.Page("GET /checkups/{no}", s.checkup)
	s.Page("GET /checkups/{no}/classes/{class}", s.checkupClass)
	s.Page("GET /checkups/{no}/class", s.checkupClass)
	s.Page("POST /checkups/{no}/class", s.recordClass)
	s.Page("POST /checkups/{no}/class/records", s.recordRows)
	s.Page("POST /checkups/{no}/classes/{class}", s.recordClass)
	s.Page("POST /checkups/{no}/classes/{class}/records", s.recordRows)
	s.Page("GET /checkups/{no}/children/{child}", s.childCheckup)
	s.Page("GET /checkups/{no}/children/{child}/sheet", s.guardianSheet)
}

// roundsListing is the page of the list of rounds.
func (s *pages) roundsListing() web.Listing[CheckupFilter, CheckupSummary] {
	halves := func() []ui.Option { return ui.HalfYears(nursery.DateOf(s.service.Now())) }
	return web.Listing[CheckupFilter, CheckupSummary]{
		List: Rounds, Path: "/checkups", Title: "半年健康体检", Rows: 25, Live: true, None: "没有体检", Hint: "签约生效后，每半年自动开启。", Search: "办件编号或机构名称",
		Choices: func(nursery.Principal) []web.Choice {
			state := web.Choice{Name: "state", Label: "状态"}
			for _, st := range []string{"blocked", "open", "closed"} {
				state.Options = append(state.Options, ui.Option{Value: st, Label: RoundStateTitle(st)})
			}
			return []web.Choice{{Name: "half", Label: "半年度", Options: halves()}, state}
		},
		Looks: func(web.Reader) ui.Looks[CheckupSummary] { return checkupLooks },
		Below: func(v web.Reader) (templ.Component, error) {
			return openHalf(v.Principal, halves(), nursery.HalfYearOf(nursery.DateOf(s.service.Now())).String()), nil
		},
	}
}

func (s *pages) openHalf(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	opened, err := s.service.OpenHalf(r.Context(), web.Principal(r.Context()), web.Key(r), HalfOpening{Half: r.PostFormValue("half")})
	if err != nil {
		return err
	}
	return s.Done(w, r, "/checkups", "已开启 "+strconv.Itoa(len(opened.Opened))+" 家机构的体检。")
}

func (s *pages) checkup(w http.ResponseWriter, r *http.Request) error {
	d, err := s.service.Checkup(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "半年健康体检 " + d.CaseNo, Wide: true, Live: true, Back: "/checkups"}, checkupPage(d, web.Principal(r.Context())))
}

func (s *pages) checkupClass(w http.ResponseWriter, r *http.Request) error {
	return s.classPage(w, r, http.StatusOK, nil, nil)
}

func (s *pages) classPage(w http.ResponseWriter, r *http.Request, status int, values url.Values, refused *casework.Error) error {
	sheet, err := s.service.CheckupClass(r.Context(), web.Principal(r.Context()), r.PathValue("no"), classOf(r))
	if err != nil {
		return err
	}
	if values == nil {
		values = url.Values{"on": {nursery.DateOf(s.service.Now()).String()}}
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: sheet.Class + "体检", Wide: true, Back: "/checkups/" + sheet.CaseNo, Uses: []string{"checkup.js"}},
		classGridPage(classView{Sheet: sheet, Items: columnsOf(sheet), Values: values, Refused: refused, Key: ui.NewKey()}))
}

// recordRows takes rows as a script sends them, each as soon as it is left.
func (s *pages) recordRows(w http.ResponseWriter, r *http.Request) error {
	in, err := web.ReadJSON[ClassRecords](r)
	if err != nil {
		return err
	}
	done, err := s.service.RecordCheckups(r.Context(), web.Principal(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("no"), classOf(r), in)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, done)
}

// recordClass takes the whole class as a form, where there are no scripts.
func (s *pages) recordClass(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	sheet, err := s.service.CheckupClass(r.Context(), web.Principal(r.Context()), r.PathValue("no"), classOf(r))
	if err != nil {
		return err
	}
	var in ClassRecords
	for _, child := range sheet.Children {
		if record, some := recordOf(child, r.PostForm); some {
			in.Records = append(in.Records, record)
		}
	}
	if len(in.Records) == 0 {
		return s.classPage(w, r, http.StatusUnprocessableEntity, r.PostForm, &casework.Error{Code: casework.CodeInvalid, Message: "没有填写任何一名婴幼儿。"})
	}
	done, err := s.service.RecordCheckups(r.Context(), web.Principal(r.Context()), web.Key(r), sheet.CaseNo, sheet.Class, in)
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict {
			return err
		}
		return s.classPage(w, r, http.StatusUnprocessableEntity, r.PostForm, refused)
	}
	return s.Done(w, r, r.URL.Path, "已记录 "+strconv.Itoa(len(done.Children))+" 名。")
}

// recordOf reads a row of the form; false when nothing was entered in it, or nothing else than what was recorded. What was recorded
// is recorded again with what is new if it is of the same day, so that the last record of a day is whole.
func recordOf(child ClassChild, form url.Values) (record nursery.Checkup, some bool) {
	on, _ := nursery.ParseDate(form.Get("on")) // casework refuses a missing date, with its location
	record = nursery.Checkup{Child: child.ID, CheckedOn: on, Standing: child.Months >= 24, MeasuredAgain: form.Get("again:"+child.ID) == "yes",
		Oedema: form.Get("oedema:"+child.ID) == "yes"}
	oedema := record.Oedema != child.Oedema
	for _, owed := range child.Items {
		cell := child.ID + ":" + string(owed.Item)
		item := nursery.CheckedItem{Item: owed.Item}
		value, found := strings.TrimSpace(form.Get("v:"+cell)), form.Get("r:"+cell)
		switch {
		case value != "":
			item.Done = true
			item.Value = decimal(value) // zero is refused
		case found == nursery.FoundNormal || found == nursery.FoundAbnormal:
			item.Done, item.Result = true, found
		case found != "":
			item.Reason = nursery.NotDone(found)
		default:
			continue
		}
		if owed.Item == nursery.ItemDevelopment && item.Done {
			for _, sign := range form["s:"+child.ID] {
				item.Signs = append(item.Signs, web.AtoiOrZero(sign))
			}
		}
		was, recorded := child.recorded(owed.Item)
		fresh := !recorded || item.Value != was.Value || item.Result != was.Result || !slices.Equal(item.Signs, was.Signs) ||
			oedema && owed.Item == nursery.ItemWeight
		if fresh || was.CheckedOn == on {
			record.Items, some = append(record.Items, item), some || fresh
		}
	}
	return record, some
}

// recorded returns the result of an item that was done in the round; false if there is none.
func (c ClassChild) recorded(item nursery.CheckItem) (RecordedItem, bool) {
	return doneOf(c.Recorded, item)
}

func doneOf(items []RecordedItem, item nursery.CheckItem) (RecordedItem, bool) {
	i := slices.IndexFunc(items, func(r RecordedItem) bool { return r.Item == item && r.Done })
	if i < 0 {
		return RecordedItem{}, false
	}
	return items[i], true
}

// decimalForm is a number as people write it.
var decimalForm = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,4})?$`)

// decimal returns a number as people write it, zero for anything else.
func decimal(text string) float64 {
	text = strings.TrimSpace(text)
	if !decimalForm.MatchString(text) {
		return 0
	}
	v, _ := strconv.ParseFloat(text, 64) // digits only
	return v
}

// scored is the rating of a measurement, shown to the team during entry.
type scored struct {
	Item string   `json:"item"`
	Z    *float64 `json:"z,omitempty"`
	Band string   `json:"band"`
	Tone string   `json:"tone"`
}

// score answers with the z-scores of the measurements being entered. The age in days is estimated from the months; the record is
// scored by the exact day when it is saved.
func (s *pages) score(w http.ResponseWriter, r *http.Request) error {
	number := func(name string) float64 {
		return decimal(r.URL.Query().Get(name))
	}
	months := number("months")
	got := growth.Assess(growth.Measurement{
		Sex: nursery.Sex(r.URL.Query().Get("sex")), Days: int(months*30.4375) + 15, WeightKg: number("weight"), LengthCm: number("length"), HeadCm: number("head"), Standing: months >= 24,
	})
	list := []scored{}
	for _, one := range []struct {
		item string
		z    *float64
	}{{"weight", got.WeightForAge}, {"length", got.LengthForAge}, {"head", got.HeadForAge}} {
		if number(one.item) > 0 {
			band, tone := bandOf(one.z)
			list = append(list, scored{one.item, one.z, band, tone})
		}
	}
	return web.WriteJSON(w, list)
}

// bandOf returns the level of a z-score (WS/T 423—2022 table of levels) and its tone. A score that is missing or beyond 5 is
// marked to be checked.
func bandOf(z *float64) (band, tone string) {
	switch {
	case z == nil || *z < -5 || *z > 5:
		return "请核对", "bad"
	case *z < -2:
		return "下", "warn"
	case *z < -1:
		return "中下", ""
	case *z <= 1:
		return "中", ""
	case *z <= 2:
		return "中上", ""
	}
	return "上", "warn"
}

func (s *pages) childCheckup(w http.ResponseWriter, r *http.Request) error {
	found, err := s.service.findings(r.Context(), web.Principal(r.Context()), r.PathValue("no"), r.PathValue("child"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "体检结果", Wide: true, Back: "/checkups/" + found.last.CaseNo}, childCheckupPage(found))
}

func (s *pages) guardianSheet(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.service.GuardianSheet(r.Context(), web.Principal(r.Context()), r.PathValue("no"), r.PathValue("child"))
	if err != nil {
		return err
	}
	return web.Download(w, "application/pdf", "体检结果告知.pdf", raw)
}

// classView is a class's grid: children down, items across.
type classView struct {
	Sheet   ClassSheet
	Items   []nursery.Item
	Values  url.Values
	Refused *casework.Error
	Key     string
}

// entered returns the value of a field: as it was sent, or what is recorded.
func (v classView) entered(name, recorded string) string {
	if v.Refused != nil {
		return v.Values.Get(name)
	}
	return recorded
}

// ticked reports whether a box is ticked: as it was sent, or as it is recorded.
func (v classView) ticked(name, value string, recorded bool) bool {
	if v.Refused != nil {
		return slices.Contains(v.Values[name], value)
	}
	return recorded
}

// charts are the charts of growth for the class.
func (v classView) charts() []chart {
	var all []GrowthPoint
	for _, c := range v.Sheet.Children {
		all = append(all, c.Growth...)
	}
	return chartsOf(all...)
}

// columnsOf returns the items that a child of the class owes, in the order of the grid.
func columnsOf(sheet ClassSheet) []nursery.Item {
	columns := slices.DeleteFunc(nursery.Items(), func(item nursery.Item) bool {
		return !slices.ContainsFunc(sheet.Children, func(c ClassChild) bool { _, owes := dueOf(c, item.Code); return owes })
	})
	slices.SortFunc(columns, func(x, y nursery.Item) int { return x.Column - y.Column })
	return columns
}

func dueOf(c ClassChild, item nursery.CheckItem) (DueItem, bool) {
	i := slices.IndexFunc(c.Items, func(o DueItem) bool { return o.Item == item })
	if i < 0 {
		return DueItem{}, false
	}
	return c.Items[i], true
}

// classOf is the class that an address names: in its path, or in its query where the name is no part of a path.
func classOf(r *http.Request) string { return cmp.Or(r.PathValue("class"), r.URL.Query().Get("class")) }

// classPath is the address of a class of a round, followed by more. Names of before they had a form may be dots alone, which a
// browser takes for a folder, or hold a slash, which proxies do.
func classPath(round, class, more string) string {
	if class == "." || class == ".." || strings.Contains(class, "/") {
		return "/checkups/" + round + "/class" + more + "?class=" + url.QueryEscape(class)
	}
	return "/checkups/" + round + "/classes/" + url.PathEscape(class) + more
}

// checkupLooks is how the columns of check-up rounds look.
var checkupLooks = ui.Looks[CheckupSummary]{
	"托育机构": ui.HeadCell(func(c CheckupSummary) ui.RowHead {
		return ui.RowHead{Link: "/checkups/" + c.CaseNo, Name: c.InstitutionName, Code: c.Institution, Below: c.CaseNo + " " + c.CountyName}
	}),
	"半年度":    ui.TextCell(func(c CheckupSummary) string { return ui.HalfTitle(c.Half) }),
	"医疗卫生机构": ui.PartyCell(func(c CheckupSummary) (string, string) { return c.ClinicName, c.Clinic }),
	"状态":     ui.TagCell(func(c CheckupSummary) (string, string) { return roundTone(c.State), c.StateTitle() }),
}
