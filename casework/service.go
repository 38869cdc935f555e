// Package casework is the service layer for cases, used by the API and the pages. It authorizes the principal,
// validates the input, executes each command once, and then starts, updates or reads the workflow.
package casework

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"go.temporal.io/sdk/client"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures/published"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/uploads"
	"tuoyu/workflows"
)

// Deps holds the dependencies of a Service.
type Deps struct {
	DB            *store.DB
	Temporal      client.Client
	Namespace     string // of Temporal, for requests that need it: resetting a workflow
	Rules         *policies.Engine
	CalendarCache *store.CalendarCache
	Blobs         store.Blobs
	Fields        *sealing.Fields     // nil: no keyset, so nothing of children is taken
	Renderer      *documents.Renderer // nil: what is printed on the spot is not
	Scan          uploads.Scanner     // nil: uploads are stored unscanned and marked so
	Now           func() time.Time    // nil: time.Now
	Log           *slog.Logger        // nil: slog.Default
	Catalogue     *published.Catalogue
	PublicURL     string
}

// Service executes commands and queries on cases. It is safe for concurrent use.
type Service struct {
	Deps
	recent  recently
	imports imports
	checks  *uploads.Checks

	answerChecks  map[string]AnswerCheck // by the kind of task
	everyAnswer   []AnswerCheck
	beforeAnswers map[string]BeforeAnswer // by the kind of task
	completions   []CompleteCase
	hourly        map[string]func(context.Context) error // by what is then not done
	childFile     func(ctx context.Context, q *store.Queries, p nursery.Principal, child string) error
}

// New returns a Service with the given dependencies.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.DB != nil {
		d.DB = d.DB.At(d.Now)
	}
	return &Service{
		Deps: d, imports: newImports(), checks: uploads.NewChecks(), answerChecks: map[string]AnswerCheck{}, beforeAnswers: map[string]BeforeAnswer{},
		hourly:    map[string]func(context.Context) error{},
		childFile: func(context.Context, *store.Queries, nursery.Principal, string) error { return NewNotFound() },
	}
}

// Resource is what an act is done to, as authz sees it.
type Resource struct {
	County      string            `json:"county,omitempty"`
	Institution string            `json:"institution,omitempty"`
	Partner     string            `json:"partner,omitempty"`  // the clinic or insurer on the other side
	Role        nursery.Role      `json:"role,omitempty"`     // of a task: who may answer
	Assignee    string            `json:"assignee,omitempty"` // of a task
	Escalated   bool              `json:"escalated,omitempty"`
	SubmittedBy string            `json:"submitted_by,omitempty"` // of a case: who entered it
	Excluded    []string          `json:"excluded,omitempty"`
	Kind        nursery.CaseKind  `json:"kind,omitempty"`     // of a file's case
	Readers     []nursery.Role    `json:"readers,omitempty"`  // of a case of a procedure or of its files, as its last revision permits
	Uploader    string            `json:"uploader,omitempty"` // of a file that nothing refers to yet
	Registrar   nursery.Registrar `json:"registrar,omitempty"`
}

// Authorize evaluates the authz policy. It returns not_found for resources that the principal may not see.
func (s *Service) Authorize(ctx context.Context, p nursery.Principal, act string, r Resource) error {
	allowed, reason, err := s.Rules.Allow(ctx, map[string]any{"principal": p, "act": act, "resource": r})
	switch {
	case err != nil:
		return fmt.Errorf("authorise %s: %w", act, err)
	case allowed:
		return nil
	}
	switch reason {
	case "not_visible":
		return NewNotFound()
	case "conflict":
		return NewError(CodeConflictOfInterest, "提交人、初次核查人不能办理本事项，请由其他工作人员办理。")
	case "registrar":
		return NewError(CodeRegistrarNotYours, "该性质的机构不由本登记机关登记。")
	}
	return NewError(CodeForbidden, "您的角色不能进行此操作。")
}

// Perform is Command for a command that answers nothing.
func Perform(ctx context.Context, s *Service, p nursery.Principal, key, operation string, body any, do func(*store.Queries) error) error {
	_, err := Command(ctx, s, p, key, operation, body, func(q *store.Queries) (struct{}, error) { return struct{}{}, do(q) })
	return err
}

// Command runs do once for the account's key, in one transaction as p, and returns its answer; a repeat returns the first answer
// and runs nothing. What is to follow the commit, such as the start of a case, do registers with AfterCommit. Errors:
// idempotency_key_required, idempotency_key_reused, invalid, and those of do.
func Command[T any](ctx context.Context, s *Service, p nursery.Principal, key, operation string, body any,
	do func(*store.Queries) (T, error),
) (T, error) {
	answer, _, err := CommandReplayed(ctx, s, p, key, operation, body, do)
	return answer, err
}

