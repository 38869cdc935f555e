package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/procedures/scenarios"
	"tuoyu/store"
)

// Revision is a revision of a procedure as it was proposed and decided.
type Revision struct {
	ID         string           `json:"id" doc:"版本标识"`
	Kind       nursery.CaseKind `json:"kind" doc:"事项代码"`
	Title      string           `json:"title" doc:"事项名称"`
	Label      string           `json:"label" doc:"版本名"`
	From       nursery.Date     `json:"from" doc:"从这一天起收到的申请按本版办理"`
	OpenUntil  nursery.Date     `json:"open_until,omitzero" doc:"受理到这一天"`
	State      string           `json:"state" enum:"proposed,published,refused" doc:"状态"`
	StateTitle string           `json:"state_title" doc:"状态名称"`
	ProposedBy string           `json:"proposed_by" doc:"提交人"`
	ProposedAt time.Time        `json:"proposed_at" doc:"提交时间"`
	DecidedBy  string           `json:"decided_by,omitempty" doc:"审批人"`
	DecidedAt  *time.Time       `json:"decided_at,omitempty" doc:"审批时间"`
	Note       string           `json:"note,omitempty" doc:"审批意见"`
	Report     RevisionReport   `json:"report" doc:"检查、场景、改动和影响"`
}

var revisionStates = map[string]string{"proposed": "待审批", "published": "已发布", "refused": "未通过"}

// RevisionFilter narrows the list of revisions.
type RevisionFilter struct {
	Kind  string `query:"kind" maxLength:"60" doc:"事项代码"`
	State string `query:"state" enum:"proposed,published,refused" doc:"状态"`
}

// Revisions is the list of revisions by their proposal, the newest first.
var Revisions = casework.List[RevisionFilter, Revision]{
	Act: "procedure.revisions", Indexes: []string{"procedure_revisions_page", "procedure_revisions_of_kind"},
	First: casework.Cursor{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
	Read: func(ctx context.Context, r casework.ListReading[RevisionFilter]) ([]casework.ListRow[Revision], error) {
		rows, err := r.Q.Revisions(ctx, store.RevisionsParams{
			Kind: r.Filter.Kind, State: r.Filter.State, BeforeAt: r.After.At, BeforeID: r.After.ID, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.RevisionsRow) (Revision, casework.Cursor) {
			return revisionOf(store.RevisionRow(row)), casework.Cursor{At: row.ProposedAt, ID: row.ID}
		})
	},
	Sheet: casework.Sheet[Revision]{Title: "事项版本", Columns: []casework.Column[Revision]{
		{Title: "事项", Value: func(r Revision) any { return r.Title }},
		{Title: "版本", Value: func(r Revision) any { return r.Label }},
		{Title: "施行日期", Value: func(r Revision) any { return r.From }},
		{Title: "状态", Value: func(r Revision) any { return r.StateTitle }},
		{Title: "提交人", Value: func(r Revision) any { return r.ProposedBy }},
		{Title: "提交时间", Value: func(r Revision) any { return r.ProposedAt }},
		{Title: "审批人", FilesOnly: true, Value: func(r Revision) any { return r.DecidedBy }},
		{Title: "版本编号", FilesOnly: true, Value: func(r Revision) any { return r.ID }},
	}},
}

func revisionOf(row store.RevisionRow) Revision {
	r := Revision{
		ID: row.ID, Kind: nursery.CaseKind(row.Kind), Title: row.Title, Label: row.Label, From: row.FromOn, OpenUntil: row.OpenUntil, State: row.State,
		StateTitle: revisionStates[row.State], ProposedBy: row.ProposedBy, ProposedAt: row.ProposedAt, DecidedAt: row.DecidedAt, Note: row.Note,
	}
	if row.DecidedBy != nil {
		r.DecidedBy = *row.DecidedBy
	}
	if err := json.Unmarshal(row.Report, &r.Report); err != nil {
		r.Report.Problems = []string{"检查结果不能读取"}
	}
	return r
}

// Revision returns a revision. Errors: not_found, forbidden.
func (s *Service) Revision(ctx context.Context, p nursery.Principal, id string) (Revision, error) {
	if err := s.Authorize(ctx, p, "procedure.revisions", casework.Resource{}); err != nil {
		return Revision{}, err
	}
	row, err := casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (store.RevisionRow, error) { return q.Revision(ctx, id) })
	if store.IsNotFound(err) {
		return Revision{}, casework.NewNotFound()
	}
	if err != nil {
		return Revision{}, fmt.Errorf("read revision: %w", err)
	}
	return revisionOf(row), nil
}

