package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestUsageFaultsExitWithTwo(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--no-such-flag", "--", "true"}, {"--ports", "maybe", "--", "true"}, {"--without", "postgres", "--", "true"},
		{"--retention-days", "0", "--", "true"},
	} {
		d := launch(t, args...)
		if code := d.wait(); code != 2 {
			t.Errorf("%q exits with %d:\n%s", args, code, d.out)
		}
	}
}

func TestExitCodeIsTheCommandsOwn(t *testing.T) {
	state := openDir(t)
	for _, c := range []struct {
		script string
		code   int
	}{{"exit 7", 7}, {"kill -9 $$", 137}, {"true", 0}} {
		d := launch(t, "--state", state, "--ports", "auto", "--fast", "--quiet", "--without", "temporal,renderer,oidc", "--", "sh", "-c", c.script)
		if code := d.wait(); code != c.code {
			t.Errorf("%q exits with %d, want %d:\n%s", c.script, code, c.code, d.out)
		}
		if d.out.Len() != 0 {
			t.Errorf("--quiet printed:\n%s", d.out)
		}
	}
	d := launch(t, "--state", state, "--ports", "auto", "--fast", "--without", "temporal,renderer,oidc", "--", "no-such-program")
	if code := d.wait(); code != exitStack || !strings.Contains(d.out.String(), "no-such-program") {
		t.Errorf("a command that is not there exits with %d:\n%s", code, d.out)
	}
}

// Where there is too little memory the database is on the disk.
func TestADatabaseInMemoryIsDroppedAtTheEnd(t *testing.T) {
	state := openDir(t)
	memory := memoryOf(state)
	script := `test ! -e "$0/postgres" && test -f "$1/postgres/postmaster.pid"`
	if !enoughMemory() {
		script = `test -f "$0/postgres/postmaster.pid" && test ! -e "$1"`
	}
	d := launch(t, "--state", state, "--ports", "auto", "--fast", "--memory", "--quiet", "--without", "temporal,renderer,oidc", "--",
		"sh", "-c", script, state, memory)
	if code := d.wait(); code != 0 {
		t.Fatalf("exits with %d:\n%s", code, d.out)
	}
	if _, err := os.Stat(memory); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left: %v", memory, err)
	}
}

func TestWholeStack(t *testing.T) {
	state := openDir(t)
	d := up(t, state)
	t.Run("postgres", func(t *testing.T) { checkPostgres(t, d) })
	t.Run("temporal", func(t *testing.T) { checkTemporal(t, d) })
	t.Run("time skipping", func(t *testing.T) { checkTimeSkipping(t, d) })
	t.Run("web ui", func(t *testing.T) { checkUI(t, d) })
	t.Run("renderer", func(t *testing.T) { checkRenderer(t, d) })
	t.Run("oidc accounts", func(t *testing.T) { checkAccountTokens(t, d) })
	t.Run("oidc sign-in", func(t *testing.T) { checkSignIn(t, d) })
	t.Run("oidc refresh", func(t *testing.T) { checkRefresh(t, d) })

	t.Run("a second devstack on the state says so", func(t *testing.T) {
		other := launch(t, "--state", state, "--ports", "auto", "--", "true")
		if code := other.wait(); code != exitStack {
			t.Fatalf("exits with %d", code)
		}
		oneLine(t, other, "held by another devstack", strconv.Itoa(d.cmd.Process.Pid), "--state")
	})
	t.Run("a port in use is named", func(t *testing.T) {
		_, port, err := net.SplitHostPort(d.env["TUOYU_TEMPORAL_ADDRESS"])
		if err != nil {
			t.Fatal(err)
		}
		other := launch(t, "--state", openDir(t), "--postgres-port", "31999", "--temporal-port", port, "--", "true")
		if code := other.wait(); code != exitStack {
			t.Fatalf("exits with %d", code)
		}
		oneLine(t, other, "port "+port, "Temporal frontend", "--temporal-port")
	})

	token := accountToken(t, d, "clerk-140403")
	owner := d.connect("TUOYU_MIGRATE_DATABASE_URL")
	if _, err := owner.Exec(context.Background(), "create table kept (n int); insert into kept values (42)"); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	d = up(t, state) // immediately: the next start has to cope with processes that are still ending
	t.Run("state outlives a kill", func(t *testing.T) {
		var n int
		conn := d.connect("TUOYU_MIGRATE_DATABASE_URL")
		if err := conn.QueryRow(context.Background(), "select n from kept").Scan(&n); err != nil || n != 42 {
			t.Fatalf("kept %d, %v", n, err)
		}
		verifyToken(t, d, token, "tuoyu")
		checkTemporal(t, d)
	})
	t.Run("ended by a signal, the command is told and everything ends", func(t *testing.T) {
		if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := d.wait(); code != 128+int(syscall.SIGTERM) {
			t.Fatalf("exits with %d:\n%s", code, d.out)
		}
		d.mustBeGone()
	})
	t.Run("fresh forgets", func(t *testing.T) {
		d := up(t, state, "--fresh", "--without", "temporal,renderer")
		conn := d.connect("TUOYU_DATABASE_URL")
		var there bool
		if err := conn.QueryRow(context.Background(), "select to_regclass('kept') is not null").Scan(&there); err != nil || there {
			t.Fatalf("table is still there: %v, %v", there, err)
		}
		if _, ok := d.env["TUOYU_TEMPORAL_ADDRESS"]; ok {
			t.Error("a service left out has an address")
		}
	})
}

