package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// prefix is the prefix of the name of every setting.
const prefix = "TUOYU_"

// settings is everything an operator configures, by environment. The tag `in` lists the commands that read a setting,
// `doc` is its line in the help, `need` marks it as required by those commands, and `is` is its format.
type settings struct {
	DatabaseURL        string `env:"DATABASE_URL" in:"serve worker calendar keys" need:"yes" doc:"Postgres, as the role tuoyu_app or a member of it, never as the owner of the tables"`
	MigrateDatabaseURL string `env:"MIGRATE_DATABASE_URL" in:"migrate" need:"yes" doc:"Postgres, as the owner of the tables"`
	DBMaxConns         int32  `env:"DB_MAX_CONNS" envDefault:"16" in:"serve worker" is:"positive" doc:"most connections a process opens to Postgres"`

	TemporalAddress   string `env:"TEMPORAL_ADDRESS" envDefault:"127.0.0.1:7233" in:"serve worker calendar" doc:"Temporal frontend, host:port"`
	TemporalNamespace string `env:"TEMPORAL_NAMESPACE" envDefault:"tuoyu" in:"serve worker calendar" doc:"Temporal namespace; it must exist"`
	KeysetFile        string `env:"KEYSET_FILE" in:"serve worker calendar" doc:"keyset that seals what Temporal stores and what names children, made by tuoyu keys new; without it payloads are stored in the clear, nothing of children is taken and readiness is degraded"`

	GotenbergURL string   `env:"GOTENBERG_URL" envDefault:"http://127.0.0.1:3000" in:"serve worker" is:"url" doc:"service that prints PDFs by Gotenberg's API, version 8 or 9"`
	FontDirs     []string `env:"FONT_DIRS" envSeparator:":" in:"serve worker" doc:"folders with the fonts of the papers, by colon; empty: where Debian puts them"`
	BlobDir      string   `env:"BLOB_DIR" envDefault:"var/blobs" in:"serve worker keys" doc:"folder of uploaded and printed files, shared by all processes"`

	OIDCIssuer           string `env:"OIDC_ISSUER" in:"serve" need:"yes" is:"url" doc:"issuer of the access tokens; its discovery document must be reachable"`
	OIDCAudience         string `env:"OIDC_AUDIENCE" envDefault:"tuoyu" in:"serve" doc:"audience a token must name"`
	OIDCRoleClaim        string `env:"OIDC_ROLE_CLAIM" envDefault:"roles" in:"serve" doc:"claim that holds the role"`
	OIDCCountyClaim      string `env:"OIDC_COUNTY_CLAIM" envDefault:"county" in:"serve" doc:"claim that holds the division code"`
	OIDCInstitutionClaim string `env:"OIDC_INSTITUTION_CLAIM" envDefault:"institution" in:"serve" doc:"claim that holds the institution"`
	OIDCRegistrarClaim   string `env:"OIDC_REGISTRAR_CLAIM" envDefault:"registrar" in:"serve" doc:"claim that says which registrar a registrar is"`

	OIDCClientID     string `env:"OIDC_CLIENT_ID" envDefault:"tuoyu-web" in:"serve" doc:"client by which the pages have people sign in, with /signin/callback as its redirect"`
	OIDCClientSecret string `env:"OIDC_CLIENT_SECRET" in:"serve" doc:"secret of that client; empty for a public client, which PKCE is enough for"`
	DemoAccountsURL  string `env:"DEMO_ACCOUNTS_URL" in:"serve" is:"url" doc:"list of role accounts that the sign-in page of a demonstration offers; never set in earnest"`

	Listen        string `env:"LISTEN" envDefault:"127.0.0.1:8080" in:"serve" doc:"where the pages and the API listen, with /livez, /readyz and /metrics"`
	MetricsListen string `env:"METRICS_LISTEN" envDefault:"127.0.0.1:8081" in:"worker" doc:"where a worker answers /livez, /readyz and /metrics; port 0 takes a free one"`
	PublicURL     string `env:"PUBLIC_URL" envDefault:"http://127.0.0.1:8080" in:"serve worker" is:"url" doc:"address people reach the system by; papers carry it in their verification code"`

	TrustedProxies []netip.Prefix `env:"TRUSTED_PROXIES" in:"serve" doc:"networks of the proxies before serve, by comma, such as 10.0.0.0/8: whose X-Forwarded-For names the caller that rate limits count; empty: nobody's"`

	ComplaintBurst    int `env:"COMPLAINT_BURST" envDefault:"3" in:"serve" is:"positive" doc:"complaints one address may send at once without signing in"`
	ComplaintsPerHour int `env:"COMPLAINTS_PER_HOUR" envDefault:"6" in:"serve" is:"positive" doc:"complaints one address may send in an hour, in the long run"`

	ProviderAwayMinutes int `env:"PROVIDER_AWAY_MINUTES" envDefault:"15" in:"serve" is:"positive" doc:"how long people stay signed in on the pages while the issuer does not answer whether their account and role are still the same; it is asked every five minutes"`

	PolicyBundleURL     string `env:"POLICY_BUNDLE_URL" in:"serve worker" is:"url" doc:"signed OPA bundle to take the rules from; empty: the rules in the program"`
	PolicyBundleKeyFile string `env:"POLICY_BUNDLE_KEY_FILE" in:"serve worker" doc:"public key (PEM) the bundle's signature is checked with"`

	ScanCommand  string `env:"SCAN_COMMAND" in:"serve" doc:"program with its arguments, by space, asked about each upload, which it gets on standard input: exit 0 is clean, 1 refuses; empty: uploads are marked unscanned"`
	MaxUploadMiB int64  `env:"MAX_UPLOAD_MIB" envDefault:"20" in:"serve" is:"positive" doc:"largest upload"`
	MaxBodyKiB   int64  `env:"MAX_BODY_KIB" envDefault:"1024" in:"serve" is:"positive" doc:"largest body of any other request"`

	WorkerConcurrency int `env:"WORKER_CONCURRENCY" envDefault:"16" in:"worker" is:"positive" doc:"steps a worker does at once; no use above DB_MAX_CONNS"`

	MemoryLimitMiB int64 `env:"MEMORY_LIMIT_MIB" envDefault:"0" in:"serve worker" doc:"memory the process tries to stay below; 0: four fifths of the limit of its cgroup, if that has one; GOMEMLIMIT takes precedence"`

	LogLevel        slog.Level `env:"LOG_LEVEL" envDefault:"info" in:"serve worker" doc:"debug, info, warn or error"`
	OTLPEndpoint    string     `env:"OTLP_ENDPOINT" in:"serve worker" is:"url" doc:"OTLP/HTTP collector, such as http://127.0.0.1:4318; empty: no traces"`
	ShutdownSeconds int        `env:"SHUTDOWN_SECONDS" envDefault:"20" in:"serve worker" is:"positive" doc:"how long requests and steps under way may take to end after SIGTERM"`
}

