package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"

	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
)

// updateTimeout bounds how long an answer waits for a worker before the caller is notified that it is stored for later
// delivery.
const updateTimeout = 3 * time.Second

// PendingAnswer is an answer in the outbox. Answer is what the person filled in; it never enters Temporal.
type PendingAnswer struct {
	Task    string          `json:"task"`
	Outcome nursery.Outcome `json:"outcome"`
	Actor   string          `json:"actor"`
	Role    nursery.Role    `json:"role"`
	Answer  json.RawMessage `json:"answer,omitempty"`
	Reason  string          `json:"reason,omitempty"`
}

// CompletionID is the same for every send of one command, so Temporal takes it once.
func CompletionID(p nursery.Principal, key string) string {
	sum := sha256.Sum256([]byte(p.Account + "\x00" + key))
	return "c-" + hex.EncodeToString(sum[:16])
}

// Complete answers a task. It stores the answer first. If no worker takes it in time, the answer remains in the outbox,
// Delivered is false and the relay sends it under the same ID. Errors: task_closed with the actor and the time,
// task_claimed, outcome_not_offered, conflict_of_interest, invalid with the form's fields, opens_nothing,
// nothing_changed.
func (s *Service) Complete(ctx context.Context, p nursery.Principal, key, id string, in Completion) (Completed, error) {
	completion := CompletionID(p, key)
	var row store.Outbox
	var before []store.Outbox
	if in.Outcome == nursery.OutcomeResubmit && key != "" {
		if err := s.resubmits(ctx, p, key, id); err != nil {
			return Completed{}, err
		}
	}
	done, replayed, err := CommandReplayed(ctx, s, p, key, "task.complete "+id, in, func(q *store.Queries) (Completed, error) {
		task, err := s.answerable(ctx, q, p, id, in)
		if err != nil {
			return Completed{}, err
		}
		if row, err = s.EnqueueAnswer(ctx, q, p, completion, task, in); err != nil {
			return Completed{}, err
		}
		// A person who may leave an answer in a case sees every answer that was left in it.
		if before, err = waitingBefore(ctx, q, row); err != nil {
			return Completed{}, err
		}
		return Completed{Task: id, Outcome: in.Outcome, By: p.Account, At: s.Now(), Note: "已收下您的办理结果，系统恢复后自动送达，无需重复提交。"}, nil
	})
	if err != nil || (replayed && done.Delivered) {
		return done, err
	}
	delivered := done
	note := func(ctx context.Context, q *store.Queries, closed humantask.Closed) error {
		delivered.At, delivered.Delivered, delivered.Note = closed.At, true, ""
		return s.SaveResponse(ctx, q, p, key, delivered)
	}
	if replayed { // the first sender or the relay may have delivered it meanwhile
		err = s.DeliverAnswer(ctx, completion, note)
	} else {
		err = s.deliverNow(ctx, before, row, note)
	}
	switch {
	case IsRefused(err):
		return Completed{}, s.RefusalOf(ctx, p, id, err)
	case err != nil:
		s.Log.WarnContext(ctx, "answer not delivered, kept for the relay", "error", err)
		return done, nil
	}
	return delivered, nil
}

// deliverNow sends an answer that was just stored, after the answers that were waiting then.
func (s *Service) deliverNow(ctx context.Context, before []store.Outbox, row store.Outbox, note noting) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), updateTimeout)
	defer cancel()
	if err := s.settleBefore(ctx, before); err != nil {
		return err
	}
	return s.settleOne(ctx, row, Told, note)
}

// resubmits checks corrections that are handed in by the task alone.
func (s *Service) resubmits(ctx context.Context, p nursery.Principal, key, id string) error {
	var kind, caseNo string
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		task, err := q.TaskByID(ctx, id)
		if store.IsNotFound(err) || task.State != "open" {
			return nil // the command reports it
		}
		kind, caseNo = task.Kind, task.CaseNo
		return err
	})
	if err != nil || caseNo == "" {
		return err
	}
	if before, ok := s.beforeAnswers[kind]; ok {
		return before(ctx, p, key, caseNo)
	}
	return nil
}

// answerable reads the task and returns the first reason why p may not answer it with this completion, the plainest
// reason first.
func (s *Service) answerable(ctx context.Context, q *store.Queries, p nursery.Principal, id string, in Completion) (store.Task, error) {
	task, err := s.taskFor(ctx, q.TaskByID, p, "task.read", id)
	if err != nil {
		return task, err
	}
	switch {
	case task.State != "open":
		return task, taskClosed(task)
	case !slices.Contains(task.Outcomes, string(in.Outcome)):
		return task, NewError(CodeOutcomeNotOffered, "该待办不能这样办理。", FieldError{Location: "/outcome", Message: "不在可选结果之内"})
	}
	if err := s.Authorize(ctx, p, "task.complete", resourceOf(task)); err != nil {
		return task, err
	}
	if task.Assignee != nil && *task.Assignee != p.Account {
		return task, claimed(task)
	}
	for _, check := range s.everyAnswer {
		if err := check(ctx, q, task, in); err != nil {
			return task, err
		}
	}
	return task, s.checkForm(ctx, q, task, in)
}

func taskClosed(task store.Task) *Error {
	message := "该待办已结束。"
	if task.State == "closed" && task.ClosedBy != nil && task.ClosedAt != nil {
		message = fmt.Sprintf("该待办已由 %s 于 %s 办结。", *task.ClosedBy, nursery.Minute(*task.ClosedAt))
	}
	return NewError(CodeTaskClosed, message)
}

