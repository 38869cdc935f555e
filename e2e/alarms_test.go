package e2e

import (
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"tuoyu/e2e/roleplay"
)

var (
	// word matches a metric, a function, a label or a keyword of PromQL in an expression without its strings and
	// selectors.
	word     = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*`)
	selector = regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)|"[^"]*"`)
	// labelled matches a label and the value it is compared with.
	labelled = regexp.MustCompile(`(check)[=!]~?"([^"]*)"`)
)

// TestEachAlarmIsOverMetricsThatAreExported compares the alarms with the metrics of a running serve and worker, and
// with the operator's handbook, which describes the response to each.
func TestEachAlarmIsOverMetricsThatAreExported(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	send(t, h.users.As("city-office"), roleplay.Request{Method: http.MethodGet, Path: "/api/v1/cases"}) // so that requests are measured
	send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/institutions"})
	exported, checked := map[string]bool{}, map[string]bool{}
	for _, address := range []string{strings.TrimPrefix(h.url, "http://"), h.setting("TUOYU_METRICS_LISTEN")} {
		for line := range strings.Lines(scrape(t, address)) {
			if name := word.FindString(line); name != "" && !strings.HasPrefix(line, "#") {
				exported[name] = true
			}
			if m := regexp.MustCompile(`^tuoyu_check_failing\{check="([a-z]+)"\}`).FindStringSubmatch(line); m != nil {
				checked[m[1]] = true
			}
		}
	}
	raw, err := os.ReadFile("../deploy/prometheus/tuoyu.rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	handbook, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         string            `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(raw)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	functions := []string{"max", "min", "sum", "rate", "predict_linear", "and"}
	alarms := 0
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			alarms++
			if _, err := time.ParseDuration(rule.For); err != nil || rule.Alert == "" || rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" {
				t.Errorf("%s lacks something: %+v %v", rule.Alert, rule, err)
			}
			if !strings.Contains(string(handbook), "`"+rule.Alert+"`") {
				t.Errorf("docs/operations.md does not say what to do about %s", rule.Alert)
			}
			var metrics []string
			for _, name := range word.FindAllString(selector.ReplaceAllString(rule.Expr, " "), -1) {
				if !slices.Contains(functions, name) {
					metrics = append(metrics, name)
				}
			}
			if len(metrics) == 0 {
				t.Errorf("%s is over no metric: %s", rule.Alert, rule.Expr)
			}
			for _, name := range metrics {
				if !exported[name] {
					t.Errorf("%s is over %s, which nothing exports: %v", rule.Alert, name, slices.Sorted(maps.Keys(exported)))
				}
			}
			for _, m := range labelled.FindAllStringSubmatch(rule.Expr, -1) {
				for name := range strings.SplitSeq(m[2], "|") {
					if !checked[name] {
						t.Errorf("%s names the check %s, which there is not: %v", rule.Alert, name, slices.Sorted(maps.Keys(checked)))
					}
				}
			}
		}
	}
	if alarms < 10 {
		t.Errorf("%d alarms", alarms)
	}
}

// scrape returns the metrics of a process.
func scrape(t *testing.T, address string) string {
	t.Helper()
	res := send(t, roleplay.NewUsers("http://"+address, "").As(""), roleplay.Request{Method: http.MethodGet, Path: "/metrics"})
	if res.Status != ok {
		t.Fatalf("%d %s", res.Status, res.Body)
	}
	return string(res.Body)
}
