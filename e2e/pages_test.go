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
	h := pagesHouse(t)
	b := &browser{t: t, h: h}
	if p := b.get("/tasks?view=mine"); p.location != "/signin?next=%2Ftasks%3Fview%3Dmine" {
		t.Errorf("led to %q", p.location)
	}
	if p := b.get("/signin/callback?code=x&state=guessed"); p.status != 400 {
		t.Errorf("a callback nobody asked for is answered %d", p.status)
	}
	b.signIn("clerk-140403")
	before := b.cookie
	if p := b.get("/account"); !strings.Contains(p.body, "clerk-140403") || strings.Contains(p.body, before) {
		t.Errorf("the account page: %s", p.body)
	}
	if n := h.number(t, `SELECT count(*) FROM web_sessions WHERE token = $1`, before); n != 0 {
		t.Error("a session's token stands in the database")
	}
	other := signIn(t, h, "clerk-140403")
	out := b.get("/account")
	if p := b.post("/account/signout-all", "_key", out.key(t)); p.location != "/signed-out" {
		t.Errorf("led to %q, %d", p.location, p.status)
	}
	for _, one := range []*browser{b, other} {
		if p := one.get("/tasks"); !strings.HasPrefix(p.location, "/signin") {
			t.Errorf("still signed in: %d", p.status)
		}
	}
	b.cookie = before
	if p := b.get("/tasks"); !strings.HasPrefix(p.location, "/signin") {
		t.Errorf("an ended session is taken: %d", p.status)
	}
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`} {
		b := &browser{t: t, h: h}
		if p := b.follow(b.get("/signin/start?account=clerk-140403&next=" + next)); strings.Contains(p.body, "evil") {
			t.Errorf("led outside by %s", next)
		}
	}
}

func TestARealInstanceOffersNoAccounts(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	b := &browser{t: t, h: h}
	if p := b.get("/signin"); p.status != 200 || strings.Contains(p.body, "clerk-") || strings.Contains(p.body, "演示") {
		t.Errorf("%d: %s", p.status, p.body)
	}
	if p := b.get("/signin/start?account=clerk-140403"); strings.Contains(p.location, "clerk-140403") {
		t.Errorf("an account is passed on: %s", p.location)
	}
}

func TestAFormActsOnceAndFromThisSiteAlone(t *testing.T) {
	t.Parallel()
	h := pagesHouse(t)
	_, caseNo := filed(t, h, "community")
	clerk := signIn(t, h, "clerk-140403")
	shown := clerk.get("/cases/" + caseNo)
	for range 2 {
		if p := clerk.post("/cases/"+caseNo+"/comment", "_key", shown.key(t), "text", "请补充说明"); p.location != "/cases/"+caseNo {
			t.Errorf("%d: %s", p.status, p.body)
		}
	}
	if n := h.number(t, `SELECT count(*) FROM case_events WHERE case_no = $1 AND note = '请补充说明'`, caseNo); n != 1 {
		t.Errorf("sent twice, written %d times", n)
	}
	form := map[string][]string{"_key": {"k"}, "text": {"从别处来"}}
	if p := clerk.send(http.MethodPost, "/cases/"+caseNo+"/comment", form, "Sec-Fetch-Site", "cross-site"); p.status != 403 {
		t.Errorf("another site's form is answered %d", p.status)
	}
	if n := h.number(t, `SELECT count(*) FROM case_events WHERE note = '从别处来'`); n != 0 {
		t.Error("another site's form acted")
	}
}

func TestAFormThatComesAfterItsSessionIsNotLost(t *testing.T) {
	t.Parallel()
	h := pagesHouse(t)
	_, caseNo := filed(t, h, "community")
	clerk := signIn(t, h, "clerk-140403")
	shown := clerk.get("/cases/" + caseNo)
	if _, err := h.db.Exec(t.Context(), `UPDATE web_sessions SET idle_until = now() - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	p := clerk.post("/cases/"+caseNo+"/comment", "_key", shown.key(t), "text", "写了很久的意见")
	if p.status != http.StatusUnauthorized || !strings.Contains(p.body, "已保留") {
		t.Fatalf("%d: %s", p.status, p.body)
	}
	if n := h.number(t, `SELECT count(*) FROM kept_forms WHERE position('写了很久'::bytea IN body) > 0`); n != 0 {
		t.Error("what was kept is readable in the database")
	}
	stranger := signIn(t, h, "clerk-140403-2")
	again := clerk.follow(clerk.get("/signin/start?account=clerk-140403&next=/tasks"))
	if !strings.Contains(again.body, "您填写的内容仍在") || !strings.Contains(again.body, "写了很久的意见") {
		t.Fatalf("not offered: %s", again.body)
	}
	id := regexp.MustCompile(`name="_kept" value="([^"]+)"`).FindStringSubmatch(again.body)[1]
	if p := stranger.get("/kept/" + id); p.status != 404 {
		t.Errorf("another account sees it: %d", p.status)
	}
	if p := clerk.post("/cases/"+caseNo+"/comment", "_key", again.key(t), "text", "写了很久的意见", "_kept", id); p.location != "/cases/"+caseNo {
		t.Errorf("%d: %s", p.status, p.body)
	}
	if n := h.number(t, `SELECT count(*) FROM case_events WHERE case_no = $1 AND note = '写了很久的意见'`, caseNo); n != 1 {
		t.Errorf("written %d times", n)
	}
	if n := h.number(t, `SELECT count(*) FROM kept_forms`); n != 0 {
		t.Error("still kept after it was sent on")
	}
}

