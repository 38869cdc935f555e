// Package stuck finds the cases that cannot go on by themselves, and has them go on.
package stuck

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Why a case is listed beside the stuck ones: a paper of it has waited to be printed for longer than papersWithin, or what somebody sent has
// waited as long to be delivered to its workflow.
const (
	NotPrinted   = "not_printed"
	NotDelivered = "not_delivered"
)

const (
	// mostCases bounds the list of stuck cases: more of them have one cause.
	mostCases = 500
	// papersWithin is how long printing and delivery may take before the case is listed as stuck.
	papersWithin = 30 * time.Minute
)

// Service lists and retries cases.
type Service struct{ *casework.Service }

// Of returns the service over that of casework.
func Of(s *casework.Service) Service { return Service{s} }

// StuckCase is a case that cannot go on by itself, or a paper of it that is not printed.
type StuckCase struct {
	CaseNo      string           `json:"case_no" doc:"办件编号" example:"BA-140403-2026-000001-L"`
	Kind        nursery.CaseKind `json:"kind" doc:"办件类型"`
	County      string           `json:"county" doc:"县区代码" example:"140403"`
	CountyName  string           `json:"county_name" doc:"县区"`
	Institution string           `json:"institution_name" doc:"机构名称"`
	Since       time.Time        `json:"stuck_at" doc:"自何时起"`
	Reason      string           `json:"stuck_reason" enum:"workflow_missing,workflow_failed,data_refused,data_unreadable,data_missing,step_failed,unprintable,not_printed,not_delivered" doc:"原因类别"`
	Message     string           `json:"message" doc:"原因说明"`
	Paper       string           `json:"paper,omitempty" doc:"不能生成的文书" example:"备案回执"`
	Number      string           `json:"number,omitempty" doc:"该文书的文号"`
}

var stuckMessages = map[string]string{
	casework.StuckMissing:  "流程引擎中没有本办件的流程，办理不能继续。",
	casework.StuckFailed:   "本办件的流程已异常中止，办理不能继续。",
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

// Cases returns the cases of p's county, or of the city, that cannot go on by themselves, the papers that are not printed and the
// commands that are not delivered, the oldest first and at most 500 of each. Errors: forbidden.
func (s Service) Cases(ctx context.Context, p nursery.Principal) ([]StuckCase, error) {
	if err := s.Authorize(ctx, p, "case.stuck", casework.Resource{}); err != nil {
		return nil, err
	}
	stuck := []StuckCase{}
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		cases, err := q.StuckCases(ctx, store.StuckCasesParams{County: countyOrCity(p), PageSize: mostCases})
		if err != nil {
			return err
		}
		papers, err := q.PapersNotPrinted(ctx, store.PapersNotPrintedParams{Before: s.Now().Add(-papersWithin), County: countyOrCity(p), PageSize: mostCases})
		if err != nil {
			return err
		}
		waiting, err := q.NotDelivered(ctx, store.NotDeliveredParams{Before: s.Now().Add(-papersWithin), County: countyOrCity(p), PageSize: mostCases})
		if err != nil {
			return err
		}
		for _, o := range waiting {
			stuck = append(stuck, StuckCase{
				CaseNo: o.CaseNo, Kind: nursery.CaseKind(o.Kind), County: o.County, Institution: o.Institution, Since: o.Since, Reason: NotDelivered,
				Message: "已收下的提交超过半小时没有送达，流程引擎可能中断，恢复后自动送达，无需重新提交。",
			})
		}
		for _, d := range papers {
			stuck = append(stuck, StuckCase{
				CaseNo: d.CaseNo, Kind: nursery.CaseKind(d.Kind), County: d.County, Institution: d.Institution, Since: d.CreatedAt, Reason: NotPrinted,
				Message: notPrintedMessage(d.StuckReason, d.Fault), Paper: casework.PaperTitle(d.Paper), Number: d.Number,
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

// Count returns how many cases Cases would list. Errors: forbidden.
func (s Service) Count(ctx context.Context, p nursery.Principal) (n int64, err error) {
	if err := s.Authorize(ctx, p, "case.stuck", casework.Resource{}); err != nil {
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

// RetryCommand is Retry as a command under a key. Its errors are the same.
func (s Service) RetryCommand(ctx context.Context, p nursery.Principal, key, caseNo string) (RetriedCase, error) {
	answer, err := casework.Command(ctx, s.Service, p, key, "case.retry "+caseNo, nil, func(q *store.Queries) (RetriedCase, error) {
		did, err := s.retry(ctx, p, caseNo, 0, func(do func(*store.Queries) error) error {
			return q.AsEngine(ctx, func() error { return do(q) })
		})
		return RetriedCase{CaseNo: caseNo, Did: did}, err
	})
	return answer, err
}

// Reasons lists the reasons why a case may be stuck.
func Reasons() []string {
	return []string{casework.StuckMissing, casework.StuckFailed, store.FaultRefused, store.FaultUnreadable, store.FaultMissing, store.FaultStep, store.FaultUnprintable}
}

const (
	// reconcileInterval is the interval at which an open case is compared.
	reconcileInterval = time.Hour
	// lookAtOnce is the number of cases in a batch, and lookPause the pause between two requests to Temporal.
	lookAtOnce = 50
	lookPause  = 50 * time.Millisecond
)

// Reconcile compares the open cases with the workflows in Temporal, each about once an hour, until ctx ends. A case
// whose workflow is missing or has failed is marked as stuck: otherwise it would remain open forever. Any number of
// processes may run it.
func (s Service) Reconcile(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		for {
			n, err := s.ReconcileOnce(ctx, s.Now().Add(-reconcileInterval))
			if err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "cases not compared with their workflows", "error", err)
			}
			if err != nil || n < lookAtOnce {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ReconcileOnce compares some of the open cases not compared since before and returns how many.
func (s Service) ReconcileOnce(ctx context.Context, before time.Time) (int, error) {
	var cases []store.Case
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		cases, err = q.TakeCasesToLookAt(ctx, store.TakeCasesToLookAtParams{Before: before, Now: s.Now(), PageSize: lookAtOnce})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read open cases: %w", err)
	}
	for _, c := range cases {
		if err := s.Look(ctx, c); err != nil {
			return 0, fmt.Errorf("look at %s: %w", c.CaseNo, err)
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(lookPause):
		}
	}
	return len(cases), nil
}
