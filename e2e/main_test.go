// Package e2e tests the whole system from outside: the program is built and started as processes, and users call it
// over HTTP, with the real Postgres, Temporal, renderer and OIDC provider whose addresses are in the environment.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program and demonstration are the binaries under test.
var program, demonstration string

// needed are the addresses that the tests require.
var needed = []string{
	"DEVSTACK_POSTGRES_ADMIN_URL", "TUOYU_DATABASE_URL", "TUOYU_MIGRATE_DATABASE_URL", "TUOYU_TEMPORAL_ADDRESS",
	"TUOYU_GOTENBERG_URL", "TUOYU_OIDC_ISSUER",
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var missing []string
	for _, name := range needed {
		if os.Getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(os.Stderr, "e2e: no services (%s not set): run them with `make test`\n", strings.Join(missing, ", "))
		return 1
	}
	folder, err := os.MkdirTemp("", "tuoyu-e2e-")
	if err != nil {
		fmt.Fprintf(os.Stderr, "e2e: %v\n", err)
		return 1
	}
	defer os.RemoveAll(folder)
	program, demonstration = filepath.Join(folder, "tuoyu"), filepath.Join(folder, "demo")
	if out, err := exec.Command("go", "build", "-o", folder, "tuoyu/cmd/tuoyu", "tuoyu/cmd/demo").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: build: %v\n%s", err, out)
		return 1
	}
	code := m.Run()
	if shared != nil {
		shared.close()
	}
	if err := dropMigrated(); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: %v\n", err)
		return 1
	}
	return code
}
