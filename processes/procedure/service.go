// Package procedure is the one service of every procedure 事项: applications, rows, publicity, what may be done anytime, and the
// publication of revisions. It names no procedure.
package procedure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tuoyu/casework"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/procedures/steps"
	"tuoyu/store"
)

// Service is the commands and queries of procedures.
type Service struct{ *casework.Service }

// New returns the service. It opens the cases of procedures that start by schedule.
func New(s *casework.Service) *Service {
	p := &Service{s}
	s.Hourly("cases by schedule not opened", p.OpenScheduled)
	s.CheckEveryAnswer(p.sameKey)
	return p
}

// The codes of errors of procedures.
var (
	CodeNotOpen       = casework.NewCode(casework.Conflict, "procedure_not_open", "不在受理期内")
	CodeNotRegistered = casework.NewCode(casework.Conflict, "institution_not_registered", "机构不在名册")
	CodeNotCollecting = casework.NewCode(casework.Conflict, "rows_not_collected", "现在不收集填报")
	CodeRevision      = casework.NewCode(casework.Invalid, "revision_faulty", "版本有错误")
	CodeRevisionKnown = casework.NewCode(casework.Conflict, "revision_known", "版本已经提交")
	CodeRevisionDone  = casework.NewCode(casework.Conflict, "revision_decided", "版本已经审批")
	CodeOwnRevision   = casework.NewCode(casework.Conflict, "own_revision", "须由他人审批")
	CodePaidAlready   = casework.NewCode(casework.Conflict, "already_paid", "同一期间已经拨付")
	CodeNoPublicity   = casework.NewCode(casework.Conflict, "publicity_over", "公示已结束")
)

// ProcedureKind is a procedure as those who may apply see it.
type ProcedureKind struct {
	Kind      nursery.CaseKind   `json:"kind" doc:"事项代码"`
	Title     string             `json:"title" doc:"事项名称"`
	Summary   string             `json:"summary,omitempty" doc:"给谁、给什么"`
	Label     string             `json:"label" doc:"版本"`
	Revision  string             `json:"revision" doc:"版本标识"`
	From      nursery.Date       `json:"from" doc:"从这一天起受理"`
	OpenUntil nursery.Date       `json:"open_until,omitzero" doc:"受理到这一天"`
	Role      nursery.Role       `json:"role,omitempty" doc:"谁可以申请"`
	Precheck  bool               `json:"precheck" doc:"提交前可以预检"`
	Open      bool               `json:"open" doc:"您现在可以申请"`
	Form      json.RawMessage    `json:"form" doc:"申请表（JSON Schema 2020-12）"`
	Basis     []nursery.Citation `json:"basis" doc:"依据"`
	Prefilled map[string]any     `json:"prefilled,omitempty" doc:"名册已有的内容，按申请表的字段；列表不含"`
	NoAccount bool               `json:"no_account,omitempty" doc:"可能拨付，而您还没有填写收款账户；列表不含"`
}

// Kinds returns the published procedures, each with whether p may apply today.
func (s *Service) Kinds(ctx context.Context, p nursery.Principal) ([]ProcedureKind, error) {
	if err := s.Authorize(ctx, p, "procedure.list", casework.Resource{}); err != nil {
		return nil, err
	}
	list := []ProcedureKind{}
	for _, r := range s.Catalogue.Current() {
		if in, err := s.Catalogue.Newest(r.Kind(), p.County, s.Today()); err == nil {
			r = in
		}
		list = append(list, s.kindOf(r, p))
	}
	return list, nil
}

func (s *Service) kindOf(r *published.Revision, p nursery.Principal) ProcedureKind {
	raw, _ := r.FormOf(r.Plan.Forms[r.Plan.Start.Facts].Name)
	return ProcedureKind{
		Kind: r.Kind(), Title: r.Live.Title, Summary: r.Live.Summary, Label: r.Live.Label, Revision: r.ID, From: r.Live.From, OpenUntil: r.Live.OpenUntil, Role: r.Plan.Start.Role,
		Precheck: r.Plan.Start.Precheck >= 0, Open: s.mayApply(r, p), Form: raw, Basis: r.Live.Basis,
	}
}

func (s *Service) mayApply(r *published.Revision, p nursery.Principal) bool {
	return r.Plan.Start.Role == p.Role && r.Accepts(s.Today()) && (slices.Contains(r.Plan.Start.By, "page") || slices.Contains(r.Plan.Start.By, "api"))
}

