package procedure

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/drawing"
	"tuoyu/procedures/published"
)

// Drawings are the pictures of a revision and of the one that it was compared with.
type Drawings struct {
	Before string // empty: it is the first one
	After  string // with what was added, changed and removed marked
}

// Drawings draws a revision, published or not, beside the one before. Errors: not_found, forbidden.
func (s *Service) Drawings(ctx context.Context, p nursery.Principal, id, before string) (d Drawings, err error) {
	after, err := s.revisionFiles(ctx, p, id)
	if err != nil {
		return d, err
	}
	marks := drawing.Marks{ID: "after"}
	if before != "" {
		if marks.Before, err = s.revisionFiles(ctx, p, before); err != nil {
			return d, err
		}
		d.Before = drawing.SVG(marks.Before, drawing.Marks{ID: "before"})
	}
	d.After = drawing.SVG(after, marks)
	return d, nil
}

// revisionFiles reads the procedure of a revision from its files.
func (s *Service) revisionFiles(ctx context.Context, p nursery.Principal, id string) (*procedures.Procedure, error) {
	archive, err := s.Files(ctx, p, id)
	if err != nil {
		return nil, err
	}
	files, err := published.Unpack(archive)
	if err != nil {
		return nil, fmt.Errorf("read files of revision %s: %w", id, err)
	}
	loaded, problems := procedures.Load(ctx, files, s.Catalogue.Options())
	if loaded == nil {
		return nil, casework.NewError(CodeRevision, fmt.Sprintf("这个版本的文件现在不能读取（%d 处问题）。", len(problems)))
	}
	return loaded, nil
}
