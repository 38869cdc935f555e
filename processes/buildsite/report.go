package buildsite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// OperatorContract is the kind of evidence that P01-R3 asks for where a private team runs a public nursery.
const OperatorContract = "运营合同"

// ReportBuild stores the report of a county's office on a milestone; it counts once the city accepts it. The milestones
// of registration and filing are never reported. Errors: closes_by_filing, report_waiting, site_built, invalid with
// every field.
func (s *Service) ReportBuild(ctx context.Context, p nursery.Principal, key, caseNo string, in BuildReport) (BuildReportEntry, error) {
	entry, err := casework.Command(ctx, s.Service, p, key, "build.report "+caseNo, in, func(q *store.Queries) (BuildReportEntry, error) {
		c, site, err := buildCase.Lock(ctx, s.Service, q, p, "build.report", caseNo)
		if err != nil {
			return BuildReportEntry{}, err
		}
		if err := siteBuilt(c); err != nil {
			return BuildReportEntry{}, err
		}
		if in.Milestone.ByFiling() {
			return BuildReportEntry{}, casework.NewError(casework.CodeClosesByFiling, "登记、备案节点随本建设点的备案办件自动完成，不需报送。",
				casework.FieldError{Location: "/milestone", Message: "不能报送"})
		}
		if err := s.checkReport(ctx, q, site, in); err != nil {
			return BuildReportEntry{}, err
		}
		return s.keepReport(ctx, q, p, c, in)
	})
	return entry, err
}

func (s *Service) checkReport(ctx context.Context, q *store.Queries, site store.BuildSite, in BuildReport) error {
	rows, err := q.BuildMilestones(ctx, site.CaseNo)
	if err != nil {
		return err
	}
	var fields []casework.FieldError
	add := func(location, message string) {
		fields = append(fields, casework.FieldError{Location: location, Message: message})
	}
	i := slices.IndexFunc(rows, func(m store.BuildMilestone) bool { return m.Kind == string(in.Milestone) })
	if i < 0 {
		return casework.NewError(casework.CodeInvalid, "没有这个节点。", casework.FieldError{Location: "/milestone", Message: "不在可选值之内"})
	}
	if in.Percent < 0 || in.Percent > 100 {
		add("/percent", "应为 0 至 100")
	}
	if strings.TrimSpace(in.Note) == "" {
		add("/note", "必填")
	}
	given := map[string]bool{}
	ids := make([]string, 0, len(in.Evidence))
	for j, e := range in.Evidence {
		given[e.Kind] = true
		ids = append(ids, e.Attachment)
		if !slices.Contains(rows[i].Evidence, e.Kind) && e.Kind != OperatorContract {
			add(fmt.Sprintf("/evidence/%d/kind", j), "不是本节点的佐证材料种类")
		}
	}
	known, err := q.AttachmentsKnown(ctx, store.AttachmentsKnownParams{Ids: ids, County: site.County, Institution: site.Institution})
	if err != nil {
		return err
	}
	for j, id := range ids {
		if !slices.Contains(known, id) {
			add(fmt.Sprintf("/evidence/%d/attachment", j), "附件不存在，请重新上传")
		}
	}
	if in.Percent == 100 {
		for _, kind := range rows[i].Evidence {
			if !given[kind] {
				add("/evidence", "完成节点须提交"+kind)
			}
		}
	}
	if len(fields) > 0 {
		return casework.NewError(casework.CodeInvalid, fmt.Sprintf("有 %d 处填写有误，请逐项更正。", len(fields)), fields...)
	}
	return nil
}

func (s *Service) keepReport(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, in BuildReport) (BuildReportEntry, error) {
	reports, err := q.BuildReports(ctx, c.CaseNo)
	if err != nil {
		return BuildReportEntry{}, err
	}
	for _, r := range reports {
		if r.Milestone == string(in.Milestone) && r.State == "waiting" {
			return BuildReportEntry{}, casework.NewError(casework.CodeReportWaiting, "本节点上次报送的进度尚待核定。")
		}
	}
	evidence, err := json.Marshal(append([]BuildEvidence{}, in.Evidence...))
	if err != nil {
		return BuildReportEntry{}, fmt.Errorf("encode evidence: %w", err)
	}
	id, err := q.InsertBuildReport(ctx, store.InsertBuildReportParams{
		CaseNo: c.CaseNo, County: c.County, Milestone: string(in.Milestone), Percent: int32(in.Percent), Note: in.Note,
		Evidence: evidence, ReportedBy: p.Account, ReportedAt: s.Now(),
	})
	if err != nil {
		return BuildReportEntry{}, err
	}
	for _, e := range in.Evidence {
		if err := casework.Link(ctx, q, c.Institution, c.CaseNo, "", e.Attachment); err != nil {
			return BuildReportEntry{}, err
		}
	}
	entry := BuildReportEntry{ID: id, CaseNo: c.CaseNo, State: "waiting", ReportedBy: p.Account, ReportedAt: s.Now(), BuildReport: in}
	return entry, s.RecordEvent(ctx, q, c, p, fmt.Sprintf("report/%d", id), "progress_reported",
		fmt.Sprintf("报送%s进度 %d%%", in.Milestone.Title(), in.Percent), false, map[string]any{"report": id, "milestone": in.Milestone, "percent": in.Percent})
}