// Kind returns a published procedure as p may apply for it, with what the register knows of p's institution. Error: not_found.
func (s *Service) Kind(ctx context.Context, p nursery.Principal, kind string) (ProcedureKind, error) {
	if err := s.Authorize(ctx, p, "procedure.list", casework.Resource{}); err != nil {
		return ProcedureKind{}, err
	}
	r, err := s.newest(kind, p)
	if err != nil {
		return ProcedureKind{}, err
	}
	found := s.kindOf(r, p)
	if p.Role == nursery.RoleInstitution && found.Open {
		err = s.complete(ctx, p, r, &found)
	}
	return found, err
}

// newest returns the revision under which p would apply today. Error: not_found.
func (s *Service) newest(kind string, p nursery.Principal) (*published.Revision, error) {
	r, err := s.Catalogue.Newest(nursery.CaseKind(kind), p.County, s.Today())
	if errors.Is(err, published.ErrNone) {
		return nil, casework.NewNotFound()
	}
	return r, err
}

// ProcedureApplication is what is applied for.
type ProcedureApplication struct {
	Facts json.RawMessage `json:"facts" doc:"申请表的内容，见事项的表单"`
}

// Start opens a case of a procedure for the institution of p, or for the county or the city of an office. Errors: not_found,
// forbidden, procedure_not_open, institution_not_registered, invalid, already_paid, and that of a case that is open already.
func (s *Service) Start(ctx context.Context, p nursery.Principal, key, kind string, in ProcedureApplication) (casework.Started, error) {
	return casework.Command(ctx, s.Service, p, key, "procedure.start "+kind, in, func(q *store.Queries) (casework.Started, error) {
		r, facts, err := s.applied(ctx, p, kind, in)
		if err != nil {
			return casework.Started{}, err
		}
		o := casework.Opening{
			Kind: r.Kind(), County: p.County, Institution: p.Institution, Facts: facts, Plan: r.Hash, Note: "提交" + r.Live.Title + "申请",
			Stage: nursery.Stage(r.Plan.Stages[r.Plan.Start.To].Name), Files: filesIn(facts),
		}
		if err := s.subject(ctx, q, r, p, &o); err != nil {
			return casework.Started{}, err
		}
		o.About, err = aboutOf(r, facts, s.Today())
		if err != nil {
			return casework.Started{}, casework.NewError(casework.CodeInvalid, "申请表缺少用来区分办件的内容。", casework.FieldError{Location: "/facts", Message: err.Error()})
		}
		if len(r.Plan.Start.OneOpen) == 0 {
			o.About = casework.CompletionID(p, key)
		}
		started, err := s.OpenCase(ctx, q, p, o)
		if err != nil {
			return started, err
		}
		return started, notPaid(ctx, q, r, o)
	})
}

// aboutOf returns the declared key of an application that is made today.
func aboutOf(r *published.Revision, facts map[string]any, today nursery.Date) (string, error) {
	return steps.About(r, steps.Opening{Facts: facts, Period: procedures.PeriodName(periodOf(r), today)})
}

// periodOf returns the kind of period that distinguishes the cases of a procedure.
func periodOf(r *published.Revision) string {
	if r.Plan.Start.Every != "" {
		return r.Plan.Start.Every
	}
	return "year"
}

// applied checks whether p may apply, and what is applied for. Errors: those of Start.
func (s *Service) applied(ctx context.Context, p nursery.Principal, kind string, in ProcedureApplication) (*published.Revision, map[string]any, error) {
	begun := casework.Resource{County: p.County, Institution: p.Institution}
	if p.Role.Partner() {
		begun.Partner = p.Institution
	}
	if err := s.Authorize(ctx, p, "procedure.start", begun); err != nil {
		return nil, nil, err
	}
	r, err := s.newest(kind, p)
	switch {
	case err != nil:
		return nil, nil, err
	case r.Plan.Start.Role != p.Role:
		return nil, nil, casework.NewError(casework.CodeForbidden, "您的角色不能申请这个事项。")
	case !r.Accepts(s.Today()):
		return nil, nil, casework.NewError(CodeNotOpen, fmt.Sprintf("%s受理到 %s 为止。", r.Live.Title, r.Live.OpenUntil.Long()))
	}
	facts, err := s.checked(r, r.Plan.Forms[r.Plan.Start.Facts].Name, "/facts", in.Facts)
	return r, facts, err
}

