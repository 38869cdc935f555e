package e2e

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tuoyu/nursery"
)

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	b := newBrowser(t, h)
	if p := b.get("/tasks?view=mine"); p.Location != "/signin?next=%2Ftasks%3Fview%3Dmine" {
		t.Errorf("led to %q", p.Location)
	}
	if p := b.get("/signin/callback?code=x&state=guessed"); p.Status != 400 {
		t.Errorf("a callback nobody asked for is answered %d", p.Status)
	}
	b.signIn("clerk-140403", "/account")
	before := b.Cookie
	if p := b.get("/account"); !strings.Contains(p.Body, "clerk-140403") || strings.Contains(p.Body, before) {
		t.Errorf("the account page: %s", p.Body)
	}
	if n := h.number(t, `SELECT count(*) FROM web_sessions WHERE token = $1`, before); n != 0 {
		t.Error("a session's token stands in the database")
	}
	other := signIn(t, h, "clerk-140403")
	out := b.get("/account")
	if p := b.post("/account/signout-all", "_key", keyOn(t, out)); !strings.Contains(p.Location, "/end_session?") {
		t.Errorf("led to %q, %d", p.Location, p.Status)
	}
	for _, one := range []*browser{b, other} {
		if p := one.get("/tasks"); !strings.HasPrefix(p.Location, "/signin") {
			t.Errorf("still signed in: %d", p.Status)
		}
	}
	b.Cookie = before
	if p := b.get("/tasks"); !strings.HasPrefix(p.Location, "/signin") {
		t.Errorf("an ended session is taken: %d", p.Status)
	}
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`} {
		b := newBrowser(t, h)
		if p := b.signIn("clerk-140403", next); !strings.Contains(p.Body, "待办") {
			t.Errorf("led elsewhere by %s: %s", next, p.Body)
		}
	}
}

func TestARealInstanceOffersNoAccounts(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	b := newBrowser(t, h)
	if p := b.get("/signin"); p.Status != 200 || strings.Contains(p.Body, "clerk-") || strings.Contains(p.Body, "演示") {
		t.Errorf("%d: %s", p.Status, p.Body)
	}
	if p := b.get("/signin/start?account=clerk-140403"); strings.Contains(p.Location, "clerk-140403") {
		t.Errorf("an account is passed on: %s", p.Location)
	}
}

func TestAFormActsOnceAndFromThisSiteAlone(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	_, caseNo := filed(t, h, "community")
	clerk := signIn(t, h, "clerk-140403")
	shown := clerk.get("/cases/" + caseNo)
	for range 2 {
		if p := clerk.post("/cases/"+caseNo+"/comment", "_key", keyOn(t, shown), "text", "请补充说明"); p.Location != "/cases/"+caseNo {
			t.Errorf("%d: %s", p.Status, p.Body)
		}
	}
	if n := h.number(t, `SELECT count(*) FROM case_events WHERE case_no = $1 AND note = '请补充说明'`, caseNo); n != 1 {
		t.Errorf("sent twice, written %d times", n)
	}
	form := map[string][]string{"_key": {"k"}, "text": {"从别处来"}}
	if p := clerk.send(http.MethodPost, "/cases/"+caseNo+"/comment", form, "Sec-Fetch-Site", "cross-site"); p.Status != 403 {
		t.Errorf("another site's form is answered %d", p.Status)
	}
	if n := h.number(t, `SELECT count(*) FROM case_events WHERE note = '从别处来'`); n != 0 {
		t.Error("another site's form acted")
	}
}

func TestAFormThatComesAfterItsSessionIsNotLost(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	_, caseNo := filed(t, h, "community")
	clerk := signIn(t, h, "clerk-140403")
	shown := clerk.get("/cases/" + caseNo)
	if _, err := h.db.Exec(t.Context(), `UPDATE web_sessions SET idle_until = now() - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	p := clerk.post("/cases/"+caseNo+"/comment", "_key", keyOn(t, shown), "text", "写了很久的意见")
	if p.Status != http.StatusUnauthorized || !strings.Contains(p.Body, "已保留") {
		t.Fatalf("%d: %s", p.Status, p.Body)
	}
	if n := h.number(t, `SELECT count(*) FROM kept_forms WHERE position('写了很久'::bytea IN body) > 0`); n != 0 {
		t.Error("what was kept is readable in the database")
	}
	stranger := signIn(t, h, "clerk-140403-2")
	again := clerk.signIn("clerk-140403", "/tasks")
	if !strings.Contains(again.Body, "您填写的内容仍在") || !strings.Contains(again.Body, "写了很久的意见") {
		t.Fatalf("not offered: %s", again.Body)
	}
	id := regexp.MustCompile(`name="_kept" value="([^"]+)"`).FindStringSubmatch(again.Body)[1]
	if p := stranger.get("/kept/" + id); p.Status != 404 {
		t.Errorf("another account sees it: %d", p.Status)
	}
	if p := clerk.post("/cases/"+caseNo+"/comment", "_key", keyOn(t, again), "text", "写了很久的意见", "_kept", id); p.Location != "/cases/"+caseNo {
		t.Errorf("%d: %s", p.Status, p.Body)
	}
	if n := h.number(t, `SELECT count(*) FROM case_events WHERE case_no = $1 AND note = '写了很久的意见'`, caseNo); n != 1 {
		t.Errorf("written %d times", n)
	}
	if n := h.number(t, `SELECT count(*) FROM kept_forms`); n != 0 {
		t.Error("still kept after it was sent on")
	}
}

