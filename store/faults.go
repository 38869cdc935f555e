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

// ErrSchemaMismatch is the error for a database whose schema version is not that of this program.
var ErrSchemaMismatch = errors.New("the database has the schema of another release")

// ErrStorage is the error for a blob folder that cannot be used: full, read-only or unavailable.
var ErrStorage = errors.New("the blob folder cannot be used")

// IsTransient reports whether err has a cause that can pass without a change to the case: Postgres, the blob folder or
// a service is unavailable, full, overloaded or being upgraded, or the transaction conflicted with another. Such a step
// is retried until it succeeds. Error types of other packages report it by a method Transient() bool.
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

// IsUnavailable reports whether err means that Postgres is unavailable. A deadline that expired while Postgres was
// working does not, and neither does the failure of another server that is called by URL.
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

// passingState reports whether an SQLSTATE is of a transient class: connection (08), feature that a cached plan no
// longer has after a migration (0A), transaction rolled back (25, 40), authentication while roles are set up (28),
// undefined tables and columns of another schema (42P01, 42703, 42883), resources (53), object in use (55), operator
// intervention (57), system (58), internal (XX).
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

// The classes of a permanent error, for metrics and for users: they contain no values.
const (
	FaultRefused    = "data_refused"    // a constraint of the database rejects what the step writes
	FaultUnreadable = "data_unreadable" // a stored value cannot be decoded
	FaultMissing    = "data_missing"    // a row that the step needs does not exist
	FaultStep       = "step_failed"     // anything else

	FaultUnprintable = "unprintable" // documents that no retry can render; each of them has the reason
)

// FaultClass returns the class of a permanent error, and whether it is certain that a retry fails as well.
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
