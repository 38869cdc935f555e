package tests

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/testdata"
)

// strings returns one column of what the database holds.
func (s *site) strings(query string, args ...any) (found []string) {
	s.t.Helper()
	require.NoError(s.t, s.db.As(s.t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		found, err = q.Strings(s.t.Context(), query, args...)
		return err
	}))
	return found
}

func TestAChildThatLeavesIsReleasedToTheNextWhereTheGuardianAgrees(t *testing.T) {
	s := openSite(t)
	v := s.institution()
	carer := nursery.Principal{Account: "carer-90", Role: nursery.RoleInstitution, County: "140403", Institution: "inst-140403-90"}
	day := nursery.DateOf(s.now())
	for serial, c := range map[int]struct{ release, released string }{9101: {"yes", day.String()}, 9102: {"", ""}} {
		child, err := s.service.EnrolChild(t.Context(), carer, "enrol-"+c.release, children.Enrolment{
			Child: testdata.Child("140403", serial, day), Class: "春苗班", EnteredOn: day.AddDays(-20),
		})
		require.NoError(t, err)
		require.Contains(t, v.get("/children").Body, `name="release" value="yes"`)
		p, err := v.Send(t.Context(), http.MethodPost, "/children/"+child.ID+"/leave?class=%E6%98%A5%E8%8B%97%E7%8F%AD", url.Values{
			"_key": {"too early-" + child.ID}, "left_on": {day.AddDays(-30).String()}, "leave": {"transferred"}, "release": {c.release},
		})
		require.NoError(t, err)
		require.Equal(t, http.StatusUnprocessableEntity, p.Status)
		require.Contains(t, p.Body, `value="`+day.AddDays(-30).String()+`"`)
		require.Contains(t, p.Body, `<option value="transferred" selected>`)
		require.Contains(t, p.Body, "离托没有登记：")
		require.Equal(t, c.release == "yes", strings.Contains(p.Body, `name="release" value="yes" checked`))
		p, err = v.Send(t.Context(), http.MethodPost, "/children/"+child.ID+"/leave", url.Values{
			"_key": {"leaves-" + child.ID}, "left_on": {day.String()}, "leave": {"transferred"}, "release": {c.release},
		})
		require.NoError(t, err)
		require.Equal(t, http.StatusSeeOther, p.Status, p.Body)
		require.Equal(t, []string{c.released}, s.strings(`SELECT coalesce(released_on::text, '') FROM enrolments WHERE child = $1`, child.ID))
	}
}

func TestAReasonForTheAgeIsAskedOnceTheAgeNeedsOne(t *testing.T) {
	s := openSite(t)
	v := s.institution()
	require.NotContains(t, v.get("/children").Body, `name="/age_reason"`)
	day := nursery.DateOf(s.now())
	child := testdata.Child("140403", 9103, day.AddMonths(-36))
	form := url.Values{
		"_key": {"older"}, "/child/identity_kind": {string(child.IdentityKind)}, "/child/identity": {child.Identity}, "/child/name": {child.Name},
		"/child/born_on": {child.BornOn.String()}, "/child/sex": {string(child.Sex)}, "/child/county": {"140403"}, "/class": {"春苗班"}, "/entered_on": {day.String()},
	}
	p, err := v.Send(t.Context(), http.MethodPost, "/children", form)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, p.Status)
	require.Contains(t, p.Body, `name="/age_reason"`)
	form.Set("_key", "older with a reason")
	form.Set("/age_reason", "监护人要求延托至学期末")
	p, err = v.Send(t.Context(), http.MethodPost, "/children", form)
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, p.Status, p.Body)
}

func TestACalendarThatCannotBeReadStandsAtItsField(t *testing.T) {
	s := openSite(t)
	v := s.signedIn(s.account(`{"role":"administrator","county":"140400"}`))
	for name, content := range map[string][]byte{"empty": nil, "no JSON": []byte("2027 年"), "no year": []byte(`{"year":1}`)} {
		t.Run(name, func(t *testing.T) {
			status, page := v.sendFile("/admin/calendar", map[string]string{"_key": "key-" + name}, "file", "2027.json", content)
			require.Equal(t, http.StatusUnprocessableEntity, status)
			require.Contains(t, page, `id="file-fault"`)
			require.Contains(t, page, `action="/admin/calendar"`)
		})
	}
}

func TestWhoStandsInIsChosenAmongNamedColleagues(t *testing.T) {
	s := openSite(t)
	about := `{"role":"clerk","county":"140403"}`
	account, colleague := s.account(about), s.account(about)
	v := s.signedIn(account)
	require.Contains(t, v.get("/admin/absences").Body, `<input id="f-delegate"`, "a clerk alone is told what is wrong with an account")
	require.NoError(t, s.service.Seen(t.Context(), nursery.Principal{Account: colleague, Role: nursery.RoleClerk, County: "140403"}, "受理岗二号"))
	page := v.get("/admin/absences").Body
	require.Contains(t, page, `value="`+colleague+`"`)
	require.Contains(t, page, "受理岗二号（"+colleague+"）")
	require.NotContains(t, page, `value="`+account+`"`)
	day := nursery.DateOf(s.now())
	form := url.Values{"_key": {"away"}, "/from_on": {day.AddDays(1).String()}, "/until_on": {day.String()}, "/delegate": {colleague}}
	p, err := v.Send(t.Context(), http.MethodPost, "/absences", form)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, p.Status)
	require.Contains(t, p.Body, "受理岗二号（"+colleague+"）", "it stays a choice")
	form["_key"], form["/until_on"] = []string{"away then"}, []string{day.AddDays(2).String()}
	p, err = v.Send(t.Context(), http.MethodPost, "/absences", form)
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, p.Status, p.Body)
	require.Equal(t, []string{colleague}, s.strings(`SELECT delegate FROM absences WHERE account = $1`, account))
	form["_key"], form["/until_on"] = []string{"away again"}, []string{day.String()}
	p, err = v.Send(t.Context(), http.MethodPost, "/absences", form)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, p.Status)
	require.NotContains(t, p.Body, "没有人外出", "who is away stands above the form that was refused")
}

func TestAColleagueWhoIsAwayAsWellIsExplainedAtTheForm(t *testing.T) {
	s := openSite(t)
	account, other := s.account(`{"role":"clerk","county":"140403"}`), s.account(`{"role":"clerk","county":"140403"}`)
	v, w := s.signedIn(account), s.signedIn(other)
	day := nursery.DateOf(s.now())
	form := url.Values{"_key": {"first"}, "/from_on": {day.String()}, "/until_on": {day.String()}, "/delegate": {other}, "/reason": {"外出培训"}}
	p, err := v.Send(t.Context(), http.MethodPost, "/absences", form)
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, p.Status, p.Body)
	form["_key"], form["/delegate"] = []string{"second"}, []string{account}
	p, err = w.Send(t.Context(), http.MethodPost, "/absences", form)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, p.Status)
	require.Contains(t, p.Body, "同期不在岗")
	require.Contains(t, p.Body, "外出培训")
}
