package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ApproveChange files a change (托育机构登记和备案办法(试行) art. 10): it updates the register, supersedes the old receipt, and
// requests a receipt of the change.
func (e *Engine) ApproveChange(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		before, err := s.q.InstitutionForStep(ctx, s.c.Institution)
		if err != nil {
			return err
		}
		receipt, err := s.lastDocument(ctx, FilingReceipt, FilingChange)
		if err != nil {
			return err
		}
		var was nursery.Application
		if err := json.Unmarshal(before.Application, &was); err != nil {
			return fmt.Errorf("decode filed application: %w", err)
		}
		is, err := e.declared(ctx, s)
		if err != nil {
			return err
		}
		if err := s.fileInstitution(ctx, *before.FilingCase, before.FiledOn); err != nil {
			return err
		}
		if err := NoteFiling(ctx, s.q, *before.FilingCase, s.c.CaseNo, s.at); err != nil {
			return err
		}
		if err := s.endPapers(ctx, "superseded", "变更备案", FilingReceipt, FilingChange); err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, FilingChange, &ChangeContent{EffectiveOn: s.today(), RelatedNumber: receipt.Number, Changes: filedChanges(was, is)})
		if err != nil {
			return err
		}
		if err := s.endClocks(ctx, years, ClockReceipt); err != nil {
			return err
		}
		s.end(nursery.StageChanged)
		return s.record(ctx, in.event("changed", "变更已备案"))
	})
}

// RefuseChange ends a change or a cancellation that the reviewer rejected, with the reason.
func (e *Engine) RefuseChange(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		var said struct {
			Reason string `json:"reason"`
		}
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		s.end(nursery.StageRefused)
		return s.record(ctx, in.event("refused", said.Reason))
	})
}

// Cancel cancels the institution's filing (托育机构管理规范(试行) art. 7): it revokes the receipts, and notifies and publishes
// the cancellation.
func (e *Engine) Cancel(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		row, err := s.q.LatestApplication(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		var asked nursery.Cancellation
		if err := json.Unmarshal(row.Facts, &asked); err != nil {
			return fmt.Errorf("decode cancellation: %w", err)
		}
		receipt, err := s.lastDocument(ctx, FilingReceipt, FilingChange)
		if err != nil {
			return err
		}
		if err := s.endPapers(ctx, "revoked", "注销备案", FilingReceipt, FilingChange, FilingBasicConditions); err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, FilingCancellation, &CancellationContent{
			EffectiveOn: s.today(), RelatedNumber: receipt.Number, Reason: asked.Reason, Arrangement: asked.Plan,
		})
		if err != nil {
			return err
		}
		if err := s.publish(ctx, "cancellation", "注销备案", "该机构已注销备案。"); err != nil {
			return err
		}
		if err := s.setInstitution(ctx, "cancelled"); err != nil {
			return err
		}
		if s.c.ParentCase != nil {
			if err := NoteFiling(ctx, s.q, *s.c.ParentCase, s.c.CaseNo, s.at); err != nil {
				return err
			}
		}
		if err := s.endClocks(ctx, years, ClockReceipt); err != nil {
			return err
		}
		s.end(nursery.StageCancelled)
		return s.record(ctx, in.event("cancelled", "已注销备案"))
	})
}

func (s *step) endPapers(ctx context.Context, state, reason string, kinds ...definition.Paper) error {
	err := s.q.EndDocuments(ctx, store.EndDocumentsParams{
		Institution: s.c.Institution, Kinds: paperKinds(kinds), State: state, EndedAt: &s.at, EndReason: reason,
	})
	if err != nil {
		return fmt.Errorf("end papers as %s: %w", state, err)
	}
	return nil
}

// filedChanges lists the filed items that differ, as printed on the receipt of a change.
func filedChanges(was, is nursery.Application) []FiledChange {
	items := []struct{ item, before, after string }{
		{"机构名称", was.Institution.Name, is.Institution.Name},
		{"统一社会信用代码", was.Institution.USCC, is.Institution.USCC},
		{"机构地址", was.Institution.Address, is.Institution.Address},
		{"联系电话", was.Institution.Phone, is.Institution.Phone},
		{"机构性质", was.Institution.Nature.Title(), is.Institution.Nature.Title()},
		{"服务形式", formTitles(was.ServiceForms), formTitles(is.ServiceForms)},
		{"托位数", strconv.Itoa(was.Seats()), strconv.Itoa(is.Seats())},
		{"班级设置", classTitles(was.Classes), classTitles(is.Classes)},
		{"负责人", heads(was.Staff), heads(is.Staff)},
	}
	var changes []FiledChange
	for _, i := range items {
		if i.before != i.after {
			changes = append(changes, FiledChange{Item: i.item, Before: i.before, After: i.after})
		}
	}
	if len(changes) == 0 {
		changes = []FiledChange{{Item: "其他备案事项", Before: "原备案内容", After: "以本次申报内容为准"}}
	}
	return changes
}

func formTitles(forms []nursery.ServiceForm) string {
	titles := make([]string, len(forms))
	for i, f := range forms {
		titles[i] = f.Title()
	}
	return strings.Join(titles, "、")
}

func classTitles(classes []nursery.Class) string {
	titles := make([]string, len(classes))
	for i, c := range classes {
		seats := 0
		if c.Seats != nil {
			seats = *c.Seats
		}
		titles[i] = fmt.Sprintf("%s %d 个托位", c.Kind.Title(), seats)
	}
	return strings.Join(titles, "；")
}

func heads(staff []nursery.Staff) string {
	var numbers []string
	for _, s := range staff {
		if s.Post == nursery.Head {
			numbers = append(numbers, s.Number)
		}
	}
	return strings.Join(numbers, "、")
}

// changeNames are the activities of changes and cancellations of filings.
func changeNames(e *Engine) []Named {
	return []Named{
		{"ApproveChange", e.ApproveChange, ""},
		{"RefuseChange", e.RefuseChange, ""},
		{"Cancel", e.Cancel, ""},
	}
}