func (s settings) shutdown() time.Duration { return time.Duration(s.ShutdownSeconds) * time.Second }

// setting describes one field of settings for the help and the checks.
type setting struct {
	field    string // name in the struct
	name     string // name in the environment
	fallback string
	in       []string
	doc      string
	is       string
	needed   bool
}

func (s setting) readBy(command string) bool { return slices.Contains(s.in, command) }

// allSettings lists the fields of settings in their order.
func allSettings() []setting {
	t := reflect.TypeFor[settings]()
	list := make([]setting, t.NumField())
	for i := range list {
		tag := t.Field(i).Tag
		list[i] = setting{
			field: t.Field(i).Name, name: prefix + tag.Get("env"), fallback: tag.Get("envDefault"),
			in: strings.Fields(tag.Get("in")), doc: tag.Get("doc"), is: tag.Get("is"), needed: tag.Get("need") == "yes",
		}
	}
	return list
}

// settingsError lists everything invalid in the settings of a command, one line each.
type settingsError []string

// Error returns the lines.
func (e settingsError) Error() string { return strings.Join(e, "\n") }

// readSettings reads the settings of command from environ, which has the form of os.Environ. The error is a
// settingsError that lists all missing or invalid settings at once; it repeats no value, since one may be a password.
// Unknown lists the variables with the prefix that are not settings.
func readSettings(command string, environ []string) (s settings, unknown []string, err error) {
	given := map[string]string{}
	known := allSettings()
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		given[name] = value
		if !slices.ContainsFunc(known, func(k setting) bool { return k.name == name }) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	wrong := unreadable(env.ParseWithOptions(&s, env.Options{Environment: given, Prefix: prefix}))
	var faults settingsError
	for _, k := range known {
		if !k.readBy(command) {
			continue
		}
		if fault := k.check(reflect.ValueOf(s).FieldByName(k.field), wrong[k.field]); fault != "" {
			faults = append(faults, k.name+" "+fault)
		}
	}
	if (s.PolicyBundleURL != "") != (s.PolicyBundleKeyFile != "") && (command == "serve" || command == "worker") {
		faults = append(faults, prefix+"POLICY_BUNDLE_URL and "+prefix+"POLICY_BUNDLE_KEY_FILE go together: rules without a checked signature are never loaded")
	}
	if faults != nil {
		return s, unknown, faults
	}
	return s, unknown, nil
}

// unreadable returns the fields whose text could not be parsed as their type.
func unreadable(err error) map[string]bool {
	fields := map[string]bool{}
	var all env.AggregateError
	if !errors.As(err, &all) {
		return fields
	}
	for _, one := range all.Errors {
		var parse env.ParseError
		if errors.As(one, &parse) {
			fields[parse.Name] = true
		}
	}
	return fields
}

// check returns what is wrong with the value, or "".
func (k setting) check(value reflect.Value, unreadable bool) string {
	switch {
	case unreadable && value.Type() == reflect.TypeFor[slog.Level]():
		return "must be debug, info, warn or error"
	case unreadable && value.Type() == reflect.TypeFor[[]netip.Prefix]():
		return "must be networks such as 10.0.0.0/8, by comma"
	case unreadable:
		return "must be a whole number"
	case k.needed && value.IsZero():
		return "is missing: " + k.doc
	case k.is == "positive" && value.Int() < 1:
		return "must be at least 1"
	case k.is == "url" && !value.IsZero():
		u, err := url.Parse(value.String())
		if err != nil || u.Scheme == "" || u.Host == "" && u.Scheme != "file" {
			return "must be a URL such as http://host:port"
		}
	}
	return ""
}

// settingsFromEnvironment reads the settings of command from the process's environment and logs a warning for unknown
// variables with the prefix.
func settingsFromEnvironment(command string) (settings, error) {
	s, unknown, err := readSettings(command, os.Environ())
	if len(unknown) > 0 {
		fmt.Fprintf(os.Stderr, "tuoyu: not a setting, ignored: %s\n", strings.Join(unknown, ", "))
	}
	return s, err
}
