package casework

import (
	"context"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// News is what happened last in a case since its people looked.
type News struct {
	ID      int64 // of the event
	CaseNo  string
	Title   string
	Subject string
	Text    string
	At      time.Time
}

// newsFor is how long something is news.
const newsFor = 30 * 24 * time.Hour

// News returns the newest event of each case that is p's and in which somebody else has done something since p last looked, the newest
// first and at most 50: the cases of p's institution, clinic or insurer, or those of the tasks that p has taken. Errors: forbidden.
func (s *Service) News(ctx context.Context, p nursery.Principal) ([]News, error) {
	if err := s.Authorize(ctx, p, "case.list", Resource{}); err != nil {
		return nil, err
	}
	list := []News{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		seen, err := q.NewsLook(ctx, p.Account)
		if err != nil {
			return err
		}
		if err := q.Plan(ctx, store.PlanForRows); err != nil {
			return err
		}
		of := store.NewsParams{Account: p.Account, After: seen, Since: s.Now().Add(-newsFor), WithInternal: readsInternal(p)}
		switch {
		case p.Role == nursery.RoleInstitution:
			of.Institution = p.Institution
		case p.Role.Partner():
			of.Partner = p.Institution
		}
		rows, err := q.News(ctx, of)
		for _, row := range rows {
			text := Event{Kind: row.Kind, Note: row.Note}.Text()
			list = append(list, News{row.ID, row.CaseNo, titleOf(nursery.CaseKind(row.CaseKind)), row.Subject, text, row.At})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read news: %w", err)
	}
	return list, nil
}

// SeeNews has p seen what happened up to an event. Errors: forbidden.
func (s *Service) SeeNews(ctx context.Context, p nursery.Principal, key string, event int64) error {
	return Perform(ctx, s, p, key, "news.seen", event, func(q *store.Queries) error {
		if err := s.Authorize(ctx, p, "case.list", Resource{}); err != nil {
			return err
		}
		return q.PutNewsLook(ctx, store.PutNewsLookParams{Account: p.Account, Event: event, LookedAt: s.Now()})
	})
}

// CountDrafts returns the number of cases that p's institution has begun and not submitted. Errors: forbidden.
func (s *Service) CountDrafts(ctx context.Context, p nursery.Principal) (int64, error) {
	if err := s.Authorize(ctx, p, "case.list", Resource{}); err != nil {
		return 0, err
	}
	return ReadAs(ctx, s, p, func(q *store.Queries) (int64, error) { return q.CountDrafts(ctx, p.Institution) })
}

// Hit is an institution that a search found.
type Hit struct{ ID, Name, County string }

const (
	hitsMost   = 10 // institutions
	casesOf    = 3  // institutions whose cases are shown
	casesShown = 5  // of each
)

// SearchAll finds institutions and cases by what was typed: the number of a case or its beginning, or a part of the name of an institution,
// its identifier or credit code, with the newest cases of the first institutions. More reports that there may be others.
func (s *Service) SearchAll(ctx context.Context, p nursery.Principal, typed string) (found []Hit, cases []CaseSummary, more bool, err error) {
	if err := CheckSearch(typed); err != nil {
		return nil, nil, false, err
	}
	search := ReadSearch(typed)
	if search.CaseNo != "" {
		list, err := Cases.Page(ctx, s, p, CaseFilter{Query: typed}, PageRequest{Limit: hitsMost})
		return nil, list.Items, list.Next != "", err
	}
	if err := s.Authorize(ctx, p, "institution.list", Resource{}); err != nil {
		return nil, nil, false, err
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.Institutions(ctx, store.InstitutionsParams{County: CountyOf(p, ""), Search: search.Text, PageSize: hitsMost})
		for _, row := range rows {
			found = append(found, Hit{row.ID, row.Name, row.County})
		}
		return err
	})
	for _, of := range found[:min(casesOf, len(found))] {
		if err != nil {
			break
		}
		var list Page[CaseSummary]
		list, err = Cases.Page(ctx, s, p, CaseFilter{Institution: of.ID}, PageRequest{Limit: casesShown})
		cases = append(cases, list.Items...)
	}
	if err != nil {
		return nil, nil, false, fmt.Errorf("search: %w", err)
	}
	return found, cases, true, nil
}
