package e2e

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// process is one running tuoyu.
type process struct {
	cmd    *exec.Cmd
	done   chan struct{}
	waited error // after done
	log    string
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// kill kills the process without a chance to finish anything.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// killIn kills the process after d, without waiting for its end.
func (p *process) killIn(d time.Duration) {
	time.AfterFunc(d, func() { _ = p.cmd.Process.Kill() }) // it may have ended already
}

// stop terminates the process and returns its result.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("signal: %w", err)
	}
	select {
	case <-p.done:
		return p.waited
	case <-time.After(2 * time.Minute):
		p.kill()
		return errors.New("did not end within two minutes of SIGTERM")
	}
}
