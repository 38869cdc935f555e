package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// clientsFolder contains the programs that file through generated clients, and the tools that generate the clients.
const clientsFolder = "../openapi"

func TestAClientMadeInGoFilesFromDraftToReceipt(t *testing.T) {
	h := sharedHouse(t)
	folder := described(t, h, "go.mod", "go.sum", "filing.go.txt")
	command(t, folder, "go", "tool", "oapi-codegen", "-generate", "models,client", "-package", "main", "-o", "client.go", "openapi.json")
	command(t, folder, "go", "build", "-o", "filing", ".")
	fileWith(t, h, folder, "./filing")
}

func TestAClientMadeInTypeScriptFilesFromDraftToReceipt(t *testing.T) {
	h := sharedHouse(t)
	folder := described(t, h, "package.json", "tsconfig.json", "filing.mts")
	packages, err := filepath.Abs(filepath.Join(clientsFolder, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(packages); err != nil {
		t.Fatalf("the packages are not installed, type make openapi/node_modules: %v", err)
	}
	if err := os.Symlink(packages, filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	command(t, folder, "node_modules/.bin/openapi-typescript", "openapi.json", "-o", "api.d.mts")
	command(t, folder, "node_modules/.bin/tsc", "-p", ".")
	fileWith(t, h, folder, "node", "filing.mjs")
}

// described returns a new folder with the named files of the clients and the openapi.json that the system serves. Go
// files are stored with the suffix .txt, which is removed here, since they do not compile without the generated client.
func described(t *testing.T, h *harness, names ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(clientsFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, strings.TrimSuffix(name, ".txt")), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	served := send(t, h.users.As(""), roleplay.Request{Method: "GET", Path: "/openapi.json"})
	if err := os.WriteFile(filepath.Join(folder, "openapi.json"), served.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// fileWith runs a client that takes the filing of an institution to the receipt, and asserts that the receipt exists.
func fileWith(t *testing.T, h *harness, folder string, client ...string) {
	t.Helper()
	a := newApplicant(t, h, "community")
	register(t, a)
	tokens := make([]string, 2)
	for i, who := range []*roleplay.Actor{a.Actor, a.Clerk()} {
		var err error
		if tokens[i], err = who.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	told, err := json.Marshal(map[string]any{
		"url": h.url, "applicant": tokens[0], "clerk": tokens[1], "pdf": testdata.PDF("paper"), "application": prepare(t, a, "community"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TUOYU_FILING", string(told))
	caseNo := strings.TrimSpace(command(t, folder, client...))
	c := await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageReceiptIssued))
	if receipt := paperOf(t, c, "filing_receipt"); receipt.State != "in_force" {
		t.Errorf("the receipt is %s", receipt.State)
	}
}

// command runs a command in the folder and returns its output.
func command(t *testing.T, folder string, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%.4000s", strings.Join(args, " "), err, &said, &out)
	}
	return out.String()
}
