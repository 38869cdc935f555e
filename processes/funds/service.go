// Package funds executes the commands and queries of the money of earmarked funds 专项资金: funds and what counties are allocated, payments,
// payment runs 拨付批次 with their bank and return files, accounts of payees, and money that comes back. Package tuoyu/funds books.
package funds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
	"tuoyu/workflows"
)

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }

// The outcomes of the task of a stage that pays, and of the task by which finance confirms that money came back.
const (
	outcomePaid     nursery.Outcome = "paid"
	outcomeBounced  nursery.Outcome = "bounced"
	outcomeReturned nursery.Outcome = "returned"
	returnedSuffix                  = ".returned"
)

// New is For, and has casework reject answers of people to the tasks that only a payment run, or the confirmation that money came back,
// closes, and those of a payee whose account, to which the bank could not pay, is still the same.
func New(s *casework.Service) *Service {
	s.CheckEveryAnswer(onlyByRun)
	s.CheckEveryAnswer(onlyCorrected)
	return For(s)
}

// onlyCorrected rejects the answer of a payee to a task while a payment of the case is back from the bank and the account has not been
// corrected: the next payment would come back as well.
func onlyCorrected(ctx context.Context, q *store.Queries, task store.Task, _ casework.Completion) error {
	process, known := workflows.ProcessOfTask(task.Kind)
	if nursery.Role(task.Role) != nursery.RoleInstitution || known && process.Workflow != procedures.Workflow {
		return nil // only cases of procedures are paid
	}
	bounced, err := q.BouncedPayment(ctx, task.CaseNo)
	switch {
	case store.IsNotFound(err) || err == nil && !bounced.SameAccount:
		return nil
	case err != nil:
		return fmt.Errorf("read bounced payment: %w", err)
	}
	return casework.NewError(casework.CodeAccountUncorrected, "银行退回：“"+bounced.Reason+"”。请先更正收款账户，再提交。")
}

func onlyByRun(_ context.Context, _ *store.Queries, task store.Task, _ casework.Completion) error {
	refuse := func(message, hint string) error {
		return casework.NewError(casework.CodeOutcomeNotOffered, message, casework.FieldError{Location: "/outcome", Message: hint})
	}
	switch {
	case slices.Contains(task.Outcomes, string(outcomePaid)) && slices.Contains(task.Outcomes, string(outcomeBounced)):
		return refuse("拨付结果由拨付批次的银行返回文件登记，不能直接办理。", "请在拨付批次中办理")
	case isReturn(task):
		return refuse("退回的资金在“待追回”中确认到账，不能直接办理。", "请在待追回中确认")
	}
	return nil
}

// isReturn reports whether finance confirms by the task that money came back.
func isReturn(t store.Task) bool {
	return nursery.Role(t.Role).Finance() && strings.HasSuffix(t.Kind, returnedSuffix)
}

// refused maps errors of the ledger to those of commands.
func refused(err error) error {
	var known *casework.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, ledger.ErrNotCovered):
		return &casework.Error{Code: casework.CodeFundShort, Message: "资金不足，没有登记。请核对余额和金额。", Fields: []casework.FieldError{{Location: "/fen", Message: "超过可用余额"}}, Err: err}
	case errors.Is(err, ledger.ErrState), errors.Is(err, ledger.ErrSent):
		return &casework.Error{Code: casework.CodePaymentState, Message: "有的拨付已在其他批次，或者已办结，请刷新后重试。", Err: err}
	}
	return err
}

// asEngine books as the engine, in the transaction of a command.
func asEngine(ctx context.Context, q *store.Queries, book func() error) error {
	return refused(q.AsEngine(ctx, book))
}

// checkFen adds an error unless the amount is one of money.
func checkFen(c *casework.Checker, location string, fen int64) {
	switch {
	case fen <= 0:
		c.Add(location, "须大于零")
	case fen > mostFen:
		c.Add(location, fmt.Sprintf("不能超过 %s 元", casework.Fen(mostFen)))
	}
}

// mostFen is a hundred billion yuan: more is a slip.
const mostFen = 10_000_000_000_000
