package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ReadableFiles returns those of some files of an institution that p may open, in their order.
func (s *Service) ReadableFiles(ctx context.Context, q *store.Queries, p nursery.Principal, ids []string, institution string) ([]Attachment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := q.AttachmentsOf(ctx, store.AttachmentsOfParams{Ids: ids, Institution: institution})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b store.Attachment) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	var files []Attachment
	judged := map[[4]string]bool{} // papers of one case have the same result
	for _, row := range rows {
		about := [4]string{deref(row.Child), deref(row.CaseNo), deref(row.Sheet), row.UploadedBy}
		readable, known := judged[about]
		if !known {
			err := s.AuthorizeRead(ctx, q, p, row)
			var refused *Error
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
		files = append(files, AttachmentOf(row))
	}
	return files, nil
}

// Files returns those of some files of an institution that p may open, such as those of a form that was not submitted
// yet.
func (s *Service) Files(ctx context.Context, p nursery.Principal, institution string, ids []string) (files []Attachment, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		files, err = s.ReadableFiles(ctx, q, p, ids, institution)
		return err
	})
	return files, err
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
