package buildsite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// StartBuildPlan starts a case for each site of a plan 县县全覆盖. Errors: invalid with every fault of the plan,
// plan_started, forbidden.
func (s *Service) StartBuildPlan(ctx context.Context, p nursery.Principal, key string, plan nursery.BuildPlan) (BuildStarted, error) {
	if err := s.Authorize(ctx, p, "build.start", casework.Resource{}); err != nil {
		return BuildStarted{}, err
	}
	if err := casework.FaultsError(plan.Validate()); err != nil {
		return BuildStarted{}, err
	}
	return casework.Command(ctx, s.Service, p, key, "build.start", plan, func(q *store.Queries) (BuildStarted, error) {
		return s.startPlan(ctx, q, p, plan)
	})
}

func (s *Service) startPlan(ctx context.Context, q *store.Queries, p nursery.Principal, plan nursery.BuildPlan) (BuildStarted, error) {
	document, err := json.Marshal(plan)
	if err != nil {
		return BuildStarted{}, fmt.Errorf("encode plan: %w", err)
	}
	n, err := q.InsertBuildPlan(ctx, store.InsertBuildPlanParams{
		Name: plan.Name, Title: plan.Title, Seats: int32(plan.Seats), Deadline: plan.Deadline, Document: document,
		StartedBy: p.Account, StartedAt: s.Now(),
	})
	if err != nil {
		return BuildStarted{}, err
	}
	if n == 0 {
		return BuildStarted{}, casework.NewError(casework.CodePlanStarted, "同名计划已经启动，如需调整请修改各建设点的计划。")
	}
	started := BuildStarted{Plan: plan.Name}
	for i, site := range plan.Sites {
		caseNo, err := s.startSite(ctx, q, p, plan, site, casework.OwnerName(nursery.KindBuild, fmt.Sprintf("%s-%02d", plan.Name, i+1)))
		if err != nil {
			return BuildStarted{}, err
		}
		started.Sites = append(started.Sites, BuildSiteAt{CaseNo: caseNo, County: site.County, Name: site.Name})
	}
	return started, nil
}

func (s *Service) startSite(ctx context.Context, q *store.Queries, p nursery.Principal, plan nursery.BuildPlan, site nursery.BuildSite, institution string) (string, error) {
	err := q.PutBuildInstitution(ctx, store.PutBuildInstitutionParams{ID: institution, County: site.County, Name: site.Name, UpdatedAt: s.Now()})
	if err != nil {
		return "", err
	}
	opened, err := s.OpenCase(ctx, q, p, casework.Opening{
		Kind: nursery.KindBuild, County: site.County, Institution: institution, Subject: site.Name, Facts: site,
		Note: "列入" + plan.Title,
	})
	if err != nil {
		return "", err
	}
	err = q.InsertBuildSite(ctx, store.InsertBuildSiteParams{
		CaseNo: opened.CaseNo, Plan: plan.Name, County: site.County, Institution: institution, Name: site.Name,
		Seats: int32(site.Seats), Mode: string(site.Mode), UpdatedAt: s.Now(),
	})
	if err != nil {
		return "", err
	}
	return opened.CaseNo, s.savePlanVersion(ctx, q, p, opened.CaseNo, site.County, 1, BuildAmendment{
		Seats: site.Seats, Mode: site.Mode, Milestones: plan.MilestonesOf(site), Reason: "原计划",
	})
}

