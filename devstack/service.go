package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// serviceVariable is the environment variable with the order of a service process. If it is set, this program runs that
// service only, so that a service can die and be restarted independently.
const serviceVariable = "DEVSTACK_SERVICE"

// readyWord is what a service process writes to its third descriptor once it serves; any other text is its error.
const readyWord = "ready"

// The services that run as processes of this program.
const (
	serviceTemporal = "temporal" // with its Web UI
	serviceRenderer = "renderer"
	serviceOIDC     = "oidc"
)

// serviceOrder is the configuration of a service process.
type serviceOrder struct {
	Service   string        `json:"service"`
	Dir       string        `json:"dir"`
	Run       string        `json:"run"`
	Port      int           `json:"port"`
	Temporal  [4]int        `json:"temporal"`
	UI        int           `json:"ui"` // 0: none
	Postgres  int           `json:"postgres"`
	Password  string        `json:"password"`
	Retention time.Duration `json:"retention"`
	TokenLife time.Duration `json:"token_life"`
	Chromium  string        `json:"chromium"`
}

// startService starts a service process and waits until it serves. Its output is appended to the log.
func startService(ctx context.Context, order serviceOrder, log string) (*child, error) {
	raw, err := json.Marshal(order)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", order.Service, err)
	}
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", order.Service, err)
	}
	defer out.Close()
	word, said, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", order.Service, err)
	}
	defer word.Close()
	cmd := exec.Command("/proc/self/exe") // the running executable, even if its file has been replaced since
	cmd.Args = []string{"devstack", order.Service}
	cmd.Env = append(os.Environ(), serviceVariable+"="+string(raw))
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = out, out, []*os.File{said}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c, err := start(cmd)
	said.Close()
	if err != nil {
		return nil, err
	}
	heard := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(word).ReadString('\n') // a partial line before the end counts
		heard <- strings.TrimSpace(line)
	}()
	select {
	case line := <-heard:
		if line == readyWord {
			return c, nil
		}
		c.kill()
		if line == "" {
			line = fmt.Sprintf("%s ended while starting (%s): see %s", order.Service, c.how(), log)
		}
		return nil, errors.New(line)
	case <-ctx.Done():
		c.kill()
		return nil, ctx.Err()
	}
}

// serve runs the service of the order until it is terminated, and returns the exit code.
func serve(raw string) int {
	syscall.CloseOnExec(3)
	word := os.NewFile(3, "word")
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	var order serviceOrder
	stop, err := func() {}, json.Unmarshal([]byte(raw), &order)
	if err == nil {
		stop, err = order.start(context.Background())
	}
	if err != nil {
		fmt.Fprintln(word, strings.Join(strings.Fields(err.Error()), " "))
		return exitStack
	}
	fmt.Fprintln(word, readyWord)
	word.Close()
	<-end
	stop()
	return 0
}

func (o serviceOrder) start(ctx context.Context) (stop func(), err error) {
	switch o.Service {
	case serviceTemporal:
		return o.startTemporal(ctx)
	case serviceRenderer:
		r, err := startRenderer(o.Port, o.Chromium, o.Dir, o.Run)
		if err != nil {
			return nil, err
		}
		return r.stop, nil
	case serviceOIDC:
		p, err := startOIDC(ctx, o.Port, stateFile(o.Dir, "oidc-key.pem"), o.TokenLife)
		if err != nil {
			return nil, err
		}
		return p.stop, nil
	default:
		return nil, fmt.Errorf("no service %q", o.Service)
	}
}

func (o serviceOrder) startTemporal(ctx context.Context) (stop func(), err error) {
	pg := &postgres{port: o.Postgres, secrets: secrets{Temporal: o.Password}}
	t, err := startTemporal(ctx, pg, &portSet{temporal: o.Temporal}, o.Retention, stateFile(o.Dir, "temporal.log"))
	if err != nil || o.UI == 0 {
		return t.stop, err
	}
	ui, err := startUI(ctx, t.address, o.UI)
	if err != nil {
		t.stop()
		return nil, err
	}
	return func() { ui.stop(); t.stop() }, nil
}
