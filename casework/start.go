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

// StartFiling files for an institution, or keeps a draft. The application is written down with its number before
// Temporal is asked, so an engine that is away loses nothing. Errors: invalid with every wrong field,
// filing_already_open, forbidden.
func (s *Service) StartFiling(ctx context.Context, p nursery.Principal, key string, in StartFiling) (Started, error) {
	county := in.Application.Institution.County
	return command(ctx, s, p, key, "filing.start", in, func(q *store.Queries) (Started, error) {
		institution, err := s.applicant(ctx, p, in)
		if err != nil {
			return Started{}, err
		}
		if err := s.checkApplication(ctx, q, &in.Application, nil, institution, in.Draft); err != nil {
			return Started{}, err
		}
		if err := s.putApplicant(ctx, q, institution, in.Application); err != nil {
			return Started{}, err
		}
		if !in.Draft {
			if err := notFiled(ctx, q, institution, in.Application.Institution); err != nil {
				return Started{}, err
			}
		}
		c := opening{
			kind: nursery.KindFiling, county: county, institution: institution, subject: in.Application.Institution.Name,
			siteKind: in.Application.SiteKind, facts: in.Application, draft: in.Draft,
		}
		return s.openCase(ctx, q, p, c)
	})
}

// notFiled refuses a second filing of the same body at the same place, because a filing in force is changed instead
// (登记和备案办法 art. 10). An institution that moved or has another registration may file once more.
func notFiled(ctx context.Context, q *store.Queries, id string, i nursery.Institution) error {
	filed, err := q.InstitutionByID(ctx, id)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read institution: %w", err)
	}
	standing := filed.Status == "filed" || filed.Status == "rectifying"
	if standing && filed.Uscc != nil && *filed.Uscc == i.USCC && filed.Address == i.Address {
		return userError(CodeAlreadyFiled, "本机构在该地址已备案，备案内容变化请办理变更备案。")
	}
	return nil
}

// institutionForm is what an institution may be known by.
var institutionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ownerName returns the name under which the cases of an office are registered beside institutions.
func ownerName(kind nursery.CaseKind, rest string) string {
	process, _ := workflows.ProcessOf(kind)
	return process.Owner + rest
}

// officeOf returns the process whose cases are registered under names like this one, which nobody files for and no account of an
// institution has; false for an institution's code.
func officeOf(institution string) (definition.Process, bool) {
	for _, process := range workflows.Processes() {
		if process.Owner != "" && strings.HasPrefix(institution, process.Owner) {
			return process, true
		}
	}
	return definition.Process{}, false
}

// applicant returns the institution that files, the principal's own or the one that a clerk names. It authorizes p
// before it validates the county, so callers without filing rights get forbidden rather than a validation error.
func (s *Service) applicant(ctx context.Context, p nursery.Principal, in StartFiling) (string, error) {
	institution, county := in.Institution, in.Application.Institution.County
	if p.Role == nursery.RoleInstitution {
		institution = p.Institution
	}
	if err := s.authorize(ctx, p, "filing.start", resource{County: p.County, Institution: institution}); err != nil {
		return "", err
	}
	d, ok := nursery.DivisionByCode(county)
	_, office := officeOf(institution)
	switch {
	case in.Institution != "" && in.Institution != institution:
		return "", userError(CodeForbidden, "只能为本机构办理备案。")
	case !institutionForm.MatchString(institution) || office:
		return "", userError(CodeInvalid, "请指明代为办理的机构。", FieldError{Location: "/institution", Message: "必填，限字母、数字和 . _ -"})
	case !ok || d.Level != nursery.LevelCounty:
		return "", userError(CodeInvalid, "请选择长治市的县区。",
			FieldError{Location: "/application/institution/county", Message: "请选择长治市的县区"})
	case county == p.County:
		return institution, nil
	case p.Role == nursery.RoleInstitution:
		return "", userError(CodeInvalid, "应向本机构所在县区备案。",
			FieldError{Location: "/application/institution/county", Message: "不是本机构所在县区"})
	}
	return institution, s.authorize(ctx, p, "filing.start", resource{County: county, Institution: institution})
}

func (s *Service) putApplicant(ctx context.Context, q *store.Queries, institution string, a nursery.Application) error {
	i := a.Institution
	var uscc *string
	if i.USCC != "" {
		uscc = &i.USCC
	}
	return q.PutApplicant(ctx, store.PutApplicantParams{
		ID: institution, County: i.County, Township: i.Township, Uscc: uscc, Name: i.Name, Nature: string(i.Nature),
		SiteKind: string(a.SiteKind), Address: i.Address, Phone: i.Phone, UpdatedAt: s.Now(),
	})
}

