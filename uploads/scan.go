package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// Scanner scans a file for malware. It returns ErrInfected if it finds any.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) error
}

// ErrInfected is the error for a file in which a scanner found malware.
var ErrInfected = errors.New("file refused by the scan")

// CommandScanner runs a command with the file on its standard input; exit code 1 means malware, as for clamdscan, and
// any other failure is an error.
type CommandScanner []string

// Scan implements Scanner.
func (c CommandScanner) Scan(ctx context.Context, r io.Reader) error {
	cmd := exec.CommandContext(ctx, c[0], c[1:]...)
	cmd.Stdin = r
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return ErrInfected
	}
	if err != nil {
		return fmt.Errorf("run scan: %w", err)
	}
	return nil
}
