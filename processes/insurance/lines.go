package insurance

import (
	"context"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

const (
	linesDefault = 500
	linesMost    = 1000
)

// lineFields are what the insurer reads of a child, as the log of reads names them; nursery.InsuranceLine has no others.
var lineFields = []nursery.ChildField{nursery.ChildName, nursery.ChildIdentity, nursery.ChildBirth, nursery.ChildSex}

// insuranceLines is the list of the lines of a batch, which the insurer reads and is logged for.
var insuranceLines = casework.List[linesFilter, nursery.InsuranceLine]{
	Indexes: []string{"insurance_lines_pkey"}, Default: linesDefault, Most: linesMost,
	Read: func(ctx context.Context, r casework.ListReading[linesFilter]) ([]casework.ListRow[nursery.InsuranceLine], error) {
		c, err := For(r.Service).sentBatch(ctx, r.Q, r.Principal, "insurance.lines", r.Filter.caseNo, r.Filter.send)
		if err != nil {
			return nil, err
		}
		*r.Case = c
		opened, err := For(r.Service).openLines(ctx, r.Q, c, r.Filter.send, r.After.ID, int(r.Limit))
		return casework.ListRows(opened, err, func(l nursery.InsuranceLine) (nursery.InsuranceLine, casework.Cursor) {
			return l, casework.Cursor{ID: l.Ref}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[linesFilter], items []nursery.InsuranceLine) error {
		return For(r.Service).noteLines(ctx, r.Q, r.Principal, *r.Case, InsuranceLinesPage{Send: r.Filter.send, Items: items})
	},
}

// linesFilter names a batch of an insurance month.
type linesFilter struct {
	caseNo string
	send   int
}

// InsuranceLines returns a page of the lines of a batch. Errors: not_found, forbidden, invalid, sealing_unavailable.
func (s *Service) InsuranceLines(ctx context.Context, p nursery.Principal, caseNo string, send int, page casework.PageRequest) (InsuranceLinesPage, error) {
	list, err := insuranceLines.Page(ctx, s.Service, p, linesFilter{caseNo, send}, page)
	number, _ := nursery.ParseCaseNumber(caseNo) // a page of what is no number is refused
	return InsuranceLinesPage{CaseNo: string(number), Send: send, Items: list.Items, Next: list.Next}, err
}

// AllInsuranceLines opens a whole batch for the insurer's workbook.
func (s *Service) AllInsuranceLines(ctx context.Context, p nursery.Principal, caseNo string, send int) (InsuranceLinesPage, error) {
	list := InsuranceLinesPage{Send: send, Items: []nursery.InsuranceLine{}}
	err := s.As(ctx, p, func(q *store.Queries) error {
		c, err := s.sentBatch(ctx, q, p, "insurance.lines", caseNo, send)
		if err != nil {
			return err
		}
		list.CaseNo = c.CaseNo
		for after := ""; ; {
			lines, err := s.openLines(ctx, q, c, send, after, rosterBatchSize)
			if err != nil {
				return err
			}
			list.Items = append(list.Items, lines...)
			if len(lines) < rosterBatchSize {
				return s.noteLines(ctx, q, p, c, list)
			}
			after = lines[len(lines)-1].Ref
		}
	})
	return list, err
}

// sentBatch reads the case of a month for its insurer; a batch not sent yet does not exist for it.
func (s *Service) sentBatch(ctx context.Context, q *store.Queries, p nursery.Principal, act, caseNo string, send int) (store.Case, error) {
	c, _, err := insuranceCase.Read(ctx, s.Service, q, p, act, caseNo)
	if err != nil {
		return c, err
	}
	_, err = q.InsuranceSend(ctx, store.InsuranceSendParams{CaseNo: c.CaseNo, Number: int32(send)})
	if store.IsNotFound(err) {
		return c, casework.NewNotFound()
	}
	if err != nil {
		return c, fmt.Errorf("read batch: %w", err)
	}
	return c, nil
}

func (s *Service) openLines(ctx context.Context, q *store.Queries, c store.Case, send int, after string, size int) ([]nursery.InsuranceLine, error) {
	if err := s.Sealing(); err != nil {
		return nil, err
	}
	rows, err := q.InsuranceLines(ctx, store.InsuranceLinesParams{CaseNo: c.CaseNo, Send: int32(send), After: after, PageSize: int32(size)})
	if err != nil {
		return nil, err
	}
	lines := make([]nursery.InsuranceLine, len(rows))
	for i, row := range rows {
		if lines[i], err = activities.OpenLine(s.Fields, row); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// noteLines logs that lines of a batch were read, once a reader and day.
func (s *Service) noteLines(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, list InsuranceLinesPage) error {
	children := make([]store.Child, len(list.Items))
	for i, l := range list.Items {
		children[i] = store.Child{ID: l.Ref, County: c.County}
	}
	return activities.NoteListReading(ctx, q, activities.Reading{
		By: p, Purpose: nursery.ReadForInsurance, Subject: nursery.ReadInsuranceSend, About: fmt.Sprintf("%s 第%d批", c.CaseNo, list.Send),
		Fields: lineFields, At: s.Now(),
	}, children...)
}

// AnswerInsurance takes a page of the insurer's answers: for each line the number of the policy, or a coded reason.
// Repeated answers count once. An answer that names no line of the batch, or contradicts an earlier one, is reported
// and changes nothing.
func (s *Service) AnswerInsurance(ctx context.Context, p nursery.Principal, key, caseNo string, in InsuranceAnswers) (InsuranceAnswered, error) {
	done, err := casework.Command(ctx, s.Service, p, key, "insurance.answer "+caseNo, in, func(q *store.Queries) (InsuranceAnswered, error) {
		done := InsuranceAnswered{Faults: []InsuranceFault{}}
		c, err := s.sentBatch(ctx, q, p, "insurance.answer", caseNo, in.Send)
		if err != nil {
			return done, err
		}
		if err := monthOpen(c); err != nil {
			return done, err
		}
		if s.Fields == nil {
			return done, casework.NewError(casework.CodeEngineUnavailable, "系统没有配置密钥，不能接收保单号。")
		}
		if err := q.Plan(ctx, store.PlanForRows); err != nil {
			return done, err
		}
		if _, err := q.LockInsuranceSend(ctx, store.LockInsuranceSendParams{CaseNo: c.CaseNo, Number: int32(in.Send)}); err != nil {
			return done, fmt.Errorf("lock batch: %w", err)
		}
		write, err := s.readAnswers(ctx, q, p, c, in, &done)
		if err != nil {
			return done, err
		}
		if len(write.Children) > 0 {
			n, err := q.AnswerLines(ctx, write)
			if err != nil {
				return done, err
			}
			done.Taken = int(n)
		}
		pending, err := q.CountAnswers(ctx, store.CountAnswersParams{CaseNo: c.CaseNo, Number: int32(in.Send), Taken: int32(done.Taken)})
		if err != nil {
			return done, err
		}
		done.Pending = int(pending)
		return done, nil
	})
	return done, err
}

// readAnswers compares the answers with the stored lines and returns those to write. It adds every fault to done.
func (s *Service) readAnswers(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, in InsuranceAnswers, done *InsuranceAnswered) (store.AnswerLinesParams, error) {
	write := store.AnswerLinesParams{
		CaseNo: c.CaseNo, Send: int32(in.Send), County: c.County, Insurer: c.Partner, AnsweredBy: p.Account, At: s.Now(),
	}
	refs := make([]string, len(in.Lines))
	for i, l := range in.Lines {
		refs[i] = l.Ref
	}
	rows, err := q.LinesByRef(ctx, store.LinesByRefParams{CaseNo: c.CaseNo, Send: int32(in.Send), Children: refs})
	if err != nil {
		return write, err
	}
	lines, seen := make(map[string]store.LinesByRefRow, len(rows)), map[string]bool{}
	for _, row := range rows {
		lines[row.Child] = row
	}
	for i, l := range in.Lines {
		fault := func(message string) {
			done.Faults = append(done.Faults, InsuranceFault{Row: i + 1, Column: "明细编号", Message: message})
		}
		answer, reason := "insured", ""
		if l.Policy == "" {
			answer, reason = "refused", string(l.Reason)
		}
		line := lines[l.Ref]
		switch {
		case (l.Policy == "") == (l.Reason == ""):
			fault("保单号和未承保原因应填写其中一项")
		case l.Policy != "" && (!casework.Printable(l.Policy) || strings.TrimSpace(l.Policy) == ""):
			fault("保单号不能这样填写")
		case !line.Known:
			fault("不是本批的明细编号")
		case seen[l.Ref]:
			fault("本次已答复过")
		case line.Answer == answer && line.Reason == reason:
			done.Repeated++
		case line.Answer != "":
			fault("以前已作不同答复")
		default:
			var policy []byte
			if l.Policy != "" {
				policy, err = s.Fields.Seal([]byte(l.Policy), policyCell(c.CaseNo, in.Send, l.Ref))
				if err != nil {
					return write, fmt.Errorf("seal policy: %w", err)
				}
			}
			write.Children, write.Answers = append(write.Children, l.Ref), append(write.Answers, answer)
			write.Reasons, write.Policies = append(write.Reasons, reason), append(write.Policies, policy)
		}
		seen[l.Ref] = true
	}
	return write, nil
}

// policyCell returns the sealed cell of the number of a child's policy.
func policyCell(caseNo string, send int, child string) sealing.Cell {
	return sealing.Cell{Table: "insurance_answers", Column: "policy", Row: fmt.Sprintf("%s/%d/%s", caseNo, send, child)}
}

// Exceptions is the list of the children of a month that could not be insured as they are, by name, for the county to settle.
// Errors: not_found, forbidden, sealing_unavailable.
var Exceptions = casework.List[ExceptionFilter, InsuranceException]{
	Indexes: []string{"insurance_roster_exceptions"},
	Read: func(ctx context.Context, r casework.ListReading[ExceptionFilter]) ([]casework.ListRow[InsuranceException], error) {
		c, _, err := insuranceCase.Read(ctx, r.Service, r.Q, r.Principal, "insurance.except", r.Filter.CaseNo)
		if err != nil {
			return nil, err
		}
		*r.Case = c
		if err := r.Service.Sealing(); err != nil {
			return nil, err
		}
		rows, err := r.Q.InsuranceExceptions(ctx, store.InsuranceExceptionsParams{CaseNo: c.CaseNo, After: r.After.ID, PageSize: r.Limit})
		lines := make([]casework.ListRow[InsuranceException], len(rows))
		for i, row := range rows {
			if lines[i].View, err = For(r.Service).exception(row); err != nil {
				return nil, err
			}
			lines[i].At.ID = row.Child
		}
		return lines, err
	},
	Complete: func(ctx context.Context, r casework.ListReading[ExceptionFilter], items []InsuranceException) error {
		children := make([]store.Child, len(items))
		for i, item := range items {
			children[i] = store.Child{ID: item.Child, County: r.Case.County}
		}
		return activities.NoteListReading(ctx, r.Q, activities.Reading{
			By: r.Principal, Purpose: nursery.ReadForInsurance, Subject: nursery.ReadExceptions, About: r.Case.CaseNo,
			Fields: []nursery.ChildField{nursery.ChildName, nursery.ChildBirth, nursery.ChildSex}, At: r.Service.Now(),
		}, children...)
	},
}

// ExceptionFilter names the insurance month of a list of exceptions.
type ExceptionFilter struct{ CaseNo string }

// exception opens the name of a child that could not be insured.
func (s *Service) exception(row store.InsuranceExceptionsRow) (InsuranceException, error) {
	name, err := s.Fields.Open(row.Name, sealing.Cell{Table: "children", Column: "name", Row: row.Child})
	one := InsuranceException{
		Child: row.Child, Name: string(name), BornOn: row.BornOn, Sex: nursery.Sex(row.Sex), Status: nursery.RosterStatus(row.Status),
		Reason: row.Reason, ReasonTitle: rosterReason(row.Reason),
	}
	if row.Decision != nil {
		one.Decision = *row.Decision
	}
	return one, err
}

// SettleExceptions takes the county's decisions on exceptions: corrected and judged once more, not eligible, or
// withdrawn. A settled exception no longer changes. A child that is no exception is reported as a fault and does not
// hold up the others.
func (s *Service) SettleExceptions(ctx context.Context, p nursery.Principal, key, caseNo string, in InsuranceResolution) (InsuranceSettled, error) {
	done, err := casework.Command(ctx, s.Service, p, key, "insurance.except "+caseNo, in, func(q *store.Queries) (InsuranceSettled, error) {
		done := InsuranceSettled{Faults: []InsuranceFault{}}
		c, _, err := insuranceCase.Lock(ctx, s.Service, q, p, "insurance.except", caseNo)
		if err == nil {
			err = monthOpen(c)
		}
		if err != nil {
			return done, err
		}
		settled, err := s.resolve(ctx, q, p, c, in, &done)
		if err != nil {
			return done, err
		}
		for i, item := range in.Items {
			if !settled[item.Child] {
				done.Faults = append(done.Faults, InsuranceFault{Row: i + 1, Column: "婴幼儿编号", Message: "不在待处理的例外之中"})
			}
		}
		open, err := q.RosterOpen(ctx, c.CaseNo)
		if err != nil {
			return done, err
		}
		done.Settled, done.Open = len(settled), int(open.Exceptions)
		return done, s.RecordEvent(ctx, q, c, p, "settled/"+casework.CompletionID(p, key), "exceptions_settled", fmt.Sprintf("处理例外 %d 名", len(settled)), false, nil)
	})
	return done, err
}

func (s *Service) resolve(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, in InsuranceResolution, done *InsuranceSettled) (map[string]bool, error) {
	write := store.ResolveExceptionsParams{CaseNo: c.CaseNo}
	consents := store.PutInsuranceConsentsParams{County: c.County, GivenOn: s.Today(), TakenBy: p.Account}
	var wrong casework.Checker
	for i, item := range in.Items {
		status, reason := string(nursery.Rostered), ""
		switch item.Outcome {
		case nursery.OutcomeCorrected:
		case nursery.OutcomeNotEligible:
			status, reason = string(nursery.Ineligible), "not_eligible"
		case nursery.OutcomeTakenOff:
			status, reason = string(nursery.TakenOff), "withdrawn"
		default:
			wrong.Add(fmt.Sprintf("/items/%d/outcome", i), "不在可选值之内")
		}
		if item.NotifiedOn.After(s.Today()) {
			wrong.Add(fmt.Sprintf("/items/%d/notified_on", i), "晚于今天")
		}
		if bad := casework.CheckText(fmt.Sprintf("/items/%d/consent", i), item.Consent, 100); bad != nil {
			wrong.Add(bad.Location, bad.Message)
		}
		write.Children, write.Statuses = append(write.Children, item.Child), append(write.Statuses, status)
		write.Reasons, write.NotifiedOn = append(write.Reasons, reason), append(write.NotifiedOn, item.NotifiedOn)
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	rows, err := q.ResolveExceptions(ctx, write)
	if err != nil {
		return nil, err
	}
	settled := make(map[string]bool, len(rows))
	for _, child := range rows {
		settled[child] = true
	}
	for _, item := range in.Items {
		if settled[item.Child] && strings.TrimSpace(item.Consent) != "" {
			consents.Children, consents.Evidence = append(consents.Children, item.Child), append(consents.Evidence, item.Consent)
		}
	}
	if len(consents.Children) > 0 {
		if err := q.PutInsuranceConsents(ctx, consents); err != nil {
			return nil, err
		}
	}
	return settled, nil
}

// rosterFilled refuses to complete a roster without children.
func rosterFilled(ctx context.Context, q *store.Queries, task store.Task, _ casework.Completion) error {
	counts, err := q.RosterCounts(ctx, task.CaseNo)
	if err == nil && len(counts) == 0 {
		return casework.NewError(casework.CodeRosterEmpty, "名册中还没有婴幼儿。")
	}
	return err
}

// everyLineAnswered refuses to complete the answers to a batch while lines are unanswered.
func everyLineAnswered(ctx context.Context, q *store.Queries, task store.Task, _ casework.Completion) error {
	sends, err := q.InsuranceSends(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	for _, send := range sends {
		if send.State == "sent" && send.Answered < send.Lines {
			return casework.NewError(casework.CodeAnswersPending, fmt.Sprintf("还有 %d 名没有答复。", send.Lines-send.Answered))
		}
	}
	return nil
}

// everyExceptionSettled refuses to complete the exceptions while some are open.
func everyExceptionSettled(ctx context.Context, q *store.Queries, task store.Task, _ casework.Completion) error {
	open, err := q.RosterOpen(ctx, task.CaseNo)
	if err == nil && open.Exceptions > 0 {
		return casework.NewError(casework.CodeExceptionsOpen, fmt.Sprintf("还有 %d 名没有处理。", open.Exceptions))
	}
	return err
}
