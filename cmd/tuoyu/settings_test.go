package main

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestEverythingMissingOrWrongIsNamedAtOnce(t *testing.T) {
	_, _, err := readSettings("serve", []string{
		"TUOYU_DB_MAX_CONNS=many", "TUOYU_MAX_UPLOAD_MIB=0", "TUOYU_LOG_LEVEL=loud", "TUOYU_GOTENBERG_URL=localhost:3000",
		"TUOYU_TRUSTED_PROXIES=proxy", "TUOYU_POLICY_BUNDLE_URL=https://rules.example/b.tar.gz",
	})
	var faults settingsError
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	want := []string{
		"TUOYU_DATABASE_URL is missing: ", "TUOYU_DB_MAX_CONNS must be a whole number",
		"TUOYU_GOTENBERG_URL must be a URL", "TUOYU_OIDC_ISSUER is missing: ", "TUOYU_TRUSTED_PROXIES must be networks", "TUOYU_MAX_UPLOAD_MIB must be at least 1",
		"TUOYU_LOG_LEVEL must be debug, info, warn or error", "TUOYU_POLICY_BUNDLE_URL and TUOYU_POLICY_BUNDLE_KEY_FILE go together",
	}
	if len(faults) != len(want) {
		t.Fatalf("got %d faults: %v", len(faults), faults)
	}
	for i, fault := range faults {
		if !strings.HasPrefix(fault, want[i]) {
			t.Errorf("fault %d is %q, want %q…", i, fault, want[i])
		}
	}
}

func TestACommandIsHeldToItsOwnSettingsOnly(t *testing.T) {
	s, _, err := readSettings("migrate", []string{"TUOYU_MIGRATE_DATABASE_URL=postgres://owner@db/tuoyu", "TUOYU_DB_MAX_CONNS=many"})
	if err != nil || s.MigrateDatabaseURL != "postgres://owner@db/tuoyu" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestNoValueIsRepeatedInAFault(t *testing.T) {
	_, _, err := readSettings("worker", []string{"TUOYU_DATABASE_URL=postgres://app:geheim@db/tuoyu", "TUOYU_SHUTDOWN_SECONDS=geheim", "TUOYU_PUBLIC_URL=geheim"})
	if err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), "TUOYU_SHUTDOWN_SECONDS") {
		t.Errorf("got %v", err)
	}
}

func TestDefaultsAndUnknownSettings(t *testing.T) {
	s, unknown, err := readSettings("worker", []string{"TUOYU_DATABASE_URL=postgres://app@db/tuoyu", "TUOYU_FONT_DIRS=/a:/b", "TUOYU_LISEN=x", "TUOYU_BUNDLE=y", "HOME=/h"})
	if err != nil {
		t.Fatal(err)
	}
	if s.TemporalNamespace != "tuoyu" || s.DBMaxConns != 16 || s.ShutdownSeconds != 20 || !slices.Equal(s.FontDirs, []string{"/a", "/b"}) {
		t.Errorf("got %+v", s)
	}
	if !slices.Equal(unknown, []string{"TUOYU_BUNDLE", "TUOYU_LISEN"}) {
		t.Errorf("unknown are %v", unknown)
	}
}

func TestEverySettingIsDocumentedAndReadByACommand(t *testing.T) {
	known := []string{"serve", "worker", "migrate", "calendar", "keys"}
	for _, s := range allSettings() {
		if len(s.doc) < 10 || len(s.in) == 0 || s.name == prefix {
			t.Errorf("%s lacks its tags: %+v", s.field, s)
		}
		for _, command := range s.in {
			if !slices.Contains(known, command) {
				t.Errorf("%s is read by %s, which is no command", s.name, command)
			}
		}
		field, _ := reflect.TypeFor[settings]().FieldByName(s.field)
		if kind := field.Type.Kind(); s.is == "positive" && kind != reflect.Int && kind != reflect.Int32 && kind != reflect.Int64 {
			t.Errorf("%s is positive but no number", s.name)
		}
	}
}

func TestHelpListsEverySettingWithItsDefault(t *testing.T) {
	var all, migrate, wrong bytes.Buffer
	if code := run(context.Background(), nil, &all, &all); code != 0 {
		t.Errorf("no arguments: exit %d", code)
	}
	for _, s := range allSettings() {
		if !strings.Contains(all.String(), s.name+" (") || s.fallback != "" && !strings.Contains(all.String(), "default "+s.fallback+";") {
			t.Errorf("help lacks %s with default %q", s.name, s.fallback)
		}
	}
	if code := run(context.Background(), []string{"migrate", "--help"}, &migrate, &migrate); code != 0 {
		t.Errorf("migrate --help: exit %d", code)
	}
	if text := migrate.String(); !strings.Contains(text, "TUOYU_MIGRATE_DATABASE_URL") || strings.Contains(text, "TUOYU_LISTEN") {
		t.Errorf("help of migrate:\n%s", text)
	}
	if code := run(context.Background(), []string{"serv"}, &wrong, &wrong); code != exitUsage || strings.Count(wrong.String(), "\n") != 1 {
		t.Errorf("wrong command: exit %d, %q", code, wrong.String())
	}
}

func TestMissingSettingsEndACommandWithExitCode2(t *testing.T) {
	t.Setenv("TUOYU_DATABASE_URL", "")
	t.Setenv("TUOYU_MIGRATE_DATABASE_URL", "")
	for _, command := range []string{"migrate", "worker"} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), []string{command}, &out, &errs); code != exitUsage || !strings.HasPrefix(errs.String(), "tuoyu: TUOYU_") {
			t.Errorf("%s: exit %d, %q", command, code, errs.String())
		}
	}
}
