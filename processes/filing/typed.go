package filing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Typed is what was typed into a section of a draft while some of it is faulty: the values of the form and the faults.
type Typed struct {
	Values url.Values            `json:"values"`
	Faults []casework.FieldError `json:"faults"`
}

// SaveSection saves a draft like CorrectFiling, and in the same transaction what was typed into a section whose faulty values
// in.Application lacks; without faults it deletes what was typed there before. A draft with a faulty section is not submitted.
// Errors: those of CorrectFiling.
func (s *Service) SaveSection(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.Correction, name string, typed Typed) (casework.Corrected, error) {
	return s.correct(ctx, p, key, caseNo, in, func(q *store.Queries, c store.Case) error {
		if len(typed.Faults) == 0 {
			return q.DropDraftSection(ctx, store.DropDraftSectionParams{CaseNo: c.CaseNo, Section: name})
		}
		if c.Status != string(nursery.CaseDraft) {
			return casework.NewError(casework.CodeInvalid, "填写有误的内容只能保存在草稿中。", typed.Faults...)
		}
		input, err := json.Marshal(typed)
		if err != nil {
			return fmt.Errorf("encode section: %w", err)
		}
		return q.PutDraftSection(ctx, store.PutDraftSectionParams{
			CaseNo: c.CaseNo, Section: name, County: c.County, Institution: c.Institution, Input: input, SavedBy: p.Account, SavedAt: s.Now(),
		})
	})
}

// TypedSections returns what was typed into the sections of a draft that have faults, by their names.
func (s *Service) TypedSections(ctx context.Context, p nursery.Principal, caseNo string) (map[string]Typed, error) {
	var typed map[string]Typed
	err := s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		typed, err = typedSections(ctx, q, caseNo)
		return err
	})
	return typed, err
}

func typedSections(ctx context.Context, q *store.Queries, caseNo string) (map[string]Typed, error) {
	rows, err := q.DraftSections(ctx, caseNo)
	if err != nil {
		return nil, fmt.Errorf("read sections with faults: %w", err)
	}
	sections := make(map[string]Typed, len(rows))
	for _, row := range rows {
		var typed Typed
		if err := json.Unmarshal(row.Input, &typed); err != nil {
			return nil, fmt.Errorf("decode section: %w", err)
		}
		sections[row.Section] = typed
	}
	return sections, nil
}

// noFaultyValues returns an error with each faulty value of a draft, which is to be corrected before the draft is submitted.
func noFaultyValues(ctx context.Context, q *store.Queries, caseNo string) error {
	sections, err := typedSections(ctx, q, caseNo)
	if err != nil {
		return err
	}
	var faults []casework.FieldError
	for _, part := range filingSections {
		for _, f := range sections[part.Name].Faults {
			faults = append(faults, casework.FieldError{Location: "/application" + f.Location, Message: part.Title + "：" + f.Message})
		}
	}
	if len(faults) > 0 {
		return casework.NewError(casework.CodeInvalid, "草稿中还有填写有误的内容，请改正后提交。", faults...)
	}
	return nil
}