// CommandReplayed is Command for one that has to know whether it is a repeat. The first answer to a start holds the tracking code:
// the answer is sealed for the account and key, and forgotten with the key after keyTTL.
func CommandReplayed[T any](ctx context.Context, s *Service, p nursery.Principal, key, operation string, body any,
	do func(*store.Queries) (T, error),
) (answer T, replayed bool, err error) {
	started := s.Now()
	defer func() { s.logCommand(ctx, p, operation, started, replayed, err) }()
	if key == "" {
		return answer, false, NewError(CodeKeyRequired, "缺少幂等键（Idempotency-Key）。")
	}
	if len(key) > 200 {
		return answer, false, NewError(CodeKeyRequired, "幂等键过长。")
	}
	hash, err := BodyHash(body)
	if err != nil {
		return answer, false, err
	}
	err = s.As(ctx, p, func(q *store.Queries) error {
		taken, err := q.TakeIdempotencyKey(ctx, store.TakeIdempotencyKeyParams{
			Principal: p.Account, Key: key, Operation: operation, BodyHash: hash, CreatedAt: started,
		})
		if err != nil {
			return err
		}
		if taken == 0 {
			replayed = true
			return s.storedResponse(ctx, q, p, key, operation, hash, &answer)
		}
		answer, err = do(q)
		var refused *Error
		if errors.As(err, &refused) {
			return err
		}
		// Every command is held against the limits of its body in this one place, whatever it checks itself: after it has authorized,
		// so that nobody learns of faults in what is not theirs, and before anything is committed.
		var c Checker
		c.Limits(body)
		if s.drawn(&c, operation, body); len(c.Fields) > 0 {
			return c.Err()
		}
		if err != nil {
			return err
		}
		return s.SaveResponse(ctx, q, p, key, answer)
	})
	return answer, replayed, err
}

// UnlessAnswered returns nil if the key has its answer already, and err otherwise. Callers that check a state before
// the command begins use it, because a repeat gets the first answer whatever the state of the case is by then.
func UnlessAnswered(ctx context.Context, q *store.Queries, p nursery.Principal, key string, err error) error {
	if err == nil {
		return nil
	}
	known, failed := Answered(ctx, q, p, key)
	switch {
	case failed != nil:
		return failed
	case known:
		return nil
	}
	return err
}

// Answered reports whether the key has its answer already.
func Answered(ctx context.Context, q *store.Queries, p nursery.Principal, key string) (bool, error) {
	_, err := q.IdempotencyKey(ctx, store.IdempotencyKeyParams{Principal: p.Account, Key: key})
	switch {
	case err == nil:
		return true, nil
	case store.IsNotFound(err):
		return false, nil
	}
	return false, fmt.Errorf("read idempotency key: %w", err)
}

// As runs do as p. It maps a rejection by row-level security, the second layer, to forbidden like one by authz, but
// logs it as an error, because authz should have refused the call.
func (s *Service) As(ctx context.Context, p nursery.Principal, do func(*store.Queries) error) error {
	err := s.DB.As(ctx, p, do)
	if isOneOpen(err) { // opened by two at the same moment
		return alreadyOpen("")
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "42501" {
		s.Log.ErrorContext(ctx, "row-level security refused what authz allowed", "role", string(p.Role), "reason", refused.Message)
		return &Error{Code: CodeForbidden, Message: "不能办理其他县区或机构的事项。", Err: err}
	}
	return err
}

// ReadAs runs read in a transaction of p and returns its result.
func ReadAs[T any](ctx context.Context, s *Service, p nursery.Principal, read func(*store.Queries) (T, error)) (found T, err error) {
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		found, err = read(q)
		return err
	})
	return found, err
}

// BodyHash returns the hash that distinguishes a repeat of a command from another command with its key.
func BodyHash(body any) ([]byte, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	hash := sha256.Sum256(raw)
	return hash[:], nil
}

func (s *Service) storedResponse(ctx context.Context, q *store.Queries, p nursery.Principal, key, operation string, hash []byte, into any) error {
	first, err := q.IdempotencyKey(ctx, store.IdempotencyKeyParams{Principal: p.Account, Key: key})
	if err != nil {
		return err
	}
	if first.Operation != operation || string(first.BodyHash) != string(hash) {
		return NewError(CodeKeyReused, "该幂等键已用于另一请求，请换用新的幂等键。")
	}
	raw := []byte(first.Response)
	if first.Answer != nil {
		if err := s.Sealing(); err != nil {
			return err
		}
		if raw, err = s.Fields.Open(first.Answer, answerCell(p, key)); err != nil {
			return fmt.Errorf("open first answer: %w", err)
		}
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("decode first answer: %w", err)
	}
	return nil
}