// checked reads what was filled in by a form of a revision. Error: invalid with every field.
func (s *Service) checked(r *published.Revision, form, at string, raw json.RawMessage) (map[string]any, error) {
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, casework.NewError(casework.CodeInvalid, "内容不是有效的 JSON。", casework.FieldError{Location: at, Message: "格式有误"})
	}
	_, schema := r.FormOf(form)
	c := casework.Checker{}
	if err := casework.CheckSchema(&c, at, schema, value); err != nil {
		return nil, err
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	var facts map[string]any
	if err := json.Unmarshal(raw, &facts); err != nil {
		return nil, casework.NewError(casework.CodeInvalid, "内容应当是一个 JSON 对象。", casework.FieldError{Location: at, Message: "格式有误"})
	}
	return facts, nil
}

// subject completes what the case is about.
func (s *Service) subject(ctx context.Context, q *store.Queries, r *published.Revision, p nursery.Principal, o *casework.Opening) error {
	if p.Institution == "" {
		return q.AsEngine(ctx, func() (err error) {
			o.Institution, err = steps.Owner(ctx, q, r, p.County, s.Now())
			o.Subject = nursery.AreaName(p.County)
			return err
		})
	}
	row, err := q.InstitutionByID(ctx, p.Institution)
	if store.IsNotFound(err) || err == nil && row.Name == "" {
		return casework.NewError(CodeNotRegistered, "本机构还不在名册，请先办理备案。")
	}
	if err != nil {
		return fmt.Errorf("read institution: %w", err)
	}
	o.County, o.Subject, o.SiteKind = row.County, row.Name, nursery.SiteKind(row.SiteKind)
	return nil
}

// filesIn returns the attachments that facts refer to under the name attachments, at any depth.
func filesIn(value any) (ids []string) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			list, ok := inner.([]any)
			if name != "attachments" || !ok {
				ids = append(ids, filesIn(inner)...)
				continue
			}
			for _, id := range list {
				if text, ok := id.(string); ok {
					ids = append(ids, text)
				}
			}
		}
	case []any:
		for _, inner := range v {
			ids = append(ids, filesIn(inner)...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// ProcedurePrechecked is the decision of the rules of a procedure on an application that is not submitted yet.
type ProcedurePrechecked struct {
	Decision nursery.Decision `json:"decision" doc:"按今天的规则"`
}

// PrecheckApplication decides by the rules that a procedure checks an application with before it is submitted. Errors: those of Start, and
// not_found for a procedure without such rules.
func (s *Service) PrecheckApplication(ctx context.Context, p nursery.Principal, kind string, in ProcedureApplication) (ProcedurePrechecked, error) {
	r, facts, err := s.applied(ctx, p, kind, in)
	if err != nil {
		return ProcedurePrechecked{}, err
	}
	if r.Plan.Start.Precheck < 0 {
		return ProcedurePrechecked{}, casework.NewNotFound()
	}
	var made nursery.Decision
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		o := casework.Opening{Institution: p.Institution}
		if p.Institution == "" {
			if err := s.subject(ctx, q, r, p, &o); err != nil {
				return err
			}
		}
		c := store.Case{Institution: o.Institution, County: p.County}
		input, err := steps.Input(ctx, q, c, s.Today(), steps.Known{Facts: facts, Answers: map[string]any{}})
		if store.IsNotFound(err) {
			return casework.NewError(CodeNotRegistered, "本机构还不在名册，请先办理备案。")
		}
		if err != nil {
			return err
		}
		made, err = steps.Decide(ctx, r, r.Plan.RuleSets[r.Plan.Start.Precheck], input, s.Today(), func(ctx context.Context, set string, facts any) (nursery.Decision, error) {
			return s.Rules.Decide(ctx, set, facts, s.Today(), p.County)
		})
		if err != nil {
			return err
		}
		about, err := aboutOf(r, facts, s.Today())
		if err != nil {
			return nil // the rules state what is missing
		}
		return addDuplicate(ctx, q, r, c.Institution, about, &made)
	})
	return ProcedurePrechecked{made}, err
}

// anytimeOf returns what p may do now with a case besides answering tasks, by name and title.
func anytimeOf(r *published.Revision, c store.Case, p nursery.Principal) (list []definition.ProgressStep) {
	for i, a := range r.Plan.Anytime {
		at := r.Plan.StageNamed(c.Stage)
		if a.Role == p.Role && slices.Contains(a.In, at) && c.Status == string(nursery.CaseOpen) {
			list = append(list, definition.ProgressStep{Stage: definition.Stage{Code: nursery.Stage(a.Name), Title: r.Live.Anytime[i]}})
		}
	}
	return list
}
