package filing

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows/humantask"
)

// Precheck returns the reasons that the rules would report if the application were submitted today. It stores nothing.
func (s *Service) Precheck(ctx context.Context, p nursery.Principal, a nursery.Application) (casework.Prechecked, error) {
	if err := s.Authorize(ctx, p, "filing.precheck", casework.Resource{}); err != nil {
		return casework.Prechecked{}, err
	}
	facts := nursery.FilingFacts{Application: a, ReceivedOn: s.Today()}
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		row, err := q.RegistrationOf(ctx, a.Institution.USCC)
		if store.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read registration: %w", err)
		}
		facts.Registration = new(nursery.Registration)
		return json.Unmarshal(row.Facts, facts.Registration)
	})
	if err != nil {
		return casework.Prechecked{}, err
	}
	checked := casework.Prechecked{Result: nursery.Pass}
	for _, set := range activities.FilingRuleSets() {
		d, err := s.Rules.Decide(ctx, set, facts, facts.ReceivedOn, a.Institution.County)
		if err != nil {
			return casework.Prechecked{}, fmt.Errorf("decide %s: %w", set, err)
		}
		checked.Decisions = append(checked.Decisions, d)
		checked.Result = worse(checked.Result, d.Result)
	}
	checked.Gaps = len(activities.Gaps(checked.Decisions))
	return checked, nil
}

func worse(a, b nursery.Result) nursery.Result {
	for _, r := range []nursery.Result{nursery.Fail, nursery.Unknown} {
		if a == r || b == r {
			return r
		}
	}
	return nursery.Pass
}

// CorrectFiling saves a draft, or corrects the gaps listed in the notice to the applicant; then only open fields may
// differ. If Submit is set, it submits the application. Errors: version_stale, not_open_for_change, field_not_open
// naming each field, nothing_changed naming what is still open.
func (s *Service) CorrectFiling(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.Correction) (casework.Corrected, error) {
	return s.correct(ctx, p, key, caseNo, in, func(*store.Queries, store.Case) error { return nil })
}

// correct is CorrectFiling; once the application is saved it calls also in the same transaction.
func (s *Service) correct(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.Correction,
	also func(*store.Queries, store.Case) error) (casework.Corrected, error) {
	var task store.Task
	var handedIn bool
	if in.Submit && key != "" {
		if err := s.handsInChanges(ctx, p, key, caseNo, &in.Application); err != nil {
			return casework.Corrected{}, err
		}
	}
	corrected, replayed, err := casework.CommandReplayed(ctx, s.Service, p, key, "filing.correct "+caseNo, in, func(q *store.Queries) (casework.Corrected, error) {
		c, err := s.OwnCase(ctx, q, p, "filing.correct", caseNo)
		if err != nil {
			return casework.Corrected{}, err
		}
		draft := c.Status == string(nursery.CaseDraft)
		if !draft && c.Stage != string(nursery.StageCorrections) {
			return casework.Corrected{}, casework.NewError(casework.CodeNotOpenForChange, "本办件当前环节不能修改申请内容。")
		}
		if err := s.saveVersion(ctx, q, p, c, &in, draft); err != nil {
			return casework.Corrected{}, err
		}
		if err := also(q, c); err != nil {
			return casework.Corrected{}, err
		}
		result := casework.Corrected{CaseNo: c.CaseNo, Version: in.Version + 1, Stage: nursery.Stage(c.Stage)}
		switch {
		case !in.Submit:
			return result, s.RecordEvent(ctx, q, c, p, fmt.Sprintf("saved/%d", result.Version), "saved", "保存申请内容", true, nil)
		case draft:
			if result.Stage, err = s.submitDraft(ctx, q, p, c, in.Application); err != nil {
				return casework.Corrected{}, err
			}
		default:
			task, err = q.OpenTaskOfKind(ctx, store.OpenTaskOfKindParams{CaseNo: c.CaseNo, Kind: "filing.corrections"})
			if store.IsNotFound(err) {
				return casework.Corrected{}, casework.NewError(casework.CodeNotOpenForChange, "补正材料已提交，正在核对。")
			}
			if err != nil {
				return casework.Corrected{}, fmt.Errorf("find corrections task: %w", err)
			}
			if _, err := s.EnqueueAnswer(ctx, q, p, casework.CompletionID(p, key), task, casework.Completion{Outcome: nursery.OutcomeResubmit}); err != nil {
				return casework.Corrected{}, err
			}
		}
		result.Submitted, handedIn = true, true
		return result, nil
	})
	if err != nil {
		return corrected, err
	}
	if replayed {
		return corrected, s.RefusedBefore(ctx, p, casework.CompletionID(p, key))
	}
	if !handedIn || task.ID == "" { // nothing, or a draft, whose start follows the commit
		return corrected, nil
	}
	delivered := corrected
	delivered.Stage = nursery.StageSubmitted
	err = s.DeliverAnswer(ctx, casework.CompletionID(p, key), func(ctx context.Context, q *store.Queries, _ humantask.Closed) error {
		return s.SaveResponse(ctx, q, p, key, delivered)
	})
	switch {
	case casework.IsRefused(err):
		return casework.Corrected{}, s.RefusalOf(ctx, p, task.ID, err)
	case err != nil:
		s.Log.WarnContext(ctx, "corrections not delivered, kept for the relay", "error", err)
		return corrected, nil
	}
	return delivered, nil
}