// savePlanVersion writes a version of a site's plan and makes it the one in use.
func (s *Service) savePlanVersion(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo, county string, version int, in BuildAmendment) error {
	milestones, err := json.Marshal(in.Milestones)
	if err != nil {
		return fmt.Errorf("encode milestones: %w", err)
	}
	err = q.InsertBuildPlanVersion(ctx, store.InsertBuildPlanVersionParams{
		CaseNo: caseNo, Version: int32(version), County: county, Seats: int32(in.Seats), Mode: string(in.Mode),
		Milestones: milestones, Reason: in.Reason, Author: p.Account, At: s.Now(),
	})
	if err != nil {
		return err
	}
	for i, m := range in.Milestones {
		err := q.PutBuildMilestone(ctx, store.PutBuildMilestoneParams{
			CaseNo: caseNo, Kind: string(m.Kind), County: county, Position: int16(i), PlannedStart: m.PlannedStart,
			PlannedEnd: m.PlannedEnd, Weight: int32(m.Weight), Evidence: append([]string{}, m.Evidence...),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func siteBuilt(c store.Case) error {
	if c.Status == string(nursery.CaseEnded) {
		return casework.NewError(casework.CodeSiteBuilt, "该建设点已建成销号。")
	}
	return nil
}

// AmendBuild draws a new curve for a site; the old one stays on record. The plan's deadline is not moved by it.
// Errors: version_stale, site_built, invalid with every fault.
func (s *Service) AmendBuild(ctx context.Context, p nursery.Principal, key, caseNo string, in BuildAmendment) (BuildSiteDetail, error) {
	err := casework.Perform(ctx, s.Service, p, key, "build.amend "+caseNo, in, func(q *store.Queries) error {
		c, site, err := buildCase.Lock(ctx, s.Service, q, p, "build.amend", caseNo)
		if err != nil {
			return err
		}
		faults := nursery.MilestoneFaults("/milestones", in.Milestones, nursery.Date{})
		if strings.TrimSpace(in.Reason) == "" {
			faults = append(faults, nursery.Fault{Location: "/reason", Message: "必填"})
		}
		if in.Seats < 1 {
			faults = append(faults, nursery.Fault{Location: "/seats", Message: "托位数应大于零"})
		}
		if in.Mode.Title() == string(in.Mode) {
			faults = append(faults, nursery.Fault{Location: "/mode", Message: "没有这种运营方式"})
		}
		if err := casework.FaultsError(faults); err != nil {
			return err
		}
		if err := siteBuilt(c); err != nil {
			return err
		}
		if int(site.Version) != in.Version {
			return casework.NewError(casework.CodeVersionStale, fmt.Sprintf("计划已调整为第 %d 版，请核对后重新提交。", site.Version))
		}
		version := in.Version + 1
		if err := s.savePlanVersion(ctx, q, p, c.CaseNo, c.County, version, in); err != nil {
			return err
		}
		err = q.AmendBuildSite(ctx, store.AmendBuildSiteParams{
			CaseNo: c.CaseNo, Seats: int32(in.Seats), Mode: string(in.Mode), Version: int32(version), UpdatedAt: s.Now(),
		})
		if err != nil {
			return err
		}
		return s.RecordEvent(ctx, q, c, p, fmt.Sprintf("amended/%d", version), "plan_amended",
			fmt.Sprintf("计划调整为第 %d 版：%s", version, in.Reason), false, map[string]any{"version": version, "was": in.Version})
	})
	if err != nil {
		return BuildSiteDetail{}, err
	}
	return s.BuildSite(ctx, p, caseNo)
}

// LinkBuildFiling links the filing case of a site, from which the last two milestones of the site follow. A filing that
// ended without a receipt may be replaced. Errors: filing_not_of_site, site_built.
func (s *Service) LinkBuildFiling(ctx context.Context, p nursery.Principal, key, caseNo, filing string) (BuildSiteDetail, error) {
	err := casework.Perform(ctx, s.Service, p, key, "build.link "+caseNo, filing, func(q *store.Queries) error {
		return s.linkFiling(ctx, q, p, caseNo, filing)
	})
	if err != nil {
		return BuildSiteDetail{}, err
	}
	return s.BuildSite(ctx, p, caseNo)
}

func (s *Service) linkFiling(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo, filing string) error {
	// The filing is locked first, as its own steps do, so that no step of it falls between what is read and written here.
	f, lost := casework.CaseOf(ctx, q.CaseForStep, filing)
	if lost != nil && !isNotFound(lost) {
		return lost
	}
	c, site, err := buildCase.Lock(ctx, s.Service, q, p, "build.link", caseNo)
	if err != nil {
		return err
	}
	switch {
	case lost != nil:
		return notOfSite("没有这件备案，或者您无权查看。")
	case f.Kind != string(nursery.KindFiling) || f.County != c.County:
		return notOfSite("应为本县区的备案办件。")
	case f.SiteKind != string(nursery.PublicComprehensive):
		return notOfSite("应为公办综合托育机构的备案。")
	case site.FilingCase != nil && !site.ReceiptOn.IsZero():
		return notOfSite("该建设点已凭另一备案取得回执。")
	}
	if other, err := q.BuildSiteOfFiling(ctx, f.CaseNo); err == nil && other.CaseNo != c.CaseNo {
		return notOfSite("该备案已关联另一建设点。")
	} else if err != nil && !store.IsNotFound(err) {
		return fmt.Errorf("find site of filing: %w", err)
	}
	if site.FilingCase != nil && *site.FilingCase != f.CaseNo {
		was, err := q.CaseByNumber(ctx, *site.FilingCase)
		if err != nil {
			return err
		}
		if was.Status != string(nursery.CaseEnded) {
			return notOfSite("该建设点的备案正在办理。")
		}
	}
	if err := siteBuilt(c); err != nil {
		return err
	}
	if err := q.LinkBuildFiling(ctx, store.LinkBuildFilingParams{CaseNo: c.CaseNo, FilingCase: &f.CaseNo, UpdatedAt: s.Now()}); err != nil {
		return err
	}
	err = s.RecordEvent(ctx, q, c, p, "linked/"+f.CaseNo+"/"+fmt.Sprint(s.Now().UnixNano()), "filing_linked", "关联备案 "+f.CaseNo, false, map[string]string{"filing": f.CaseNo})
	if err != nil {
		return err
	}
	return activities.NoteFiling(ctx, q, f.CaseNo, f.CaseNo, s.Now())
}

func notOfSite(message string) *casework.Error {
	return casework.NewError(casework.CodeFilingNotOfSite, message, casework.FieldError{Location: "/filing", Message: message})
}

func isNotFound(err error) bool {
	var e *casework.Error
	return errors.As(err, &e) && e.Kind() == casework.NotFound
}

var buildCase = casework.ProcessCase[store.BuildSite]{Kind: nursery.KindBuild, Row: (*store.Queries).BuildSite}
