// Package public has what anybody may read without signing in: the guide of a kind of case, how its office is reached, and the progress of a
// case whose tracking code is known.
package public

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"time"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Status returns the progress of a case to a caller with its number and tracking code. A wrong number, a wrong
// code and a malformed one get the same answer after the same work.
func Status(ctx context.Context, s *casework.Service, caseNo, code string) (PublicCase, error) {
	denied := casework.NewError(casework.CodeNotFound, "办件编号或查询码不正确。")
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
		view = publicCase(s.Summary(c, years), casework.StagesOf(c))
		rows, err := q.DocumentsOfCase(ctx, c.CaseNo)
		if err != nil {
			return err
		}
		for _, row := range rows {
			view.Papers = append(view.Papers, PublicPaper{
				Title: casework.PaperTitle(row.Kind), Number: row.Number, IssuedOn: row.IssuedOn, State: row.State,
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

// PublicCase is what an applicant may see without signing in.
type PublicCase struct {
	CaseNo         string                `json:"case_no"`
	Title          string                `json:"title"`
	County         string                `json:"county"`
	Stage          nursery.Stage         `json:"stage"`
	StageTitle     string                `json:"stage_title"`
	Stages         []casework.StageTitle `json:"stages"`
	HolderTitle    string                `json:"holder_title,omitempty"`
	DueOn          nursery.Date          `json:"due_on,omitzero"`
	DueProvisional bool                  `json:"due_provisional,omitempty"`
	DaysLeft       *int                  `json:"days_left,omitempty"`
	Next           string                `json:"next,omitempty"`
	Papers         []PublicPaper         `json:"papers"`
	Timeline       []PublicEvent         `json:"timeline"`
}

// PublicPaper is a paper as its holder may see it without signing in.
type PublicPaper struct {
	Title    string       `json:"title"`
	Number   string       `json:"number"`
	IssuedOn nursery.Date `json:"issued_on"`
	State    string       `json:"state"`
}

// PublicEvent is a line of the timeline without names.
type PublicEvent struct {
	Note string    `json:"note"`
	At   time.Time `json:"at"`
}

func publicCase(c casework.CaseSummary, stages []casework.StageTitle) PublicCase {
	return PublicCase{
		CaseNo: c.CaseNo, Title: c.Title, County: nursery.CountyName(c.County), Stage: c.Stage, StageTitle: c.StageTitle, Stages: stages,
		Next: casework.StageOf(c.Kind, string(c.Stage)).Next, HolderTitle: c.HolderTitle, DueOn: c.DueOn, DueProvisional: c.DueProvisional, DaysLeft: c.DaysLeft,
		Papers: []PublicPaper{}, Timeline: []PublicEvent{},
	}
}