// opening is a case about to be opened.
type opening struct {
	kind                         nursery.CaseKind
	county, institution, subject string
	partner                      string // the clinic or insurer on the other side, if any
	about                        string // distinguishes open cases of one kind and institution
	siteKind                     nursery.SiteKind
	parent                       *string
	facts                        any
	note                         string
	draft                        bool
}

// openCase assigns the case its number and tracking code and inserts it with its first version.
func (s *Service) openCase(ctx context.Context, q *store.Queries, p nursery.Principal, o opening) (Started, error) {
	process, ok := workflows.ProcessOf(o.kind)
	if !ok {
		return Started{}, fmt.Errorf("no process of kind %q", o.kind)
	}
	if !o.draft {
		if err := noneOpen(ctx, q, o.institution, string(o.kind), o.about); err != nil {
			return Started{}, err
		}
	}
	code, first := documents.NewCode(), process.First()
	c := store.Case{
		Kind: string(o.kind), County: o.county, Institution: o.institution, Partner: o.partner, About: o.about, ParentCase: o.parent,
		Subject: o.subject, SiteKind: string(o.siteKind), Stage: string(first.Code),
		Status: string(nursery.CaseOpen), Holder: string(first.Holder), TrackingHash: trackingHash(code),
		SubmittedBy: p.Account,
	}
	if o.draft {
		c.Stage, c.Status, c.Holder = string(nursery.StageDraft), string(nursery.CaseDraft), string(nursery.RoleInstitution)
	}
	c, err := activities.NewCase(ctx, q, process.Prefix, c, s.Now())
	if err != nil {
		return Started{}, err
	}
	if err := s.addVersion(ctx, q, c, 1, o.facts, p); err != nil {
		return Started{}, err
	}
	if !o.draft {
		if err := s.submit(ctx, q, c, p, o.note); err != nil {
			return Started{}, err
		}
	}
	return Started{CaseNo: c.CaseNo, TrackingCode: string(code), Stage: nursery.Stage(c.Stage)}, nil
}

func trackingHash(code documents.Code) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

// noneOpen names the case that is in the way of another one of its kind.
func noneOpen(ctx context.Context, q *store.Queries, institution, kind, about string) error {
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
		return userError(CodeFilingAlreadyOpen, "本机构已有同类办件正在办理，请先办结或撤回。")
	}
	return userError(CodeFilingAlreadyOpen, fmt.Sprintf("本机构的同类办件 %s 正在办理，请先办结或撤回。", caseNo))
}

// isOneOpen recognises the index that lets an institution have one open case of a kind.
func isOneOpen(err error) bool {
	var violation *pgconn.PgError
	return errors.As(err, &violation) && violation.Code == "23505" && violation.ConstraintName == "cases_one_open"
}

func (s *Service) addVersion(ctx context.Context, q *store.Queries, c store.Case, version int, facts any, p nursery.Principal) error {
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
	if a, ok := facts.(nursery.Application); ok {
		return link(ctx, q, c.Institution, c.CaseNo, "", papersOf(a)...)
	}
	return nil
}

// submit writes the start into the outbox and the submission onto the timeline, and starts the workflow once that is committed. When
// Temporal does not answer then, the relay starts it.
func (s *Service) submit(ctx context.Context, q *store.Queries, c store.Case, p nursery.Principal, note string) error {
	row, err := activities.KeepStart(ctx, q, c, s.Now(), s.Now().Add(relayAfter))
	if err != nil {
		return err
	}
	q.AfterCommit(func() { s.startNow(ctx, row) })
	if note == "" {
		note = "提交申请"
	}
	return s.event(ctx, q, c, p, "submitted", "submitted", note, false, nil)
}

// startWithin bounds how long a command waits for Temporal to take a start.
const startWithin = 3 * time.Second

// startNow starts the workflow of a case that was just committed.
func (s *Service) startNow(ctx context.Context, row store.Outbox) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startWithin)
	defer cancel()
	if err := s.start(ctx, row); err != nil {
		s.Log.WarnContext(ctx, "start not delivered, kept for the relay", "error", err)
	}
}

// startAfter starts the workflow of a case that the engine has opened in this transaction once it is committed.
func (s *Service) startAfter(ctx context.Context, q *store.Queries, caseNo string) error {
	return q.AsEngine(ctx, func() error {
		row, err := q.OutboxByID(ctx, "start/"+caseNo)
		if err == nil {
			q.AfterCommit(func() { s.startNow(ctx, row) })
		}
		return err
	})
}

// start begins the workflow of an outbox row. Starting a case that runs already, or has ended, is no error.
func (s *Service) start(ctx context.Context, row store.Outbox) error {
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
