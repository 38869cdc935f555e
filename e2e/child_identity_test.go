package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

func TestRecordsAreMergedAndADeathIsTakenBackFromThePages(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	on, other := twoRecords(t, a, 7101, "T970007101")
	office := signIn(t, h, "county-office-"+a.County())
	office.shows("/children/alike", on, other)
	to := "/children/merge?child=" + on + "&other=" + other
	if p := office.fill(to, nil, "/child", on, "/other", on, "/reason", "核验证件原件"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "是同一条记录") {
		t.Errorf("a record and itself: %d %s", p.Status, said(p))
	}
	office.led(office.fill(to, nil, "/child", on, "/other", other, "/reason", "核验证件原件"), "/children/alike", "已合并")
	undo := regexp.MustCompile(`/children/merges/\d+/undo`).FindString(office.get("/children/alike").Body)
	office.led(office.fill(undo, nil, "/reason", "核实为双胞胎"), "/children/alike", "核实为双胞胎")
	if n := h.number(t, `SELECT count(*) FROM children WHERE merged_into IS NOT NULL`); n != 0 {
		t.Errorf("%d records are merged still", n)
	}

	died := longAgo(t, a, 7102, nursery.LeaveDied)
	carer := signIn(t, h, accountOf(nursery.RoleInstitution, a.County(), a))
	carer.shows("/children?ended=yes", "/children/"+died+"/death")
	carer.led(carer.fill("/children/"+died+"/death", nil, "/reason", "登记时选错了人"), "/children/"+died, "恢复在托")
	carer.led(carer.fill("/children/"+died+"/stay", nil, "/entered_on", today().AddDays(-20).String(), "/reason", "核对入托登记表"), "/children", "已更正在托时间")
	if n := h.number(t, `SELECT count(*) FROM child_corrections WHERE child = $1`, died); n != 2 {
		t.Errorf("%d corrections are noted, want 2", n)
	}

	known := testdata.Child(a.County(), 7102, today())
	wrong := carer.fill("/children", nil, "/child/identity_kind", string(known.IdentityKind), "/child/identity", known.Identity, "/child/name", "另一名字",
		"/child/born_on", known.BornOn.String(), "/child/sex", string(known.Sex), "/child/county", a.County(), "/class", "乳儿班", "/entered_on", today().String())
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body, "证件信息未能核验") || !strings.Contains(wrong.Body, `href="#`) {
		t.Errorf("another name under a known number: %d %s", wrong.Status, said(wrong))
	}
}
