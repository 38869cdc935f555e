package store

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrSchemaMismatch says that the database has another schema version than the one this program was built with.
var ErrSchemaMismatch = errors.New("the database has the schema of another release")

// ErrStorage says that the blob folder takes or returns nothing at the moment: full, read-only or away.
var ErrStorage = errors.New("the blob folder cannot be used")

// IsTransient reports whether err comes from something that passes without anybody changing the case: Postgres, the blob folder
// or a service is away, full, overloaded, being upgraded, or another transaction was in the way. Such a step is tried until it
// succeeds. An error type of another package says so by a method Transient() bool.
func IsTransient(err error) bool {
	var says interface{ Transient() bool }
	var file *fs.PathError
	var network net.Error
	switch {
	case err == nil:
		return false
	case errors.As(err, &says):
		return says.Transient()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, ErrSchemaMismatch),
		errors.Is(err, ErrStorage), errors.As(err, &file), errors.As(err, &network):
		return true
	}
	return IsUnavailable(err)
}

// IsUnavailable reports whether err says that Postgres cannot be used at the moment. A deadline that passed while Postgres was
// working says nothing of it, and neither does the failure of another server that is asked by its URL.
func IsUnavailable(err error) bool {
	var refused *pgconn.PgError
	var connecting *pgconn.ConnectError
	var network *net.OpError
	var elsewhere *url.Error
	switch {
	case err == nil:
		return false
	case errors.As(err, &refused):
		return passingState(refused.Code)
	case errors.As(err, &connecting):
		return true
	case errors.As(err, &elsewhere), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return false
	}
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, os.ErrDeadlineExceeded) || pgconn.SafeToRetry(err) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "closed pool")
}

// passingState reports whether an SQLSTATE is of a class that passes: connection (08), feature that a cached plan no longer
// has after a migration (0A), transaction rolled back (25, 40), authentication while roles are set up (28), undefined tables and
// columns of another schema (42P01, 42703, 42883), resources (53), object in use (55), operator intervention (57), system (58),
// internal (XX).
func passingState(code string) bool {
	switch code {
	case "42P01", "42703", "42883":
		return true
	}
	if len(code) < 2 {
		return false
	}
	switch code[:2] {
	case "08", "0A", "25", "28", "40", "53", "55", "57", "58", "XX":
		return true
	}
	return false
}

// The classes of a fault, for metrics and for people: they name no value.
const (
	FaultRefused    = "data_refused"    // a constraint of the database refuses what the step writes
	FaultUnreadable = "data_unreadable" // what is stored cannot be decoded
	FaultMissing    = "data_missing"    // a row the step needs is not there
	FaultStep       = "step_failed"     // anything else

	FaultUnprintable = "unprintable" // papers that no try prints; each of them says why
)

// FaultClass returns the class of an error that does not pass, and whether trying again can change nothing at all.
func FaultClass(err error) (class string, certain bool) {
	var refused *pgconn.PgError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &refused) && (refused.Code == "23514" || refused.Code == "23502" || strings.HasPrefix(refused.Code, "22")):
		return FaultRefused, true
	case errors.As(err, &refused) && strings.HasPrefix(refused.Code, "23"):
		return FaultRefused, false
	case errors.As(err, &syntax), errors.As(err, &kind):
		return FaultUnreadable, true
	case errors.Is(err, pgx.ErrNoRows):
		return FaultMissing, false
	}
	return FaultStep, false
}