// oneLine checks that devstack's error is a single line that contains the words.
func oneLine(t *testing.T, d *devstack, words ...string) {
	t.Helper()
	out := strings.TrimSpace(d.out.String())
	if strings.Contains(out, "\n") {
		t.Errorf("more than one line:\n%s", out)
	}
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("%q is not in %q", w, out)
		}
	}
}

func TestFreshSparesWhatItDidNotMake(t *testing.T) {
	dir := openDir(t)
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := launch(t, "--state", dir, "--fresh", "--ports", "auto", "--", "true")
	if code := d.wait(); code != exitStack {
		t.Errorf("exits with %d", code)
	}
	oneLine(t, d, "not a devstack state directory")
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestStateMovesWherePostgresCanReachIt(t *testing.T) {
	if os.Geteuid() != 0 {
		return // Postgres runs as this account, which can access its own files
	}
	closed := filepath.Join(openDir(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	d := up(t, filepath.Join(closed, "state"), "--without", "temporal,renderer,oidc")
	moved := d.env["DEVSTACK_STATE"]
	t.Cleanup(func() {
		if err := os.RemoveAll(moved); err != nil {
			t.Error(err)
		}
	})
	if !strings.HasPrefix(moved, os.TempDir()) || strings.HasPrefix(moved, closed) {
		t.Errorf("state is in %s", moved)
	}
	if out := d.out.String(); strings.Count(out, "cannot reach") != 1 {
		t.Errorf("printed:\n%s", out)
	}
	checkPostgres(t, d)
}

func TestEverythingEndsWithTheParent(t *testing.T) {
	state, envFile := openDir(t), filepath.Join(t.TempDir(), "env")
	// The intermediate shell is the parent; its background process outlives it unless watched. The command itself
	// leaves a process behind that has left its process group and its session.
	inner := `setsid sleep 600 & env -0 >"$0.tmp" && mv "$0.tmp" "$0" && sleep 600`
	parent := exec.Command("sh", "-c", `"$0" --state "$1" --ports auto --fast --quiet --without temporal -- sh -c "$2" "$3" & echo $!; wait`,
		os.Args[0], state, inner, envFile)
	parent.Env = append(os.Environ(), asDevstack+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	d := &devstack{t: t}
	await(t, func() bool { return d.hasEnv(envFile) }, func() string { return "devstack does not come up" })
	if n := len(d.processes()); n < 5 {
		t.Fatalf("only %d processes seen before the kill", n)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed
	d.mustBeGone()
	await(t, func() bool { return syscall.Kill(pid, 0) != nil }, func() string { return "devstack outlives its parent" })
}

func TestKilledOutrightEverythingEnds(t *testing.T) {
	d := up(t, openDir(t), "--without", "temporal")
	if n := len(d.processes()); n < 5 {
		t.Fatalf("only %d processes seen before the kill", n)
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	d.mustBeGone()
}

func checkPostgres(t *testing.T, d *devstack) {
	ctx := context.Background()
	app, owner, admin := d.connect("TUOYU_DATABASE_URL"), d.connect("TUOYU_MIGRATE_DATABASE_URL"), d.connect("DEVSTACK_POSTGRES_ADMIN_URL")
	for _, c := range []struct {
		conn           *pgx.Conn
		role, database string
		powers         string // super, createdb, createrole, bypassrls
	}{
		{app, "tuoyu_app", "tuoyu", "false false false false"},
		{owner, "tuoyu_owner", "tuoyu", "false true true false"},
		{admin, "devstack", "postgres", "true true true true"},
	} {
		var role, database, powers string
		err := c.conn.QueryRow(ctx, `select rolname, current_database(), concat_ws(' ', rolsuper::text, rolcreatedb::text, rolcreaterole::text, rolbypassrls::text)
			from pg_roles where rolname = current_user`).Scan(&role, &database, &powers)
		if err != nil || role != c.role || database != c.database || powers != c.powers {
			t.Errorf("%s: %s in %s may %s, %v", c.role, role, database, powers, err)
		}
	}
	if _, err := owner.Exec(ctx, "create table probe (n int); drop table probe; create extension if not exists pg_trgm"); err != nil {
		t.Errorf("the owner: %v", err)
	}
	if _, err := app.Exec(ctx, "create table probe (n int)"); err == nil {
		t.Error("the application may create tables")
	}
	wrong := strings.Replace(d.env["TUOYU_DATABASE_URL"], "tuoyu_app:", "tuoyu_app:x", 1)
	if conn, err := pgx.Connect(ctx, wrong); err == nil {
		conn.Close(ctx)
		t.Error("a wrong password is let in")
	}
}

func checkUI(t *testing.T, d *devstack) {
	body := get(t, d.env["DEVSTACK_TEMPORAL_UI_URL"]+"/api/v1/namespaces/"+namespace)
	if !strings.Contains(body, `"name": "tuoyu"`) && !strings.Contains(body, `"name":"tuoyu"`) {
		t.Errorf("the Web UI does not reach Temporal: %s", body)
	}
	if page := get(t, d.env["DEVSTACK_TEMPORAL_UI_URL"]+"/"); !strings.Contains(page, "<html") {
		t.Errorf("no page: %s", page)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", url, res.Status, err)
	}
	return string(body)
}