// DecideBuildReport accepts a report, from when it counts, or returns it with a reason. Errors: report_decided,
// invalid, not_found.
func (s *Service) DecideBuildReport(ctx context.Context, p nursery.Principal, key, caseNo string, id int64, in BuildVerdict) (BuildReportEntry, error) {
	entry, err := casework.Command(ctx, s.Service, p, key, fmt.Sprintf("build.decide %s %d", caseNo, id), in, func(q *store.Queries) (BuildReportEntry, error) {
		c, _, err := buildCase.Lock(ctx, s.Service, q, p, "build.decide", caseNo)
		if err != nil {
			return BuildReportEntry{}, err
		}
		if !in.Accept && strings.TrimSpace(in.Reason) == "" {
			return BuildReportEntry{}, casework.NewError(casework.CodeInvalid, "退回须写明理由。", casework.FieldError{Location: "/reason", Message: "必填"})
		}
		row, err := q.BuildReport(ctx, store.BuildReportParams{CaseNo: c.CaseNo, ID: id})
		if store.IsNotFound(err) {
			return BuildReportEntry{}, casework.NewNotFound()
		}
		if err != nil {
			return BuildReportEntry{}, fmt.Errorf("read report: %w", err)
		}
		if row.State != "waiting" {
			return BuildReportEntry{}, casework.NewError(casework.CodeReportDecided, "该报送已由 "+*row.DecidedBy+" 办理。")
		}
		return s.decideReport(ctx, q, p, c, row, in)
	})
	return entry, err
}

func (s *Service) decideReport(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, row store.BuildReport, in BuildVerdict) (BuildReportEntry, error) {
	now := s.Now()
	row.State, row.DecidedBy, row.DecidedAt, row.Reason = "returned", &p.Account, &now, in.Reason
	kind, said := nursery.MilestoneKind(row.Milestone), "退回"
	if in.Accept {
		row.State, said = "accepted", "核定"
	}
	err := q.DecideBuildReport(ctx, store.DecideBuildReportParams{
		ID: row.ID, State: row.State, DecidedBy: row.DecidedBy, DecidedAt: row.DecidedAt, Reason: row.Reason,
	})
	if err != nil {
		return BuildReportEntry{}, err
	}
	entry, err := reportOf(row)
	if err != nil {
		return entry, err
	}
	if in.Accept {
		if err := s.applyReport(ctx, q, c, entry); err != nil {
			return entry, err
		}
	}
	note := fmt.Sprintf("%s%s进度 %d%%", said, kind.Title(), row.Percent)
	if in.Reason != "" {
		note += "：" + in.Reason
	}
	return entry, s.RecordEvent(ctx, q, c, p, fmt.Sprintf("report/%d/%s", row.ID, row.State), "progress_"+row.State, note, false,
		map[string]any{"report": row.ID, "milestone": kind, "percent": row.Percent})
}

// applyReport makes an accepted report the milestone's progress.
func (s *Service) applyReport(ctx context.Context, q *store.Queries, c store.Case, entry BuildReportEntry) error {
	var done nursery.Date
	if entry.Percent == 100 {
		done = s.Today()
	}
	err := q.SetBuildPercent(ctx, store.SetBuildPercentParams{
		CaseNo: c.CaseNo, Kind: string(entry.Milestone), Percent: int32(entry.Percent), DoneOn: done,
	})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(entry.Evidence, func(e BuildEvidence) bool { return e.Kind == OperatorContract }) {
		if err := q.SetOperatorContract(ctx, store.SetOperatorContractParams{CaseNo: c.CaseNo, UpdatedAt: s.Now()}); err != nil {
			return err
		}
	}
	return activities.WakeBuilt(ctx, q, c, s.Now())
}

func reportOf(row store.BuildReport) (BuildReportEntry, error) {
	entry := BuildReportEntry{
		ID: row.ID, CaseNo: row.CaseNo, State: row.State, ReportedBy: row.ReportedBy, ReportedAt: row.ReportedAt,
		DecidedAt: row.DecidedAt, Reason: row.Reason,
		BuildReport: BuildReport{Milestone: nursery.MilestoneKind(row.Milestone), Percent: int(row.Percent), Note: row.Note},
	}
	if row.DecidedBy != nil {
		entry.DecidedBy = *row.DecidedBy
	}
	if err := json.Unmarshal(row.Evidence, &entry.Evidence); err != nil {
		return entry, fmt.Errorf("decode evidence: %w", err)
	}
	return entry, nil
}
