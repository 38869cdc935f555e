package casework

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PublicStatus returns the progress of a case to a caller with its number and tracking code. A wrong number, a wrong
// code and a malformed one get the same answer after the same work.
func (s *Service) PublicStatus(ctx context.Context, caseNo, code string) (PublicCase, error) {
	denied := NewError(CodeNotFound, "办件编号或查询码不正确。")
	number, numberErr := nursery.ParseCaseNumber(caseNo)
	parsed, codeErr := documents.ParseCode(code)
	given := sha256.Sum256([]byte(parsed))
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return PublicCase{}, err
	}
	var view PublicCase
	err = s.DB.AsPublic(ctx, string(number), func(q *store.Queries) error {
		c, err := q.CaseByNumber(ctx, string(number))
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read case: %w", err)
		}
		known := make([]byte, sha256.Size)
		copy(known, c.TrackingHash)
		matches := subtle.ConstantTimeCompare(known, given[:]) == 1
		if err != nil || numberErr != nil || codeErr != nil || !matches {
			return denied
		}
		view = publicCase(s.summary(c, years), stagesOf(c))
		rows, err := q.DocumentsOfCase(ctx, c.CaseNo)
		if err != nil {
			return err
		}
		for _, row := range rows {
			view.Papers = append(view.Papers, PublicPaper{
				Title: paperTitle(row.Kind), Number: row.Number, IssuedOn: row.IssuedOn, State: row.State,
			})
		}
		events, err := q.EventsOfCase(ctx, store.EventsOfCaseParams{CaseNo: c.CaseNo})
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Kind != "comment" {
				view.Timeline = append(view.Timeline, PublicEvent{Note: e.Note, At: e.At})
			}
		}
		return nil
	})
	if err != nil {
		return PublicCase{}, err
	}
	return view, nil
}

func publicCase(c CaseSummary, stages []StageTitle) PublicCase {
	return PublicCase{
		CaseNo: c.CaseNo, Title: c.Title, County: nursery.CountyName(c.County), Stage: c.Stage, StageTitle: c.StageTitle, Stages: stages,
		Next: StageOf(c.Kind, string(c.Stage)).Next, HolderTitle: c.HolderTitle, DueOn: c.DueOn, DueProvisional: c.DueProvisional, DaysLeft: c.DaysLeft,
		Papers: []PublicPaper{}, Timeline: []PublicEvent{},
	}
}
