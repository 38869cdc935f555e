package e2e

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// The demonstration's stories about money on the real system: what is paid, printed and public afterwards.
func TestTheDemonstrationPaysSubsidiesAndTheLedgerIsReconciled(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	folder := t.TempDir()
	stdout, stderr, err := play(t, h, "--subsidies", "--out", folder)
	if err != nil || stderr != "" {
		t.Fatalf("%v: %s\n%s", err, stderr, stdout)
	}
	for _, line := range []string{
		"退回补正，一次性告知", "核查异议：不成立，公示期已满", "已拨付 1 笔，退回 1 笔", "更正收款账户", "确认退款到账40000.00 元",
		"收入200000.00 元，可用120000.00 元，已拨付40000.00 元，已追回40000.00 元", "15 家机构逐家确认", "已拨付 15 笔，退回 0 笔", "第1名", "另一人复核名次",
		"金额没有公布，只通报名次", "资金演示完成",
	} {
		if !strings.Contains(stdout, line) {
			t.Errorf("nothing of %s", line)
		}
	}
	if err := h.do(t.Context(), "funds", "check"); err != nil {
		t.Error(err)
	}
	for query, want := range map[string]int{
		"SELECT count(*) FROM payments WHERE state = 'paid'":                                                           32,
		"SELECT count(*) FROM payments WHERE scheme = 'child_month' AND state = 'paid'":                                30,
		"SELECT count(*) FROM cases WHERE kind = 'child_month' AND stage = 'watched'":                                  30,
		"SELECT count(*) FROM payment_runs WHERE approved_by = drawn_by":                                               0,
		"SELECT count(*) FROM payments WHERE decision NOT IN (SELECT id FROM decisions)":                               0,
		"SELECT count(*) FROM cases WHERE kind IN ('rent_relief', 'child_month', 'county_award') AND stuck_at NOTNULL": 0,
	} {
		if n := h.number(t, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	cases, err := h.users.As("county-office-140406").Cases(t.Context(), url.Values{"kind": {"child_month"}, "limit": {"100"}})
	if err != nil || len(cases) != 15 {
		t.Errorf("%d cases of child-months in the county, want 15: %v", len(cases), err)
	}
	for story, papers := range map[string]int{"rent-relief": 13, "child-months": 4, "county-award": 3} {
		files, err := filepath.Glob(filepath.Join(folder, story, "*.pdf"))
		if err != nil || len(files) != papers {
			t.Errorf("%s: %d papers, want %d", story, len(files), papers)
		}
		for _, file := range files {
			if raw, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(raw, []byte("%PDF-")) {
				t.Errorf("%s is no PDF: %v", file, err)
			}
		}
	}
	namesNobody(t, h)

	stdout, stderr, err = play(t, h, "--subsidies", "--out", folder)
	if err != nil || stderr != "" || !strings.Contains(stdout, "的补助已经由系统拟出") {
		t.Errorf("again: %v, %q", err, stderr)
	}
	if n := h.number(t, "SELECT count(*) FROM payments WHERE scheme = 'child_month'"); n != 30 {
		t.Errorf("%d payments of child-months after the second time, want 30", n)
	}
}

// personal is what no public page may show: a bank account or an identity number, a phone, a child, a guardian, an account.
var personal = regexp.MustCompile(`\d{15,18}|\b1[3-9]\d{9}\b|0355-\d+|婴幼儿\d+|监护人|ch-[0-9a-z]+|institution-\d+|county-office|city-office|finance-\d+`)

// namesNobody reads what the public reads of the subsidies, over the API and on the pages.
func namesNobody(t *testing.T, h *harness) {
	t.Helper()
	published := 0
	for _, county := range []string{"140403", "140406", "140423", nursery.CityCode} {
		list, err := h.users.As("").Publicity(t.Context(), county)
		if err != nil {
			t.Fatal(err)
		}
		published += len(list)
		pages := []string{"/public/publicity?county=" + county}
		for _, p := range list {
			pages = append(pages, "/public/publicity/"+p.CaseNo)
			if found := personal.FindString(p.Title + p.Body); found != "" {
				t.Errorf("what is published of %s shows %s", p.CaseNo, found)
			}
		}
		for _, path := range pages {
			page, err := roleplay.NewVisitor(h.url).Send(t.Context(), http.MethodGet, path, nil)
			if err != nil || page.Status != http.StatusOK {
				t.Fatalf("%s: %d, %v", path, page.Status, err)
			}
			_, text, hasMain := strings.Cut(page.Body, "<main")
			if !hasMain {
				t.Errorf("%s has no content", path)
			}
			if found := personal.FindString(text); found != "" {
				t.Errorf("%s shows %s", path, found)
			}
		}
	}
	if published != 2+30+1 { // the consultation of the counties is not public
		t.Errorf("%d publications, want 33", published)
	}
}