// Files returns the files of a revision, published or not. Errors: not_found, forbidden.
func (s *Service) Files(ctx context.Context, p nursery.Principal, id string) ([]byte, error) {
	if err := s.Authorize(ctx, p, "procedure.revisions", casework.Resource{}); err != nil {
		return nil, err
	}
	archive, err := casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) ([]byte, error) { return q.RevisionArchive(ctx, id) })
	if store.IsNotFound(err) {
		return nil, casework.NewNotFound()
	}
	if err != nil {
		return nil, fmt.Errorf("read files of revision: %w", err)
	}
	return archive, nil
}

// Propose checks a revision, which is an archive of its files, runs its scenarios, compares it with the one before and with stored
// cases, and stores it for somebody else to decide on. Errors: forbidden, revision_faulty with every problem, revision_known.
func (s *Service) Propose(ctx context.Context, p nursery.Principal, key string, archive []byte) (Revision, error) {
	if err := s.Authorize(ctx, p, "procedure.propose", casework.Resource{}); err != nil {
		return Revision{}, err
	}
	checked, err := s.check(ctx, archive)
	if err != nil {
		return Revision{}, err
	}
	report, err := json.Marshal(checked.report)
	if err != nil {
		return Revision{}, fmt.Errorf("encode report: %w", err)
	}
	base := checked.plans[0].procedure
	return casework.Command(ctx, s.Service, p, key, "procedure.propose", checked.id, func(q *store.Queries) (Revision, error) {
		_, err := q.Revision(ctx, checked.id)
		if err == nil {
			return Revision{}, casework.NewError(CodeRevisionKnown, "这个版本已经提交过。")
		}
		if !store.IsNotFound(err) {
			return Revision{}, fmt.Errorf("look for the revision: %w", err)
		}
		row := store.ProposeRevisionParams{
			ID: checked.id, Kind: base.Plan.Kind, Prefix: base.Plan.Prefix, Title: base.Live.Title, Label: base.Live.Label, FromOn: base.Live.From,
			OpenUntil: base.Live.OpenUntil, Archive: checked.archive, Report: report, ProposedBy: p.Account, ProposedAt: s.Now(), Readers: []string{},
		}
		for _, role := range base.CaseReaders() {
			row.Readers = append(row.Readers, string(role))
		}
		if err := q.ProposeRevision(ctx, row); err != nil {
			return Revision{}, fmt.Errorf("store revision: %w", err)
		}
		for _, plan := range checked.plans {
			raw, err := plan.procedure.Plan.Encode()
			if err != nil {
				return Revision{}, err
			}
			err = q.InsertPlan(ctx, store.InsertPlanParams{Revision: checked.id, County: plan.county, Hash: plan.procedure.Hash, Plan: raw})
			if err != nil {
				return Revision{}, fmt.Errorf("store plan: %w", err)
			}
		}
		stored, err := q.Revision(ctx, checked.id)
		return revisionOf(stored), err
	})
}

// RevisionVerdict is a decision on a revision.
type RevisionVerdict struct {
	Publish bool   `json:"publish" doc:"真：发布；假：不通过"`
	Note    string `json:"note,omitempty" maxLength:"2000" doc:"意见；不通过时必填"`
}

// Decide publishes or refuses a revision. Its proposer may not. Errors: not_found, forbidden, own_revision,
// revision_decided, invalid.
func (s *Service) Decide(ctx context.Context, p nursery.Principal, key, id string, in RevisionVerdict) (Revision, error) {
	done, err := casework.Command(ctx, s.Service, p, key, "procedure.decide "+id, in, func(q *store.Queries) (Revision, error) {
		if err := s.Authorize(ctx, p, "procedure.decide", casework.Resource{}); err != nil {
			return Revision{}, err
		}
		row, err := q.Revision(ctx, id)
		switch {
		case store.IsNotFound(err):
			return Revision{}, casework.NewNotFound()
		case err != nil:
			return Revision{}, fmt.Errorf("read revision: %w", err)
		case row.State != "proposed":
			return Revision{}, casework.NewError(CodeRevisionDone, "这个版本已经审批。")
		case row.ProposedBy == p.Account:
			return Revision{}, casework.NewError(CodeOwnRevision, "提交人不能审批自己提交的版本。")
		}
		state := "published"
		if !in.Publish {
			state = "refused"
			if wrong := casework.NeedText("/note", in.Note, 2000); wrong != nil {
				return Revision{}, casework.NewError(casework.CodeInvalid, "请写明不通过的理由。", *wrong)
			}
		}
		if _, err := q.DecideRevision(ctx, store.DecideRevisionParams{ID: id, State: state, DecidedBy: p.Account, DecidedAt: s.Now(), Note: in.Note}); err != nil {
			return Revision{}, fmt.Errorf("decide on revision: %w", err)
		}
		row, err = q.Revision(ctx, id)
		return revisionOf(row), err
	})
	if err == nil && in.Publish {
		if err := s.Catalogue.Refresh(ctx); err != nil { // the other processes find it within seconds
			s.Log.WarnContext(ctx, "procedures not refreshed", "error", err)
		}
	}
	return done, err
}

