package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
)

// installation is the program under test with its processes, each with its own connections to Postgres and Temporal.
type installation struct {
	program, folder string
	blobs           string
	mounted         bool // blobs is a small file system of its own
	url             string
	db              *pgxpool.Pool // as superuser, not through a link
	temporal        client.Client
	links           []*link
	serve           *kept
	workers         []*kept
}

// kept is a process that is restarted whenever it ends.
type kept struct {
	name    string
	start   func() (*exec.Cmd, error)
	started atomic.Int64
	own     atomic.Int64 // number of unexpected exits

	mu       sync.Mutex
	cmd      *exec.Cmd
	killed   bool // the current process, by the storm
	stopping bool
	done     chan struct{}
}

func keep(name string, start func() (*exec.Cmd, error)) (*kept, error) {
	k := &kept{name: name, start: start, done: make(chan struct{})}
	cmd, err := start()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	k.cmd = cmd
	k.started.Add(1)
	go k.run()
	return k, nil
}

func (k *kept) run() {
	defer close(k.done)
	for {
		_ = k.cmd.Wait() // killed records why it ended
		k.mu.Lock()
		if k.stopping {
			k.mu.Unlock()
			return
		}
		if !k.killed {
			k.own.Add(1)
		}
		k.killed = false
		k.mu.Unlock()
		time.Sleep(150 * time.Millisecond)
		for {
			k.mu.Lock()
			cmd, err := k.start()
			if err == nil {
				k.cmd = cmd
				k.started.Add(1)
			}
			k.mu.Unlock()
			if err == nil {
				break
			}
			time.Sleep(time.Second)
		}
	}
}

func (k *kept) signal(s syscall.Signal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s == syscall.SIGKILL || s == syscall.SIGTERM {
		k.killed = true
	}
	_ = k.cmd.Process.Signal(s) // it may be restarting
}

func (k *kept) stop() {
	k.mu.Lock()
	k.stopping = true
	_ = k.cmd.Process.Kill() // it may have ended already
	k.mu.Unlock()
	<-k.done
}

// install creates the database and starts all processes.
func install(ctx context.Context, program string) (in *installation, err error) {
	in = &installation{program: program}
	defer func() {
		if err != nil {
			in.close()
		}
	}()
	if in.folder, err = os.MkdirTemp("", "tuoyu-storm-"); err != nil {
		return in, err
	}
	if err := in.makeBlobFolder(); err != nil {
		return in, err
	}
	admin, err := url.Parse(os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL"))
	if err != nil {
		return in, err
	}
	admin.Path = "/tuoyu"
	if in.db, err = pgxpool.New(ctx, admin.String()); err != nil {
		return in, err
	}
	in.temporal, err = client.Dial(client.Options{
		HostPort: os.Getenv("TUOYU_TEMPORAL_ADDRESS"), Namespace: os.Getenv("TUOYU_TEMPORAL_NAMESPACE"), Logger: quiet{},
	})
	if err != nil {
		return in, fmt.Errorf("connect to Temporal: %w", err)
	}
	keyset, listen := filepath.Join(in.folder, "keyset.json"), freeAddress()
	in.url = "http://" + listen
	common := []string{
		"TUOYU_LISTEN=" + listen, "TUOYU_PUBLIC_URL=" + in.url, "TUOYU_BLOB_DIR=" + in.blobs, "TUOYU_KEYSET_FILE=" + keyset,
		"TUOYU_SHUTDOWN_SECONDS=5", "TUOYU_METRICS_LISTEN=127.0.0.1:0",
		"TUOYU_TRUSTED_PROXIES=127.0.0.0/8", // members of the public have many addresses
		"GORACE=log_path=" + in.races(),     // for a program built with the race detector
	}
	for _, args := range [][]string{{"keys", "new", keyset}, {"migrate"}} {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Env = append(os.Environ(), common...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return in, fmt.Errorf("tuoyu %s: %w: %s", strings.Join(args, " "), err, out)
		}
	}
	if in.serve, err = in.startLinked("serve", 0, common); err != nil {
		return in, err
	}
	for n := range 2 {
		w, err := in.startLinked("worker", n+1, common)
		if err != nil {
			return in, err
		}
		in.workers = append(in.workers, w)
	}
	return in, in.awaitReady(ctx, time.Minute)
}

// startLinked starts a process that reaches Postgres and Temporal through links. The workers share theirs.
func (in *installation) startLinked(command string, n int, common []string) (*kept, error) {
	links := map[string]string{}
	for _, l := range in.links {
		links[l.name] = l.address()
	}
	database, err := url.Parse(os.Getenv("TUOYU_DATABASE_URL"))
	if err != nil {
		return nil, err
	}
	for service, target := range map[string]string{"Postgres": database.Host, "Temporal": os.Getenv("TUOYU_TEMPORAL_ADDRESS")} {
		name := command + " to " + service
		if links[name] != "" {
			continue
		}
		l, err := openLink(name, target)
		if err != nil {
			return nil, err
		}
		in.links = append(in.links, l)
		links[name] = l.address()
	}
	database.Host = links[command+" to Postgres"]
	env := append(os.Environ(), common...)
	env = append(env, "TUOYU_DATABASE_URL="+database.String(), "TUOYU_TEMPORAL_ADDRESS="+links[command+" to Temporal"])
	name := command
	if n > 0 {
		name = fmt.Sprint(command, " ", n)
	}
	return keep(name, func() (*exec.Cmd, error) {
		log, err := os.OpenFile(in.log(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		defer log.Close()
		cmd := exec.Command(in.program, command)
		cmd.Env, cmd.Stdout, cmd.Stderr = env, log, log
		return cmd, cmd.Start()
	})
}

func (in *installation) log(name string) string {
	return filepath.Join(in.folder, strings.ReplaceAll(name, " ", "-")+".log")
}

// races is the path of the race detector's reports, which add a dot and the number of the process.
func (in *installation) races() string { return filepath.Join(in.folder, "race") }

func (in *installation) processes() []*kept { return append([]*kept{in.serve}, in.workers...) }

func (in *installation) awaitReady(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, in.url+"/readyz", nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close() // only the status counts
			if res.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(res.Status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("serve is not ready after %s: %w", limit, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (in *installation) close() {
	for _, k := range append(in.workers, in.serve) {
		if k != nil {
			k.stop()
		}
	}
	for _, l := range in.links {
		_ = l.listener.Close() // no more connections
		l.resetAll()
	}
	if in.db != nil {
		in.db.Close()
	}
	if in.temporal != nil {
		in.temporal.Close()
	}
	if in.mounted {
		_ = syscall.Unmount(in.blobs, syscall.MNT_DETACH) // if it fails, the mount lasts until the machine ends
	}
	if in.folder != "" && os.Getenv("STORM_KEEP") == "" {
		_ = os.RemoveAll(in.folder) // if it fails, the rest remains in the temporary folder
	}
}

func freeAddress() string {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("find a free port: %v", err))
	}
	defer l.Close()
	return l.Addr().String()
}

// runName distinguishes the idempotency keys of one storm from those of another.
var runName = "storm-" + rand.Text()[:8]

// quiet discards what the Temporal client logs.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
