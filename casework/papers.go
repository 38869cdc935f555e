package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tuoyu/nursery"
	"tuoyu/store"
)

// attachmentsOf lists the files of an application's papers, each once, in their order.
func attachmentsOf(a nursery.Application) (ids []string) {
	for _, p := range a.Papers {
		if p.Attachment != "" && !slices.Contains(ids, p.Attachment) {
			ids = append(ids, p.Attachment)
		}
	}
	return ids
}

// fillFiles names the files of the application's papers to those who may open them.
func (s *Service) fillFiles(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, d *CaseDetail) error {
	if d.Application == nil {
		return nil
	}
	ids := attachmentsOf(*d.Application)
	if len(ids) == 0 {
		return nil
	}
	err := s.mayOn(ctx, p, "attachment.read", c)
	var refused *Error
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return err
	}
	d.Files, err = filesOf(ctx, q, ids, c.Institution)
	return err
}

func filesOf(ctx context.Context, q *store.Queries, ids []string, institution string) ([]Attachment, error) {
	rows, err := q.AttachmentsOf(ctx, store.AttachmentsOfParams{Ids: ids, Institution: institution})
	if err != nil {
		return nil, fmt.Errorf("read attachments: %w", err)
	}
	slices.SortFunc(rows, func(a, b store.Attachment) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	files := make([]Attachment, len(rows))
	for i, row := range rows {
		files[i] = attachmentOf(row)
	}
	return files, nil
}

// Files names those of some files of an institution that p may open, such as a form holds that was not sent yet.
func (s *Service) Files(ctx context.Context, p nursery.Principal, county, institution string, ids []string) (files []Attachment, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	r, err := s.ofInstitution(ctx, p, county, institution)
	if err != nil {
		return nil, err
	}
	err = s.may(ctx, p, actOnFile("read", institution), r)
	var refused *Error
	if errors.As(err, &refused) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		files, err = filesOf(ctx, q, ids, institution)
		return err
	})
	return files, err
}

// SeePaper notes that p has looked at a paper of a case's application. Noted again, it stays as it was.
func (s *Service) SeePaper(ctx context.Context, p nursery.Principal, caseNo, attachment string) error {
	return s.DB.As(ctx, p, func(q *store.Queries) error {
		c, err := caseOf(ctx, q.CaseByNumber, caseNo)
		if err != nil {
			return err
		}
		if err := s.mayOn(ctx, p, "attachment.read", c); err != nil {
			return err
		}
		a, _, err := latestApplication(ctx, q, caseNo)
		if store.IsNotFound(err) || err == nil && !slices.Contains(attachmentsOf(a), attachment) {
			return notFound()
		}
		if err != nil {
			return err
		}
		err = q.SeePaper(ctx, store.SeePaperParams{Account: p.Account, CaseNo: caseNo, Attachment: attachment, SeenAt: s.Now()})
		if err != nil {
			return fmt.Errorf("note paper as seen: %w", err)
		}
		return nil
	})
}

// PapersSeen lists the papers of a case that p has looked at.
func (s *Service) PapersSeen(ctx context.Context, p nursery.Principal, caseNo string) (seen []string, err error) {
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		seen, err = q.PapersSeen(ctx, store.PapersSeenParams{Account: p.Account, CaseNo: caseNo})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read papers seen: %w", err)
	}
	return seen, nil
}