// planIn is the plan of a revision for the city or a county.
type planIn struct {
	county    string
	procedure *procedures.Procedure
}

// checkedRevision is a revision that may be proposed.
type checkedRevision struct {
	id      string
	archive []byte
	plans   []planIn // that of the city first
	report  RevisionReport
}

// check checks an archive in full. Errors: revision_faulty with every problem.
func (s *Service) check(ctx context.Context, archive []byte) (checkedRevision, error) {
	var checked checkedRevision
	files, err := published.Unpack(archive)
	if err != nil {
		return checked, casework.NewError(CodeRevision, err.Error(), casework.FieldError{Location: "/file", Message: err.Error()})
	}
	if checked.archive, checked.id, err = published.Pack(files); err != nil {
		return checked, err
	}
	base, problems := procedures.Load(ctx, files, s.Catalogue.Options())
	if base == nil || procedures.Faulty(problems) {
		return checked, faulty(problems)
	}
	if unknown := unknownEffects(base); unknown != "" {
		return checked, casework.NewError(CodeRevision, "本系统没有动作 "+unknown+"。", casework.FieldError{Location: "/procedure.yaml", Message: "没有这个动作"})
	}
	if err := s.taken(base); err != nil {
		return checked, err
	}
	checked.plans = []planIn{{"", base}}
	for _, county := range base.Overlays() {
		p, problems := procedures.LoadFor(ctx, files, s.Catalogue.Options(), county)
		if p == nil || procedures.Faulty(problems) {
			return checked, faulty(problems)
		}
		checked.plans = append(checked.plans, planIn{county, p})
	}
	played, err := scenarios.Run(ctx, base, s.Catalogue.Options().Library)
	if err != nil {
		return checked, fmt.Errorf("run scenarios: %w", err)
	}
	if !played.Passed() || len(played.Missing) > 0 {
		return checked, notPlayed(played)
	}
	checked.report, err = s.report(ctx, base, problems, played)
	return checked, err
}

// taken refuses a kind or a prefix that is another one's.
func (s *Service) taken(p *procedures.Procedure) error {
	for _, have := range s.Processes() {
		if have.Workflow == procedures.Workflow {
			if (have.Prefix == p.Plan.Prefix) != (string(have.Kind) == p.Plan.Kind) {
				return casework.NewError(CodeRevision, "编号的类别 "+p.Plan.Prefix+" 已由“"+have.Title+"”使用，或者与已发布的版本不同。")
			}
			continue
		}
		if string(have.Kind) == p.Plan.Kind || have.Prefix == p.Plan.Prefix {
			return casework.NewError(CodeRevision, "事项代码或者编号的类别已由“"+have.Title+"”使用。")
		}
	}
	return nil
}

func faulty(problems []procedures.Problem) error {
	refusal := casework.NewError(CodeRevision, "这个版本有错误，不能提交。")
	for _, p := range problems {
		if p.IsError() {
			refusal.Fields = append(refusal.Fields, casework.FieldError{Location: "/" + p.File, Message: p.String()})
		}
	}
	return refusal
}

func notPlayed(played scenarios.Report) error {
	refusal := casework.NewError(CodeRevision, "场景没有全部通过，或者有走法没有场景。")
	for _, o := range played.Scenarios {
		for _, f := range o.Failures {
			refusal.Fields = append(refusal.Fields, casework.FieldError{Location: "/" + f.File, Message: f.String()})
		}
	}
	for _, missing := range played.Missing {
		refusal.Fields = append(refusal.Fields, casework.FieldError{Location: "/tests", Message: "没有场景走过 " + missing})
	}
	return refusal
}

// isNone reports whether a procedure has no published revision yet.
func isNone(err error) bool { return errors.Is(err, published.ErrNone) }