// overseers monitor the work of others.
var overseers = []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}

// paymasters see the money of their county, or of the city.
var paymasters = []nursery.Role{nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}

// seenBy lists pages and the roles that may open them, as defined by authz; {case} and {task} belong to 潞州区.
var seenBy = []struct {
	path  string
	roles []nursery.Role
	own   bool // of one case: for another county it does not exist
}{
	{"/", everybody, false},
	{"/progress", everybody, false},
	{"/institutions", everybody, false},
	{"/complaints/new", everybody, false},
	{"/guide", everybody, false},
	{"/guide/filing", everybody, false},
	{"/guide/filing/blank/commitment", everybody, false},
	{"/contact", everybody, false},
	{"/contact/140403", only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAdministrator), false},
	{"/help", everybody, false},
	{"/privacy", everybody, false},
	{"/account", nursery.Roles(), false},
	{"/targets", only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator), false},
	{"/targets/trends", only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator), false},
	{"/targets/report", only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator), false},
	{"/targets/entries", only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor), false},
	{"/targets/p07", only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator), false},
	{"/targets/p07/enter/P07-lectures", only(nursery.RoleCountyOffice, nursery.RoleCityOffice), false},
	{"/overdue", only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator), false},
	{"/workload", only(nursery.RoleSupervisor, nursery.RoleCountyOffice), false},
	{"/admin/absences", append([]nursery.Role{nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, office...), false},
	{"/admin/settings?county=140403", append([]nursery.Role{nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, office...), false},
	{"/admin/rules", only(nursery.RoleSupervisor, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator, nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover), false},
	{"/admin/rules/backtest", only(nursery.RoleCountyOffice, nursery.RoleCityOffice), false},
	{"/admin/calendar", only(nursery.RoleSupervisor, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator), false},
	{"/overview", overseers, false},
	{"/build", overseers, false},
	{"/register", append([]nursery.Role{nursery.RoleHospital}, readers...), false},
	{"/contracts", append([]nursery.Role{nursery.RoleInstitution, nursery.RoleHospital}, overseers...), false},
	{"/checkups", append([]nursery.Role{nursery.RoleInstitution, nursery.RoleHospital}, overseers...), false},
	{"/inspections", append([]nursery.Role{nursery.RoleInstitution, nursery.RoleInspector}, overseers...), false},
	{"/visits", only(nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice), false},
	{"/referrals", only(nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor), false},
	{"/children", only(nursery.RoleInstitution), false},
	{"/children/consents", only(nursery.RoleInstitution), false},
	{"/children/consents/blank", only(nursery.RoleInstitution), false},
	{"/children/alike", only(nursery.RoleCountyOffice, nursery.RoleAuditor), false},
	{"/children/merge", only(nursery.RoleCountyOffice), false},
	{"/attendance", only(nursery.RoleInstitution), false},
	{"/attendance/month", only(nursery.RoleInstitution), false},
	{"/filing/new", only(nursery.RoleInstitution), false},
	{"/filing/cancel", only(nursery.RoleInstitution), false},
	{"/registrations", only(nursery.RoleRegistrar), false},
	{"/contracts/candidates", only(nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice), false},
	{"/contracts/new", only(nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice), false},
	{"/clinics", append([]nursery.Role{nursery.RoleHospital}, readers...), false},
	{"/clinics/new", only(nursery.RoleCountyOffice), false},
	{"/readings", only(nursery.RoleCountyOffice, nursery.RoleAuditor), false},
	{"/build/new", only(nursery.RoleCityOffice), false},
	{"/build/ranking", overseers, false},
	{"/inspection-plans", overseers, false},
	{"/inspection-plans/new", only(nursery.RoleSupervisor), false},
	{"/inspectors", append([]nursery.Role{nursery.RoleInspector}, overseers...), false},
	{"/inspectors/new", only(nursery.RoleSupervisor), false},
	{"/inspections/new", only(nursery.RoleSupervisor), false},
	{"/insurance", only(nursery.RoleInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor), false},
	{"/insurance/reconciled", only(nursery.RoleInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor), false},
	{"/insurance/new", only(nursery.RoleCountyOffice, nursery.RoleCityOffice), false},
	{"/insurers", only(nursery.RoleInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor), false},
	{"/insurers/new", only(nursery.RoleCountyOffice, nursery.RoleCityOffice), false},
	{"/claims", only(nursery.RoleInstitution, nursery.RoleInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor), false},
	{"/claims/new", only(nursery.RoleInstitution, nursery.RoleInsurer, nursery.RoleCountyOffice), false},
	{"/payments", append(only(nursery.RoleInstitution), paymasters...), false},
	{"/payment-runs", paymasters, false},
	{"/payment-runs/new", only(nursery.RoleFinance), false},
	{"/money-back", paymasters, false},
	{"/funds", paymasters, false},
	{"/funds/new", only(nursery.RoleCityFinance), false},
	{"/funds/statement", paymasters, false},
	{"/payee-account", only(nursery.RoleInstitution), false},
	{"/verify", everybody, false},
	{"/tasks", listers, false},
	{"/cases", listers, false},
	{"/news", listers, false},
	{"/search", append([]nursery.Role{nursery.RoleCityOffice, nursery.RoleAuditor}, office...), false},
	{"/build/reports", overseers, false},
	{"/cases/{case}", readers, true},
	{"/tasks/{task}", append([]nursery.Role{nursery.RoleCityOffice, nursery.RoleAuditor}, office...), true},
}

func TestEveryPageForEveryRole(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, caseNo := filed(t, h, "community")
	task := open(t, a.Clerk(), caseNo, "filing.review")
	never := strings.NewReplacer("{case}", "BA-140403-2026-999999-9", "{task}", "none")
	real := strings.NewReplacer("{case}", caseNo, "{task}", task.ID)
	requestID := regexp.MustCompile(`<code>[A-Z0-9]+</code>|nonce="[A-Z0-9]+"`)
	for _, role := range everybody {
		b := newBrowser(t, h)
		if role != nursery.RolePublic {
			b = signIn(t, h, accountOf(role, "140403", a))
		}
		for _, page := range seenBy {
			got := b.get(real.Replace(page.path)).Status
			want := http.StatusOK
			switch {
			case slices.Contains(page.roles, role):
			case role == nursery.RolePublic:
				want = http.StatusSeeOther // to sign in
			case got == http.StatusNotFound && (page.own || strings.HasPrefix(page.path, "/admin/settings")): // a page that the role may not open does not exist for it
				want = http.StatusNotFound
			default:
				want = http.StatusForbidden
			}
			if got != want {
				t.Errorf("%s for %s: %d, want %d", page.path, role, got, want)
			}
		}
		if role == nursery.RolePublic || cityWide(role) {
			continue
		}
		far := signIn(t, h, accountOf(role, "140404", a))
		for _, page := range seenBy {
			if !page.own {
				continue
			}
			there, nowhere := far.get(real.Replace(page.path)), far.get(never.Replace(page.path))
			if there.Status != http.StatusNotFound || requestID.ReplaceAllString(there.Body, "") != requestID.ReplaceAllString(nowhere.Body, "") {
				t.Errorf("%s of another county for %s: %d, and not like one that does not exist: %d", page.path, role, there.Status, nowhere.Status)
			}
		}
	}
}

func TestPagesCarryTheirGuards(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	b := newBrowser(t, h)
	for _, path := range []string{"/", "/signin", "/nothing", "/progress"} {
		p := b.get(path)
		policy := p.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'nonce-") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if p.Header.Get("Cache-Control") != "no-store" || p.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, p.Header)
		}
		if strings.Contains(p.Body, "<script>") || strings.Contains(p.Body, " style=") {
			t.Errorf("%s carries a script or style of its own", path)
		}
	}
	asset := regexp.MustCompile(`/static/style\.[0-9a-f]+\.css`).FindString(b.get("/").Body)
	if p := b.get(asset); p.Status != 200 || !strings.Contains(p.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d %v", asset, p.Status, p.Header)
	}
}