func claimed(task store.Task) *Error {
	return NewError(CodeTaskClaimed, fmt.Sprintf("该待办已由 %s 认领。", *task.Assignee))
}

// EnqueueAnswer leaves the answer for the engine.
func (s *Service) EnqueueAnswer(ctx context.Context, q *store.Queries, p nursery.Principal, completion string, task store.Task, in Completion) (store.Outbox, error) {
	if len(in.Answer) > 0 {
		said, err := filesOf(task, in.Answer)
		if err != nil {
			return store.Outbox{}, err
		}
		if err := Link(ctx, q, task.Institution, task.CaseNo, "", said.ids()...); err != nil {
			return store.Outbox{}, err
		}
	}
	return s.Enqueue(ctx, q, task.CaseNo, task.County, task.Institution, completion, humantask.CompleteUpdate,
		PendingAnswer{Task: task.ID, Outcome: in.Outcome, Actor: p.Account, Role: p.Role, Answer: in.Answer})
}

// Enqueue writes an answer for the workflow of a case into the outbox, under an identifier with which Temporal takes it once.
func (s *Service) Enqueue(ctx context.Context, q *store.Queries, caseNo, county, institution, id, name string, k PendingAnswer) (store.Outbox, error) {
	payload, err := json.Marshal(k)
	if err != nil {
		return store.Outbox{}, fmt.Errorf("encode answer: %w", err)
	}
	now := s.Now()
	row := store.Outbox{
		ID: id, CaseNo: caseNo, County: county, Institution: institution, Kind: "update", Name: name, Payload: payload,
		CreatedAt: now, NextAt: now.Add(relayAfter),
	}
	err = q.InsertOutbox(ctx, store.InsertOutboxParams{
		ID: row.ID, CaseNo: row.CaseNo, County: row.County, Institution: row.Institution, Kind: row.Kind, Name: row.Name,
		Payload: row.Payload, CreatedAt: row.CreatedAt, NextAt: row.NextAt,
	})
	if err != nil {
		return store.Outbox{}, err
	}
	return row, nil
}

// Withdraw takes a case back. A draft simply ends; an open case may be withdrawn until the office has decided.
func (s *Service) Withdraw(ctx context.Context, p nursery.Principal, key, caseNo, reason string) (Corrected, error) {
	withdrawal := CompletionID(p, key)
	sent := false
	done, replayed, err := CommandReplayed(ctx, s, p, key, "filing.withdraw "+caseNo, reason, func(q *store.Queries) (Corrected, error) {
		c, err := s.OwnCase(ctx, q, p, "filing.withdraw", caseNo)
		if err != nil {
			return Corrected{}, err
		}
		if process, _ := workflows.ProcessOf(nursery.CaseKind(c.Kind)); !process.Withdrawable {
			return Corrected{}, NewNotFound()
		}
		if wrong := CheckText("/reason", reason, 500); wrong != nil {
			return Corrected{}, NewError(CodeInvalid, "撤回理由不能这样填写。", *wrong)
		}
		done := Corrected{CaseNo: c.CaseNo, Version: int(c.Version), Stage: nursery.StageWithdrawn}
		switch c.Status {
		case string(nursery.CaseEnded):
			return done, NewError(CodeTooLateToWithdraw, "本办件已办结，不能撤回。")
		case string(nursery.CaseDraft):
			now := s.Now()
			if err := q.EndDraft(ctx, store.EndDraftParams{CaseNo: c.CaseNo, EndedAt: &now}); err != nil {
				return done, err
			}
			return done, s.RecordEvent(ctx, q, c, p, "withdrawn", "withdrawn", "撤回草稿", false, nil)
		}
		sent, done.Stage = true, ""
		if err := s.RecordEvent(ctx, q, c, p, "withdraw/"+withdrawal, "withdrawal_asked", "申请撤回："+reason, false, nil); err != nil {
			return done, err
		}
		_, err = s.Enqueue(ctx, q, c.CaseNo, c.County, c.Institution, withdrawal, workflows.WithdrawUpdate,
			PendingAnswer{Actor: p.Account, Role: p.Role, Reason: reason})
		return done, err
	})
	if err != nil {
		return done, err
	}
	if replayed {
		return done, s.RefusedBefore(ctx, p, withdrawal)
	}
	if !sent {
		return done, nil
	}
	withdrawn := done
	withdrawn.Stage = nursery.StageWithdrawn
	err = s.DeliverAnswer(ctx, withdrawal, func(ctx context.Context, q *store.Queries, _ humantask.Closed) error {
		return s.SaveResponse(ctx, q, p, key, withdrawn)
	})
	switch {
	case IsRefused(err):
		return Corrected{}, s.RefusalOf(ctx, p, "", fmt.Errorf("withdraw: %w", tooLate(err)))
	case err != nil:
		s.Log.WarnContext(ctx, "withdrawal not delivered, kept for the relay", "error", err)
		return done, nil
	}
	return withdrawn, nil
}

// tooLate translates the refusal of an ended case into ErrTooLateToWithdraw for the applicant who withdraws.
func tooLate(err error) error {
	if rejectionCode(err) == refusedCaseEnded {
		return temporal.NewNonRetryableApplicationError("case has ended", workflows.ErrTooLateToWithdraw, err)
	}
	return err
}
