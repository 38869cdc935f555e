package casework

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// InstitutionForm is what an institution may be known by.
var InstitutionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// OwnerName returns the name under which the cases of an office are registered beside institutions.
func OwnerName(kind nursery.CaseKind, rest string) string {
	process, _ := workflows.ProcessOf(kind)
	return process.Owner + rest
}

// OfficeOf returns the process whose cases are registered under names like this one, which nobody files for and no account of an
// institution has; false for an institution's code.
func OfficeOf(institution string) (definition.Process, bool) {
	for _, process := range workflows.Processes() {
		if process.Owner != "" && strings.HasPrefix(institution, process.Owner) {
			return process, true
		}
	}
	return definition.Process{}, false
}

// Opening is a case about to be opened.
type Opening struct {
	Kind                         nursery.CaseKind
	County, Institution, Subject string
	Partner                      string // the clinic or insurer on the other side, if any
	About                        string // distinguishes open cases of one kind and institution
	SiteKind                     nursery.SiteKind
	Parent                       *string
	Facts                        any
	Files                        []string // attachments that the facts refer to
	Note                         string
	Draft                        bool
	Plan                         string        // the hash of the plan, for a case of a procedure
	Stage                        nursery.Stage // in which it begins; empty: the first of its process
}

// OpenCase assigns the case its number and tracking code and inserts it with its first version.
func (s *Service) OpenCase(ctx context.Context, q *store.Queries, p nursery.Principal, o Opening) (Started, error) {
	process, ok := workflows.ProcessOf(o.Kind)
	if !ok {
		return Started{}, fmt.Errorf("no process of kind %q", o.Kind)
	}
	if !o.Draft {
		if err := NoneOpen(ctx, q, o.Institution, string(o.Kind), o.About); err != nil {
			return Started{}, err
		}
	}
	code, first := documents.NewCode(), process.First()
	c := store.Case{
		Kind: string(o.Kind), County: o.County, Institution: o.Institution, Partner: o.Partner, About: o.About, ParentCase: o.Parent,
		Subject: o.Subject, SiteKind: string(o.SiteKind), Stage: string(first.Code),
		Status: string(nursery.CaseOpen), Holder: string(first.Holder), TrackingHash: trackingHash(code),
		SubmittedBy: p.Account, Plan: o.Plan,
	}
	if o.Stage != "" {
		c.Stage, c.Holder = string(o.Stage), string(nursery.RoleEngine)
	}
	if o.Draft {
		c.Stage, c.Status, c.Holder = string(nursery.StageDraft), string(nursery.CaseDraft), string(nursery.RoleInstitution)
	}
	c, err := activities.NewCase(ctx, q, process.Prefix, c, s.Now())
	if err != nil {
		return Started{}, err
	}
	if err := s.AddVersion(ctx, q, c, 1, o.Facts, p, o.Files...); err != nil {
		return Started{}, err
	}
	if !o.Draft {
		if err := s.Submit(ctx, q, c, p, o.Note); err != nil {
			return Started{}, err
		}
	}
	return Started{CaseNo: c.CaseNo, TrackingCode: string(code), Stage: nursery.Stage(c.Stage)}, nil
}

func trackingHash(code documents.Code) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

// NoneOpen names the case that is in the way of another one of its kind.
func NoneOpen(ctx context.Context, q *store.Queries, institution, kind, about string) error {
	open, err := q.OpenCaseOf(ctx, store.OpenCaseOfParams{Institution: institution, Kind: kind, About: about})
	switch {
	case store.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("look for an open case: %w", err)
	}
	return alreadyOpen(open)
}

// alreadyOpen refuses a second open case; two sent at the same moment know of each other only by the index.
func alreadyOpen(caseNo string) *Error {
	if caseNo == "" {
		return NewError(CodeFilingAlreadyOpen, "本机构已有同类办件正在办理，请先办结或撤回。")
	}
	return NewError(CodeFilingAlreadyOpen, fmt.Sprintf("本机构的同类办件 %s 正在办理，请先办结或撤回。", caseNo))
}

// isOneOpen recognises the index that lets an institution have one open case of a kind.
func isOneOpen(err error) bool {
	var violation *pgconn.PgError
	return errors.As(err, &violation) && violation.Code == "23505" && violation.ConstraintName == "cases_one_open"
}

// AddVersion writes a version of what was applied for and files the attachments it refers to under the case.
func (s *Service) AddVersion(ctx context.Context, q *store.Queries, c store.Case, version int, facts any, p nursery.Principal, files ...string) error {
	raw, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("encode application: %w", err)
	}
	err = q.InsertApplicationVersion(ctx, store.InsertApplicationVersionParams{
		CaseNo: c.CaseNo, Version: int32(version), County: c.County, Institution: c.Institution, Facts: raw,
		EnteredBy: p.Account, EnteredAt: s.Now(),
	})
	if err != nil {
		return fmt.Errorf("insert application version %d: %w", version, err)
	}
	return Link(ctx, q, c.Institution, c.CaseNo, "", files...)
}

// Submit writes the start into the outbox and the submission onto the timeline, and starts the workflow once that is committed. When
// Temporal does not answer then, the relay starts it.
func (s *Service) Submit(ctx context.Context, q *store.Queries, c store.Case, p nursery.Principal, note string) error {
	row, err := activities.KeepStart(ctx, q, c, s.Now(), s.Now().Add(relayAfter))
	if err != nil {
		return err
	}
	q.AfterCommit(func() { s.startNow(ctx, row) })
	if note == "" {
		note = "提交申请"
	}
	return s.RecordEvent(ctx, q, c, p, "submitted", "submitted", note, false, nil)
}

// startWithin bounds how long a command waits for Temporal to take a start.
const startWithin = 3 * time.Second

// startNow starts the workflow of a case that was just committed.
func (s *Service) startNow(ctx context.Context, row store.Outbox) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startWithin)
	defer cancel()
	if err := s.StartWorkflow(ctx, row); err != nil {
		s.Log.WarnContext(ctx, "start not delivered, kept for the relay", "error", err)
	}
}

// StartAfter starts the workflow of a case that the engine has opened in this transaction once it is committed.
func (s *Service) StartAfter(ctx context.Context, q *store.Queries, caseNo string) error {
	return q.AsEngine(ctx, func() error {
		row, err := q.OutboxByID(ctx, "start/"+caseNo)
		if err == nil {
			q.AfterCommit(func() { s.startNow(ctx, row) })
		}
		return err
	})
}

// StartWorkflow begins the workflow of an outbox row. Starting a case that runs already, or has ended, is no error.
func (s *Service) StartWorkflow(ctx context.Context, row store.Outbox) error {
	process, ok := workflows.ProcessOf(nursery.CaseKind(row.Name))
	if !ok {
		return fmt.Errorf("no process of kind %q", row.Name)
	}
	var in workflows.CaseInput
	if err := json.Unmarshal(row.Payload, &in); err != nil {
		return fmt.Errorf("decode start: %w", err)
	}
	_, err := s.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: in.CaseNo, TaskQueue: workflows.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, process.Workflow, in)
	if err != nil && !isAlreadyStarted(err) {
		return fmt.Errorf("start %s: %w", row.Name, err)
	}
	return nil
}
