package filing

import (
	"context"
	"fmt"
	"slices"
	"strconv"

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
		d.Files, err = s.ReadableFiles(ctx, q, p, attachmentsOf(*d.Application), c.Institution)
	}
	return err
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
		readable, err := s.ReadableFiles(ctx, q, p, []string{attachment}, c.Institution)
		if err != nil {
			return err
		}
		if len(readable) == 0 {
			return casework.NewNotFound()
		}
		return q.SeePaper(ctx, store.SeePaperParams{Account: p.Account, CaseNo: caseNo, Attachment: attachment, SeenAt: s.Now()})
	})
}

// sawVersion returns the name under which a version of an application is recorded among the papers that somebody has viewed.
func sawVersion(version int) string { return fmt.Sprintf("v%06d", version) }

// SinceLook returns what differs between an application and the version that p viewed last before it, and which version that was; zero for
// none. It records that p has viewed the application.
func (s *Service) SinceLook(ctx context.Context, p nursery.Principal, c casework.CaseDetail) (changed []string, version int, err error) {
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		now := sawVersion(c.Version)
		last, err := q.VersionSeen(ctx, store.VersionSeenParams{Account: p.Account, CaseNo: c.CaseNo, Before: now})
		if err != nil {
			return err
		}
		if err := q.SeePaper(ctx, store.SeePaperParams{Account: p.Account, CaseNo: c.CaseNo, Attachment: now, SeenAt: s.Now()}); err != nil || last == "" {
			return err
		}
		if version, err = strconv.Atoi(last[1:]); err != nil {
			return err
		}
		changed, err = sinceVersion(ctx, q, c.CaseNo, int32(version), *c.Application)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read what was seen of an application: %w", err)
	}
	return changed, version, nil
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
