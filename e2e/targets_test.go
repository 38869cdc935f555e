package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
)

// The month's report on paper has the figures of the page and of the API.
func TestTheReportOfAMonthIsPrinted(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	city := h.users.As("city-office")
	var report struct {
		Month    string `json:"month"`
		Scope    string `json:"scope"`
		Projects []struct {
			Title string `json:"title"`
			Lines []struct {
				Title       string `json:"title"`
				Unavailable string `json:"unavailable"`
				Now         struct {
					Value string `json:"value"`
				} `json:"now"`
			} `json:"lines"`
		} `json:"projects"`
		Flows []struct {
			Month    string `json:"month"`
			Received int    `json:"received"`
		} `json:"flows"`
	}
	if err := city.Get(t.Context(), "/api/v1/targets/report", &report); err != nil {
		t.Fatal(err)
	}
	res := send(t, city, roleplay.Request{Method: http.MethodGet, Path: "/api/v1/targets/report.pdf?month=" + report.Month})
	if res.Status != http.StatusOK || !bytes.HasPrefix(res.Body, []byte("%PDF-")) {
		t.Fatalf("%d %.200s", res.Status, res.Body)
	}
	cmd := exec.Command("pdftotext", "-raw", "-", "-")
	cmd.Stdin = bytes.NewReader(res.Body)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext (Debian's package poppler-utils): %v", err)
	}
	blank := regexp.MustCompile(`\s+`)
	text := blank.ReplaceAllString(string(out), "")
	page := signIn(t, h, "city-office").get("/targets/report?month=" + report.Month).Body
	projects := 0
	for _, part := range report.Projects {
		projects++
		for _, l := range part.Lines {
			figure := l.Now.Value + l.Unavailable
			if figure == "" || !strings.Contains(text, blank.ReplaceAllString(l.Title, "")) || !strings.Contains(text, blank.ReplaceAllString(figure, "")) {
				t.Errorf("not on paper: %s %s", l.Title, figure)
			}
			if !strings.Contains(page, l.Title) || !strings.Contains(page, figure) {
				t.Errorf("not on the page: %s %s", l.Title, figure)
			}
		}
	}
	if projects != 17 || len(report.Flows) != 13 || !strings.Contains(text, "从收到材料到发出回执的天数") {
		t.Errorf("%d projects, %d months: %.300s", projects, len(report.Flows), text)
	}
	var months struct {
		Targets []json.RawMessage `json:"targets"`
		Flows   []json.RawMessage `json:"flows"`
	}
	if err := city.Get(t.Context(), "/api/v1/targets/months", &months); err != nil {
		t.Fatal(err)
	}
	if len(months.Targets) < 20 || len(months.Flows) != 13 {
		t.Errorf("%d targets, %d months", len(months.Targets), len(months.Flows))
	}
}
