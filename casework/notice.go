package casework

import (
	"context"
	"errors"
	"fmt"

	"tuoyu/activities"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// Notice is a document as it would be rendered, marked as not in force. HTML is a self-contained page.
type Notice struct {
	Title string
	HTML  []byte
}

// PreviewNotice returns the documents that would be issued if the task were answered so; for an answer that needs a
// countersignature, as they would be after it. Nothing is rendered or stored. It returns none for an answer that issues
// none, and the error of Complete for one that Complete would reject.
func (s *Service) PreviewNotice(ctx context.Context, p nursery.Principal, task string, in Completion) ([]Notice, error) {
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		_, err := s.answerable(ctx, q, p, task, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	engine := &activities.Engine{DB: s.DB, Rules: s.Rules, CalendarCache: s.CalendarCache, Fields: s.Fields, PublicURL: s.PublicURL, Processes: workflows.Definitions()}
	papers, err := activities.Preview(ctx, engine, activities.Answer{
		Task: task, Outcome: in.Outcome, Said: in.Answer, Actor: p.Account, Role: p.Role, At: s.Now(),
	})
	if err != nil {
		return nil, err
	}
	notices := []Notice{}
	for _, paper := range papers {
		page, err := documents.Preview(paper)
		var missing *documents.IncompleteError
		if errors.As(err, &missing) {
			refusal := userError(CodeInvalid, paper.Kind.Title()+"还缺少内容，不能制作。")
			for _, field := range missing.Fields {
				refusal.Fields = append(refusal.Fields, FieldError{Location: "/paper/" + field, Message: "缺少"})
			}
			return nil, refusal
		}
		if err != nil {
			return nil, fmt.Errorf("preview %s: %w", paper.Kind, err)
		}
		notices = append(notices, Notice{Title: paper.Kind.Title(), HTML: page})
	}
	return notices, nil
}
