package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// OpenDocument gives an issued paper as PDF. The caller closes the reader. Error: document_pending while it is
// still being printed.
func (s *Service) OpenDocument(ctx context.Context, p nursery.Principal, id string) (Document, io.ReadCloser, error) {
	var row store.Document
	err := s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		row, err = s.documentFor(ctx, q, p, "document.read", id)
		return err
	})
	if err != nil {
		return Document{}, nil, err
	}
	if row.Sha256 == nil {
		return Document{}, nil, refuse(Conflict, CodeDocumentPending, "文书正在制作，请稍后再看。")
	}
	content, err := s.Blobs.Open(ctx, *row.Sha256)
	if err != nil {
		return Document{}, nil, fmt.Errorf("open document: %w", err)
	}
	return documentOf(row), content, nil
}

func (s *Service) documentFor(ctx context.Context, q *store.Queries, p nursery.Principal, act, id string) (store.Document, error) {
	row, err := q.DocumentByID(ctx, id)
	if store.IsNotFound(err) {
		return row, notFound()
	}
	if err != nil {
		return row, fmt.Errorf("read document: %w", err)
	}
	return row, s.may(ctx, p, act, resource{County: row.County, Institution: row.Institution})
}

// RevokeDocument takes a paper out of force, with the reason on the timeline and on its verification page.
func (s *Service) RevokeDocument(ctx context.Context, p nursery.Principal, key, id, reason string) (Document, error) {
	return s.endDocument(ctx, p, key, "document.revoke", id, reason, "revoked", func(*store.Queries, store.Document) error { return nil })
}

// Reissue prints a paper again as a new one with its own number and code; the old one is superseded, never
// silently replaced.
func (s *Service) Reissue(ctx context.Context, p nursery.Principal, key, id, reason string) (Document, error) {
	reissued, err := s.endDocument(ctx, p, key, "document.reissue", id, reason, "superseded", func(q *store.Queries, old store.Document) error {
		return s.copyPaper(ctx, q, old, completionID(p, key))
	})
	if err == nil {
		s.printAgain(ctx, reissued.CaseNo, completionID(p, key))
	}
	return reissued, err
}

func (s *Service) endDocument(ctx context.Context, p nursery.Principal, key, act, id, reason, state string,
	more func(*store.Queries, store.Document) error,
) (Document, error) {
	if strings.TrimSpace(reason) == "" {
		return Document{}, refuse(Invalid, CodeInvalid, "请写明理由。", FieldError{Location: "/reason", Message: "必填"})
	}
	ended, _, err := command(ctx, s, p, key, act+" "+id, reason, func(q *store.Queries) (Document, error) {
		row, err := s.documentFor(ctx, q, p, act, id)
		if err != nil {
			return Document{}, err
		}
		now := s.Now()
		n, err := q.EndDocument(ctx, store.EndDocumentParams{ID: id, State: state, EndedAt: &now, EndReason: reason})
		if err != nil {
			return Document{}, fmt.Errorf("end document: %w", err)
		}
		if n == 0 {
			return Document{}, refuse(Conflict, CodeDocumentEnded, "该文书已失效。")
		}
		c := store.Case{CaseNo: row.CaseNo, County: row.County, Institution: row.Institution}
		title := documents.Kind(row.Kind).Title() + " " + row.Number
		err = s.event(ctx, q, c, p, "document/"+completionID(p, key), "document_"+state, title+"："+reason, false, map[string]string{"document": id})
		if err != nil {
			return Document{}, err
		}
		if err := more(q, row); err != nil {
			return Document{}, err
		}
		row.State, row.EndedAt, row.EndReason = state, &now, reason
		return documentOf(row), nil
	})
	return ended, err
}

func (s *Service) copyPaper(ctx context.Context, q *store.Queries, old store.Document, id string) error {
	var paper documents.Paper
	if err := json.Unmarshal(old.Content, &paper); err != nil {
		return fmt.Errorf("decode paper: %w", err)
	}
	info, ok := paper.Kind.Info()
	if !ok {
		return fmt.Errorf("unknown kind of paper %q", paper.Kind)
	}
	today := s.today()
	number, err := q.NextNumber(ctx, store.NextNumberParams{Prefix: info.Prefix, County: old.County, Year: int32(today.Year)})
	if err != nil {
		return fmt.Errorf("next document number: %w", err)
	}
	was := string(paper.VerificationCode)
	paper.VerificationCode, paper.IssuedOn = documents.NewCode(), today
	paper.VerifyURL = strings.TrimSuffix(paper.VerifyURL, was) + string(paper.VerificationCode)
	paper.Number = documents.FormatNumber(paper.CountyName, paper.Kind, today.Year, int(number))
	content, err := json.Marshal(paper)
	if err != nil {
		return fmt.Errorf("encode paper: %w", err)
	}
	err = q.InsertDocument(ctx, store.InsertDocumentParams{
		ID: "D" + id, CaseNo: old.CaseNo, County: old.County, Institution: old.Institution, Kind: old.Kind,
		Number: paper.Number, Code: string(paper.VerificationCode), Content: content, IssuedOn: today, CreatedAt: s.Now(),
	})
	if err != nil {
		return fmt.Errorf("insert document: %w", err)
	}
	return nil
}

// printAgain asks the engine for the case's papers; the workflow may have ended, so it is one of its own.
func (s *Service) printAgain(ctx context.Context, caseNo, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startWithin)
	defer cancel()
	if err := workflows.StartPrinting(ctx, s.Temporal, caseNo, id); err != nil {
		s.Log.WarnContext(ctx, "printing not started", "error", err)
	}
}

// Verify says whether a paper with this code is genuine and in force. A code that is none, or that no paper has,
// is an answer and no error.
func (s *Service) Verify(ctx context.Context, code string) (VerifiedPaper, error) {
	parsed, err := documents.ParseCode(code)
	if err != nil {
		return VerifiedPaper{}, nil
	}
	var v VerifiedPaper
	err = s.DB.AsPublic(ctx, string(parsed), func(q *store.Queries) error {
		row, err := q.DocumentByCode(ctx, string(parsed))
		if store.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read document: %w", err)
		}
		var paper documents.Paper
		if err := json.Unmarshal(row.Content, &paper); err != nil {
			return fmt.Errorf("decode paper: %w", err)
		}
		v = VerifiedPaper{
			Genuine: true, InForce: row.State == "in_force" || row.State == "pending", State: row.State,
			Title: paper.Kind.Title(), Number: row.Number, Institution: paper.Addressee, County: paper.CountyName,
			IssuedOn: row.IssuedOn, EndReason: row.EndReason,
		}
		if row.EndedAt != nil {
			v.EndedOn = nursery.DateOf(*row.EndedAt)
		}
		if row.Sha256 != nil {
			v.SHA256 = *row.Sha256
		}
		return nil
	})
	return v, err
}