// seenBy is a page and the roles that see it, as authz has it; {case} and {task} are of 潞州区.
var seenBy = []struct {
	path  string
	roles []nursery.Role
	own   bool // of one case: to another county it does not exist
}{
	{"/", everybody, false},
	{"/progress", everybody, false},
	{"/institutions", everybody, false},
	{"/account", nursery.Roles(), false},
	{"/tasks", listers, false},
	{"/cases", listers, false},
	{"/cases/{case}", readers, true},
	{"/tasks/{task}", append([]nursery.Role{nursery.RoleCityOffice, nursery.RoleAuditor}, office...), true},
}

func TestEveryPageForEveryRole(t *testing.T) {
	t.Parallel()
	h := pagesHouse(t)
	a, caseNo := filed(t, h, "community")
	task := open(t, a.Clerk(), caseNo, "filing.review")
	never := strings.NewReplacer("{case}", "BA-140403-2026-999999-9", "{task}", "none")
	real := strings.NewReplacer("{case}", caseNo, "{task}", task.ID)
	requestID := regexp.MustCompile(`<code>[A-Z0-9]+</code>|nonce="[A-Z0-9]+"`)
	for _, role := range everybody {
		b := &browser{t: t, h: h}
		if role != nursery.RolePublic {
			b = signIn(t, h, accountOf(role, "140403", a))
		}
		for _, page := range seenBy {
			got := b.get(real.Replace(page.path)).status
			want := http.StatusOK
			switch {
			case slices.Contains(page.roles, role):
			case role == nursery.RolePublic:
				want = http.StatusSeeOther // to sign in
			case page.own && got == http.StatusNotFound: // to who may see no such thing it does not exist
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
			if there.status != http.StatusNotFound || requestID.ReplaceAllString(there.body, "") != requestID.ReplaceAllString(nowhere.body, "") {
				t.Errorf("%s of another county for %s: %d, and not like one that does not exist: %d", page.path, role, there.status, nowhere.status)
			}
		}
	}
}

func TestPagesCarryTheirGuards(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	b := &browser{t: t, h: h}
	for _, path := range []string{"/", "/signin", "/nothing", "/progress"} {
		p := b.get(path)
		policy := p.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'nonce-") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if p.header.Get("Cache-Control") != "no-store" || p.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, p.header)
		}
		if strings.Contains(p.body, "<script>") || strings.Contains(p.body, " style=") {
			t.Errorf("%s carries a script or style of its own", path)
		}
	}
	asset := regexp.MustCompile(`/static/style\.[0-9a-f]+\.css`).FindString(b.get("/").body)
	if p := b.get(asset); p.status != 200 || !strings.Contains(p.header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d %v", asset, p.status, p.header)
	}
}
