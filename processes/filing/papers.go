package filing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// attachmentsOf lists the distinct files of an application's papers, in their order.
func attachmentsOf(a nursery.Application) (ids []string) {
	for _, p := range a.Papers {
		if p.Attachment != "" && !slices.Contains(ids, p.Attachment) {
			ids = append(ids, p.Attachment)
		}
	}
	return ids
}

// fillFiles adds the names of the files of the application's papers that p may open.
func (s *Service) fillFiles(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, d *casework.CaseDetail) (err error) {
	if d.Application != nil {
		d.Files, err = s.filesOf(ctx, q, p, attachmentsOf(*d.Application), c.Institution)
	}
	return err
}

// filesOf returns those of some files of an institution that p may open, in their order.
func (s *Service) filesOf(ctx context.Context, q *store.Queries, p nursery.Principal, ids []string, institution string) ([]casework.Attachment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := q.AttachmentsOf(ctx, store.AttachmentsOfParams{Ids: ids, Institution: institution})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b store.Attachment) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	var files []casework.Attachment
	judged := map[[3]string]bool{} // papers of one case have the same result
	for _, row := range rows {
		about := [3]string{deref(row.Child), deref(row.CaseNo), row.UploadedBy}
		readable, known := judged[about]
		if !known {
			err := s.AuthorizeRead(ctx, q, p, row)
			var refused *casework.Error
			if err != nil && !errors.As(err, &refused) {
				return nil, err
			}
			readable = err == nil
			judged[about] = readable
		}
		if !readable {
			continue
		}
		row.Name, err = activities.FileName(s.Fields, row)
		if errors.Is(err, activities.ErrNoKeyset) {
			continue // it cannot be opened either
		}
		if err != nil {
			return nil, fmt.Errorf("read name of %s: %w", row.ID, err)
		}
		files = append(files, casework.AttachmentOf(row))
	}
	return files, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Files returns those of some files of an institution that p may open, such as those of a form that was not submitted
// yet.
func (s *Service) Files(ctx context.Context, p nursery.Principal, institution string, ids []string) (files []casework.Attachment, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		files, err = s.filesOf(ctx, q, p, ids, institution)
		return err
	})
	return files, err
}

// SeePaper records that p has viewed a paper of a case's application. Repeating it has no effect.
func (s *Service) SeePaper(ctx context.Context, p nursery.Principal, caseNo, attachment string) error {
	return s.DB.As(ctx, p, func(q *store.Queries) error {
		c, err := casework.CaseOf(ctx, q.CaseByNumber, caseNo)
		if err != nil {
			return err
		}
		if err := s.AuthorizeCase(ctx, p, "case.read", c); err != nil {
			return err
		}
		a, _, err := latestApplication(ctx, q, caseNo)
		if store.IsNotFound(err) || err == nil && !slices.Contains(attachmentsOf(a), attachment) {
			return casework.NewNotFound()
		}
		if err != nil {
			return err
		}
		readable, err := s.filesOf(ctx, q, p, []string{attachment}, c.Institution)
		if err != nil {
			return err
		}
		if len(readable) == 0 {
			return casework.NewNotFound()
		}
		return q.SeePaper(ctx, store.SeePaperParams{Account: p.Account, CaseNo: caseNo, Attachment: attachment, SeenAt: s.Now()})
	})
}

// PapersSeen lists the papers of a case that p has viewed.
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
