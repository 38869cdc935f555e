package main

import (
	"bufio"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type composeFile struct {
	Services map[string]composeService `yaml:"services"`
	Volumes  map[string]any            `yaml:"volumes"`
}

type composeService struct {
	Image       string            `yaml:"image"`
	Build       any               `yaml:"build"`
	Command     []string          `yaml:"command"`
	Restart     string            `yaml:"restart"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	Container   string            `yaml:"container_name"`
	Healthcheck *struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
	DependsOn map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
}

func (s composeService) longRunning() bool { return s.Restart != "no" }

func readCompose(t *testing.T) (composeFile, string) {
	t.Helper()
	raw, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file composeFile
	if err := yaml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	return file, string(raw)
}

func TestComposePassesEachCommandTheSettingsItReads(t *testing.T) {
	file, _ := readCompose(t)
	for _, command := range []string{"serve", "worker", "migrate"} {
		service, ok := file.Services[command]
		if !ok || !slices.Equal(service.Command, []string{command}) || service.Build == nil {
			t.Errorf("no service runs tuoyu %s: %+v", command, service)
			continue
		}
		known := allSettings()
		for name := range service.Environment {
			i := slices.IndexFunc(known, func(s setting) bool { return s.name == name })
			if i < 0 || !known[i].readBy(command) {
				t.Errorf("%s is passed %s, which it does not read", command, name)
			}
		}
		for _, s := range known {
			if s.needed && s.readBy(command) && service.Environment[s.name] == "" {
				t.Errorf("%s needs %s", command, s.name)
			}
		}
	}
}

var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$`)

func TestComposePinsEveryImage(t *testing.T) {
	file, _ := readCompose(t)
	for name, s := range file.Services {
		if s.Build == nil && !pinned.MatchString(s.Image) {
			t.Errorf("%s: image %q is not pinned", name, s.Image)
		}
	}
	raw, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	bases := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(string(raw), -1)
	if len(bases) != 2 {
		t.Errorf("the image is built in %d stages", len(bases))
	}
	for _, base := range bases {
		if !pinned.MatchString(base[1]) {
			t.Errorf("base image %q is not pinned", base[1])
		}
	}
}

func TestComposeWatchesWhatRunsLongAndStartsInOrder(t *testing.T) {
	file, _ := readCompose(t)
	for name, s := range file.Services {
		if s.longRunning() && (s.Healthcheck == nil || len(s.Healthcheck.Test) == 0 || s.Restart != "unless-stopped") {
			t.Errorf("%s runs long without health check or restart", name)
		}
		for needed, on := range s.DependsOn {
			other, ok := file.Services[needed]
			want := "service_healthy"
			if !other.longRunning() {
				want = "service_completed_successfully"
			}
			if !ok || on.Condition != want {
				t.Errorf("%s waits for %s to be %q, want %q", name, needed, on.Condition, want)
			}
		}
		for _, v := range s.Volumes {
			source, _, _ := strings.Cut(v, ":")
			_, declared := file.Volumes[source]
			if _, err := os.Stat("../../" + source); !declared && err != nil {
				t.Errorf("%s mounts %s, which is neither a volume nor a file", name, source)
			}
		}
	}
	for _, needed := range []string{"postgres", "temporal", "temporal-ui", "gotenberg", "oidc", "serve", "worker", "migrate"} {
		if _, ok := file.Services[needed]; !ok {
			t.Errorf("no service %s", needed)
		}
	}
}

func TestComposeLetsWorkersBeAdded(t *testing.T) {
	file, _ := readCompose(t)
	if w := file.Services["worker"]; len(w.Ports) > 0 || w.Container != "" {
		t.Errorf("a second worker would clash: %+v", w)
	}
	for name, s := range file.Services {
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s is open to the network at %s", name, port)
			}
		}
	}
}

var (
	secretName = regexp.MustCompile(`PASSWORD|PWD|SECRET|TOKEN|ADMIN_USERNAME`)
	demanded   = regexp.MustCompile(`^\$\{[A-Z_]+:\?[^}]+\}$`)
	variable   = regexp.MustCompile(`\$\{([A-Z_]+)`)
	userInfo   = regexp.MustCompile(`://[^:/@]+:(\$\{[^}]*\}|[^/@]*)@`)
)

func TestComposeHoldsNoSecretAndTheExampleNamesAll(t *testing.T) {
	file, text := readCompose(t)
	for name, s := range file.Services {
		for key, value := range s.Environment {
			if secretName.MatchString(key) && !demanded.MatchString(value) {
				t.Errorf("%s: %s is not demanded from the environment", name, key)
			}
			for _, in := range userInfo.FindAllStringSubmatch(value, -1) {
				if !demanded.MatchString(in[1]) {
					t.Errorf("%s: the password in %s is not demanded from the environment", name, key)
				}
			}
		}
	}
	example := readExample(t)
	used := map[string]bool{}
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	for name := range used {
		if value, ok := example[name]; !ok {
			t.Errorf(".env.example lacks %s", name)
		} else if secretName.MatchString(name) && value != "" {
			t.Errorf(".env.example sets %s", name)
		}
	}
	for name := range maps.Keys(example) {
		if !used[name] {
			t.Errorf(".env.example names %s, which nothing uses", name)
		}
	}
}

func readExample(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	values := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), "=")
		if ok && !strings.HasPrefix(name, "#") {
			values[name] = value
		}
	}
	return values
}
