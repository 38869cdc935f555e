package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// findPostgres returns the directory that contains initdb and postgres: of the wanted major version if one is named (an
// existing database opens with no other), otherwise the newest. Missing packages are installed by apt if run as root;
// otherwise the error names what to install.
func findPostgres(ctx context.Context, wanted string, note func(string)) (string, error) {
	if dir := installedPostgres(wanted); dir != "" {
		return dir, nil
	}
	pkg := "postgresql"
	if wanted != "" {
		pkg += "-" + wanted
	}
	if err := aptInstall(ctx, pkg, note); err != nil {
		return "", fmt.Errorf("PostgreSQL %s is not installed: %w", wanted, err)
	}
	if dir := installedPostgres(wanted); dir != "" {
		return dir, nil
	}
	return "", errors.New("the package " + pkg + " is installed but holds no initdb and postgres")
}

func installedPostgres(wanted string) string {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	debian, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		debian = nil
	}
	slices.SortFunc(debian, func(a, b string) int { return debianMajor(b) - debianMajor(a) })
	for _, dir := range append(dirs, debian...) {
		if !isProgram(filepath.Join(dir, "initdb")) || !isProgram(filepath.Join(dir, "postgres")) {
			continue
		}
		if wanted == "" || postgresMajor(dir) == wanted {
			return dir
		}
	}
	return ""
}

func debianMajor(dir string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	if err != nil {
		return 0
	}
	return n
}

// postgresMajor asks the program itself, since only Debian's paths contain the version.
func postgresMajor(dir string) string {
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.18 (Debian …)
	if len(fields) < 3 {
		return ""
	}
	major, _, _ := strings.Cut(fields[2], ".")
	return major
}

// findChromium returns the path of the headless browser, preferring the small headless shell.
func findChromium(ctx context.Context, note func(string)) (string, error) {
	if p := installedChromium(); p != "" {
		return p, nil
	}
	err := aptInstall(ctx, "chromium-headless-shell", note)
	if err != nil && os.Geteuid() == 0 {
		err = aptInstall(ctx, "chromium", note)
	}
	if err != nil {
		return "", fmt.Errorf("no Chromium is installed: %w", err)
	}
	if p := installedChromium(); p != "" {
		return p, nil
	}
	return "", errors.New("the installed Chromium is not on the PATH")
}

func installedChromium() string {
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// aptInstall installs a Debian package if this process may; otherwise the error contains the command to run.
func aptInstall(ctx context.Context, pkg string, note func(string)) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("type `sudo apt-get install %s`", pkg)
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("install it (Debian's package is %s)", pkg)
	}
	note("installing Debian's package " + pkg)
	for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", pkg}} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w: %s", strings.Join(args, " "), err, lastLine(out))
		}
	}
	return nil
}

// lastLine returns the last line of a program's output that is not empty.
func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}
