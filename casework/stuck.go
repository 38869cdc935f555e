package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// StuckNotPrinted is why a case is listed beside the stuck ones: a paper of it has waited to be printed for longer than papersWithin.
const StuckNotPrinted = "not_printed"

const (
	// mostStuck bounds the list of stuck cases: more of them have one cause.
	mostStuck = 500
	// papersWithin is how long printing may take before the case is listed as stuck.
	papersWithin = 30 * time.Minute
)

// StuckCase is a case that cannot go on by itself, or a paper of it that is not printed.
type StuckCase struct {
	CaseNo      string           `json:"case_no" doc:"办件编号" example:"BA-140403-2026-000001-L"`
	Kind        nursery.CaseKind `json:"kind" doc:"办件类型"`
	County      string           `json:"county" doc:"县区代码" example:"140403"`
	CountyName  string           `json:"county_name" doc:"县区"`
	Institution string           `json:"institution_name" doc:"机构名称"`
	Since       time.Time        `json:"stuck_at" doc:"自何时起"`
	Reason      string           `json:"stuck_reason" enum:"workflow_missing,workflow_failed,data_refused,data_unreadable,data_missing,step_failed,unprintable,not_printed" doc:"原因类别"`
	Message     string           `json:"message" doc:"原因说明"`
	Paper       string           `json:"paper,omitempty" doc:"不能生成的文书" example:"备案回执"`
	Number      string           `json:"number,omitempty" doc:"该文书的文号"`
}

var stuckMessages = map[string]string{
	StuckMissing:           "流程引擎中没有本办件的流程，办理不能继续。",
	StuckFailed:            "本办件的流程已异常中止，办理不能继续。",
	store.FaultRefused:     "办理结果不符合数据库的约束，多次保存未成功。",
	store.FaultUnreadable:  "已保存的内容无法读取，办理不能继续。",
	store.FaultMissing:     "缺少办理所需的记录，办理不能继续。",
	store.FaultStep:        "办理步骤多次执行未成功。",
	store.FaultUnprintable: "文书无法生成，原因见该文书。",
}

func stuckMessage(reason string) string {
	if m, ok := stuckMessages[reason]; ok {
		return m
	}
	return stuckMessages[store.FaultStep]
}

// notPrintedMessage returns the message why a document is not printed, as far as it is known: the fault recorded for
// the document, or the reason a step of the case failed permanently.
func notPrintedMessage(reason, fault string) string {
	switch {
	case fault != "":
		return "文书无法生成。" + fault
	case reason == "":
		return "文书尚未生成，打印服务或文件存储可能中断，恢复后自动生成。"
	}
	return "文书无法生成，多次打印未成功，排除原因后重试。"
}

// StuckCases returns the cases of p's county, or of the city, that cannot go on by themselves and the papers that are not printed,
// the oldest first and at most 500 of each. Errors: forbidden.
func (s *Service) StuckCases(ctx context.Context, p nursery.Principal) ([]StuckCase, error) {
	if err := s.authorize(ctx, p, "case.stuck", resource{}); err != nil {
		return nil, err
	}
	stuck := []StuckCase{}
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		cases, err := q.StuckCases(ctx, store.StuckCasesParams{County: countyOrCity(p), PageSize: mostStuck})
		if err != nil {
			return err
		}
		papers, err := q.PapersNotPrinted(ctx, store.PapersNotPrintedParams{Before: s.Now().Add(-papersWithin), County: countyOrCity(p), PageSize: mostStuck})
		if err != nil {
			return err
		}
		printing := map[string]bool{}
		for _, d := range papers {
			printing[d.CaseNo] = true
			stuck = append(stuck, StuckCase{
				CaseNo: d.CaseNo, Kind: nursery.CaseKind(d.Kind), County: d.County, Institution: d.Institution, Since: d.CreatedAt, Reason: StuckNotPrinted,
				Message: notPrintedMessage(d.StuckReason, d.Fault), Paper: documents.Kind(d.Paper).Title(), Number: d.Number,
			})
		}
		for _, c := range cases {
			stuck = append(stuck, StuckCase{
				CaseNo: c.CaseNo, Kind: nursery.CaseKind(c.Kind), County: c.County, Institution: c.Institution, Since: *c.StuckAt, Reason: c.StuckReason,
				Message: stuckMessage(c.StuckReason),
			})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list stuck cases: %w", err)
	}
	for i := range stuck {
		stuck[i].CountyName = nursery.CountyName(stuck[i].County)
	}
	slices.SortStableFunc(stuck, func(a, b StuckCase) int { return a.Since.Compare(b.Since) })
	return stuck, nil
}

// StuckCount returns how many cases StuckCases would list. Errors: forbidden.
func (s *Service) StuckCount(ctx context.Context, p nursery.Principal) (n int64, err error) {
	if err := s.authorize(ctx, p, "case.stuck", resource{}); err != nil {
		return 0, err
	}
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		n, err = q.CountTroubled(ctx, store.CountTroubledParams{County: countyOrCity(p), Before: s.Now().Add(-papersWithin)})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count stuck cases: %w", err)
	}
	return n, nil
}

// countyOrCity is the county whose cases p sees; empty for the whole city.
func countyOrCity(p nursery.Principal) string {
	if p.County == nursery.CityCode {
		return ""
	}
	return p.County
}

// RetriedCase reports the effect of a retry.
type RetriedCase struct {
	CaseNo string  `json:"case_no" doc:"办件编号"`
	Did    Retried `json:"did" enum:"signalled,reset,started" doc:"做了什么：signalled 再次执行受阻的步骤，reset 流程从最近一步继续，started 重新启动流程"`
}

// RetryStuckCase is RetryCase as a command under a key. Its errors are the same.
func (s *Service) RetryStuckCase(ctx context.Context, p nursery.Principal, key, caseNo string) (RetriedCase, error) {
	answer, err := command(ctx, s, p, key, "case.retry "+caseNo, nil, func(q *store.Queries) (RetriedCase, error) {
		did, err := s.retry(ctx, p, caseNo, 0, func(do func(*store.Queries) error) error {
			return q.AsEngine(ctx, func() error { return do(q) })
		})
		return RetriedCase{CaseNo: caseNo, Did: did}, err
	})
	return answer, err
}