// saveVersion writes the next version of the application. Against open gaps only what they name may differ.
func (s *Service) saveVersion(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, in *casework.Correction, draft bool) error {
	latest, err := q.LatestApplication(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	if int(latest.Version) != in.Version {
		return casework.NewError(casework.CodeVersionStale, fmt.Sprintf("申请内容已被更新到第 %d 版，请刷新后再改。", latest.Version),
			casework.FieldError{Location: "/version", Message: fmt.Sprintf("当前为 %d", latest.Version)})
	}
	if in.Application.Institution.County != c.County {
		return casework.NewError(casework.CodeFieldNotOpen, "不能更换县区，请撤回后向所在县区重新提交。",
			casework.FieldError{Location: "/application/institution/county", Message: "不能更换"})
	}
	if err := s.checkApplication(ctx, q, &in.Application, latest.Facts, c.Institution, draft && !in.Submit); err != nil {
		return err
	}
	if !draft {
		if err := s.onlyOpenFields(ctx, q, c, latest.Facts, in.Application); err != nil {
			return err
		}
	}
	if err := s.AddVersion(ctx, q, c, in.Version+1, in.Application, p, papersOf(in.Application)...); err != nil {
		return err
	}
	if err := s.putApplicant(ctx, q, c.Institution, in.Application); err != nil {
		return err
	}
	return q.DescribeCase(ctx, store.DescribeCaseParams{
		CaseNo: c.CaseNo, Subject: in.Application.Institution.Name, SiteKind: string(in.Application.SiteKind),
		Version: int32(in.Version + 1), UpdatedAt: s.Now(),
	})
}

func (s *Service) onlyOpenFields(ctx context.Context, q *store.Queries, c store.Case, before json.RawMessage, after nursery.Application) error {
	var was nursery.Application
	if err := json.Unmarshal(before, &was); err != nil {
		return fmt.Errorf("decode application: %w", err)
	}
	changed, err := nursery.Changes(was, after)
	if err != nil {
		return err
	}
	gaps, err := q.OpenGapsOfCase(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	var open []string
	for _, g := range gaps {
		open = append(open, g.Fields...)
	}
	var closed []casework.FieldError
	for _, path := range changed {
		if !nursery.Covers(open, path) {
			closed = append(closed, casework.FieldError{Location: "/application" + path, Message: "不在本次补正范围内"})
		}
	}
	if len(closed) > 0 {
		return casework.NewError(casework.CodeFieldNotOpen, "补正时只能修改一次性告知书列明的内容。", closed...)
	}
	return nil
}

// SubmitFiling hands in a draft as it was last saved.
func (s *Service) SubmitFiling(ctx context.Context, p nursery.Principal, key, caseNo string) (casework.Corrected, error) {
	return casework.Command(ctx, s.Service, p, key, "filing.submit "+caseNo, nil, func(q *store.Queries) (casework.Corrected, error) {
		c, err := s.OwnCase(ctx, q, p, "filing.submit", caseNo)
		if err != nil {
			return casework.Corrected{}, err
		}
		if c.Status != string(nursery.CaseDraft) {
			return casework.Corrected{}, casework.NewError(casework.CodeNotOpenForChange, "本办件已提交。")
		}
		latest, err := q.LatestApplication(ctx, c.CaseNo)
		if err != nil {
			return casework.Corrected{}, err
		}
		var a nursery.Application
		if err := json.Unmarshal(latest.Facts, &a); err != nil {
			return casework.Corrected{}, fmt.Errorf("decode application: %w", err)
		}
		if err := s.checkApplication(ctx, q, &a, nil, c.Institution, false); err != nil {
			return casework.Corrected{}, err
		}
		stage, err := s.submitDraft(ctx, q, p, c, a)
		return casework.Corrected{CaseNo: c.CaseNo, Version: int(latest.Version), Stage: stage, Submitted: true}, err
	})
}

func (s *Service) submitDraft(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, a nursery.Application) (nursery.Stage, error) {
	if err := noFaultyValues(ctx, q, c.CaseNo); err != nil {
		return "", err
	}
	if err := casework.NoneOpen(ctx, q, c.Institution, c.Kind, c.About); err != nil {
		return "", err
	}
	if err := notFiled(ctx, q, c.Institution, a.Institution); err != nil {
		return "", err
	}
	err := q.SubmitCase(ctx, store.SubmitCaseParams{
		CaseNo: c.CaseNo, Subject: a.Institution.Name, SiteKind: string(a.SiteKind), SubmittedBy: p.Account, UpdatedAt: s.Now(),
	})
	if err != nil {
		return "", fmt.Errorf("submit case: %w", err)
	}
	c.SiteKind = string(a.SiteKind)
	return nursery.StageSubmitted, s.Submit(ctx, q, c, p, "")
}

// StartChange asks for a change of what is filed under the filing caseNo (登记和备案办法 art. 10).
func (s *Service) StartChange(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.ChangeRequest) (casework.Started, error) {
	return s.startFollowing(ctx, p, key, "filing.change", caseNo, in, func(q *store.Queries, c store.Case) (casework.Opening, error) {
		if wrong := casework.NeedText("/reason", in.Reason, 500); wrong != nil {
			return casework.Opening{}, casework.NewError(casework.CodeInvalid, "请说明变更原因。", *wrong)
		}
		if in.Application.Institution.County != c.County {
			return casework.Opening{}, casework.NewError(casework.CodeInvalid, "迁往其他县区应向迁入地重新备案。",
				casework.FieldError{Location: "/application/institution/county", Message: "不能更换"})
		}
		if err := s.checkApplication(ctx, q, &in.Application, nil, c.Institution, false); err != nil {
			return casework.Opening{}, err
		}
		return casework.Opening{Kind: nursery.KindChange, Facts: in.Application, Files: papersOf(in.Application), Note: "申请变更备案：" + in.Reason, Subject: in.Application.Institution.Name}, nil
	})
}

// StartCancellation asks for a filing to be taken off the register; children and staff must be settled first
// (托育机构管理规范(试行) art. 7).
func (s *Service) StartCancellation(ctx context.Context, p nursery.Principal, key, caseNo string, in nursery.Cancellation) (casework.Started, error) {
	return s.startFollowing(ctx, p, key, "filing.cancel", caseNo, in, func(_ *store.Queries, c store.Case) (casework.Opening, error) {
		var check casework.Checker
		if strings.TrimSpace(in.Reason) == "" {
			check.Add("/reason", "请说明注销原因")
		}
		if !in.ChildrenSettled {
			check.Add("/children_settled", "应先妥善安置在托婴幼儿")
		}
		if !in.StaffSettled {
			check.Add("/staff_settled", "应先妥善安置工作人员")
		}
		if check.Limits(in); len(check.Fields) > 0 {
			return casework.Opening{}, casework.NewError(casework.CodeInvalid, "注销备案前应妥善安置婴幼儿和工作人员（托育机构管理规范（试行）第七条）。", check.Fields...)
		}
		return casework.Opening{Kind: nursery.KindCancellation, Facts: in, Note: "申请注销备案：" + in.Reason, Subject: c.Subject}, nil
	})
}

// startFollowing opens a case that follows a filing in force.
func (s *Service) startFollowing(ctx context.Context, p nursery.Principal, key, act, caseNo string, body any,
	prepare func(*store.Queries, store.Case) (casework.Opening, error),
) (casework.Started, error) {
	return casework.Command(ctx, s.Service, p, key, act+" "+caseNo, body, func(q *store.Queries) (casework.Started, error) {
		c, err := s.OwnCase(ctx, q, p, act, caseNo)
		if err != nil {
			return casework.Started{}, err
		}
		institution, err := q.InstitutionByID(ctx, c.Institution)
		if err != nil {
			return casework.Started{}, err
		}
		if institution.FilingCase == nil || *institution.FilingCase != c.CaseNo || institution.Status == "cancelled" {
			return casework.Started{}, casework.NewError(casework.CodeNotFiled, "本办件没有有效的备案，不能变更或注销。")
		}
		o, err := prepare(q, c)
		if err != nil {
			return casework.Started{}, err
		}
		o.County, o.Institution, o.SiteKind, o.Parent = c.County, c.Institution, nursery.SiteKind(c.SiteKind), &c.CaseNo
		return s.OpenCase(ctx, q, p, o)
	})
}