func answerCell(p nursery.Principal, key string) sealing.Cell {
	return sealing.Cell{Table: "idempotency_keys", Column: "answer", Row: p.Account + "/" + key}
}

// SaveResponse keeps the first answer for a repeat: sealed, or as it is where there is no keyset.
func (s *Service) SaveResponse(ctx context.Context, q *store.Queries, p nursery.Principal, key string, answer any) error {
	raw, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	row := store.AnswerIdempotencyKeyParams{Principal: p.Account, Key: key, Status: 200, Response: raw}
	if s.Fields != nil {
		if row.Answer, err = s.Fields.Seal(raw, answerCell(p, key)); err != nil {
			return fmt.Errorf("seal answer: %w", err)
		}
		row.Response = json.RawMessage("{}")
	}
	return q.AnswerIdempotencyKey(ctx, row)
}

func (s *Service) logCommand(ctx context.Context, p nursery.Principal, operation string, started time.Time, replayed bool, err error) {
	outcome, level := "done", slog.LevelInfo
	var refused *Error
	switch {
	case errors.As(err, &refused):
		outcome = refused.Code
	case Passing(err) != nil: // logged with its cause where it is answered
		outcome, level = Passing(err).Code, slog.LevelWarn
	case err != nil:
		outcome, level = "failed", slog.LevelError
	case replayed:
		outcome = "replayed"
	}
	act, target, _ := strings.Cut(operation, " ")
	attrs := []slog.Attr{
		slog.String("act", act), slog.String("on", target), slog.String("role", string(p.Role)), slog.String("outcome", outcome),
		slog.Duration("took", s.Now().Sub(started)),
	}
	if level == slog.LevelError {
		attrs = append(attrs, slog.Any("error", err))
	}
	s.Log.LogAttrs(ctx, level, "command", attrs...)
}

// RecordEvent writes what a person did onto the timeline, once for the step.
func (s *Service) RecordEvent(ctx context.Context, q *store.Queries, c store.Case, p nursery.Principal, step, kind, note string, internal bool, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	if data == nil {
		raw = []byte("{}")
	}
	err = q.NoteAct(ctx, store.NoteActParams{
		CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Step: step, Kind: kind, Actor: p.Account,
		ActorRole: string(p.Role), Note: note, Data: raw, Internal: internal, At: s.Now(),
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	return nil
}

// CaseOf reads a case that p may see, with one of the two queries that find one.
func CaseOf(ctx context.Context, find func(context.Context, string) (store.Case, error), caseNo string) (store.Case, error) {
	number, err := nursery.ParseCaseNumber(caseNo)
	if err != nil {
		return store.Case{}, NewNotFound()
	}
	c, err := find(ctx, string(number))
	if store.IsNotFound(err) {
		return store.Case{}, NewNotFound()
	}
	if err != nil {
		return store.Case{}, fmt.Errorf("read case: %w", err)
	}
	return c, nil
}

// Today returns the date in Shanghai.
func (s *Service) Today() nursery.Date { return nursery.DateOf(s.Now()) }

// Sealing returns sealing_unavailable if there is no keyset.
func (s *Service) Sealing() error {
	if s.Fields == nil {
		return NewError(CodeSealingUnavailable, "未配置密钥，暂不能办理涉及婴幼儿个人信息的事项。")
	}
	return nil
}

// AuthorizeCase authorizes p for an act on a case. Errors: those of Authorize.
func (s *Service) AuthorizeCase(ctx context.Context, p nursery.Principal, act string, c store.Case) error {
	r := Resource{County: c.County, Institution: c.Institution, Partner: c.Partner, SubmittedBy: c.SubmittedBy}
	if process, ok := workflows.ProcessOf(nursery.CaseKind(c.Kind)); ok && c.Plan != "" {
		r.Readers = process.CaseReaders
	}
	return s.Authorize(ctx, p, act, r)
}

// OwnCase reads and locks a case and authorizes p, its owner, for act. The lock ensures that of two commands on one
// case the second sees the effects of the first.
func (s *Service) OwnCase(ctx context.Context, q *store.Queries, p nursery.Principal, act, caseNo string) (store.Case, error) {
	c, err := CaseOf(ctx, q.CaseForStep, caseNo)
	if err != nil {
		return c, err
	}
	return c, s.AuthorizeCase(ctx, p, act, c)
}
