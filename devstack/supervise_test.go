package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// process returns the process ID of a service, or 0 if it has no process.
func (d *devstack) process(service string) int {
	raw, err := os.ReadFile(filepath.Join(d.env["DEVSTACK_STATE"], service+".pid"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0
	}
	return pid
}

// kill kills the process of a service and returns its process ID.
func (d *devstack) kill(service string) int {
	d.t.Helper()
	pid := d.process(service)
	if pid == 0 {
		d.t.Fatalf("%s has no process", service)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
		d.t.Fatal(err)
	}
	return pid
}

// awaitOther waits until the service has a process other than pid.
func (d *devstack) awaitOther(service string, pid int) {
	d.t.Helper()
	await(d.t, func() bool { now := d.process(service); return now != 0 && now != pid },
		func() string { return fmt.Sprintf("%s is not started again:\n%s", service, d.out) })
}

func TestAServiceThatDiesIsStartedAgainWithItsPortsAndState(t *testing.T) {
	d := up(t, openDir(t), "--fast=false") // makes commits durable
	owner := d.connect("TUOYU_MIGRATE_DATABASE_URL")
	if _, err := owner.Exec(context.Background(), "create table kept (n int); insert into kept values (42)"); err != nil {
		t.Fatal(err)
	}
	token := accountToken(t, d, "clerk-140403")
	for _, service := range []string{servicePostgres, serviceTemporal, serviceRenderer, serviceOIDC} {
		d.awaitOther(service, d.kill(service))
	}
	both := d.kill(servicePostgres)
	temporal := d.kill(serviceTemporal)
	d.awaitOther(servicePostgres, both)
	d.awaitOther(serviceTemporal, temporal)

	var n int
	conn := d.connect("TUOYU_MIGRATE_DATABASE_URL")
	if err := conn.QueryRow(context.Background(), "select n from kept").Scan(&n); err != nil || n != 42 {
		t.Errorf("kept %d, %v", n, err)
	}
	checkTemporal(t, d)
	checkUI(t, d)
	checkRenderer(t, d)
	verifyToken(t, d, token, "tuoyu")
	if log, err := os.ReadFile(filepath.Join(d.env["DEVSTACK_STATE"], "devstack.log")); err != nil || strings.Count(string(log), "runs again after") != 6 {
		t.Errorf("the log has not six restarts: %v\n%s", err, log)
	}
}

func TestAServiceThatKeepsDyingEndsTheRun(t *testing.T) {
	d := up(t, openDir(t), "--quiet", "--without", "temporal,renderer")
	state := d.env["DEVSTACK_STATE"]
	for killed := 0; !d.ended(); { // each of its processes once
		await(t, func() bool { now := d.process(serviceOIDC); return d.ended() || now != 0 && now != killed },
			func() string { return "the OIDC provider is not started again" })
		if pid := d.process(serviceOIDC); pid != 0 {
			killed = pid
			_ = syscall.Kill(pid, syscall.SIGKILL) // devstack may have ended it
		}
	}
	if code := d.wait(); code != exitStack {
		t.Errorf("exits with %d", code)
	}
	oneLine(t, d, "OIDC provider ended 5 times", "signal: killed", "see "+filepath.Join(state, "devstack.log"))
	d.mustBeGone()
	// The killed processes must not obstruct the next run.
	d = up(t, state, "--without", "temporal,renderer")
	if res, err := http.Get(d.env["TUOYU_OIDC_ISSUER"] + "/accounts"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("no accounts: %v", err)
	}
}

func TestAPostgresKilledOutrightIsRecovered(t *testing.T) {
	d := up(t, openDir(t), "--fast=false", "--without", "temporal,renderer,oidc")
	d.awaitOther(servicePostgres, d.kill(servicePostgres))
	checkPostgres(t, d)
	// A server killed together with its devstack leaves its lock file with the ID of a dead process.
	d.kill(servicePostgres)
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	d = up(t, d.env["DEVSTACK_STATE"], "--without", "temporal,renderer,oidc")
	checkPostgres(t, d)
}
