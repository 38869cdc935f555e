package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"tuoyu/activities"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/procedures/steps"
	"tuoyu/store"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
)

// OpenDocument returns an issued document and its PDF. The caller must close the reader. Errors: document_pending while
// it is being printed, document_unprintable if it cannot be printed.
func (s *Service) OpenDocument(ctx context.Context, p nursery.Principal, id string) (Document, io.ReadCloser, error) {
	var row store.Document
	err := s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		row, err = s.documentFor(ctx, q, p, "document.read", id)
		return err
	})
	if err != nil {
		return Document{}, nil, err
	}
	if row.Fault != "" {
		return Document{}, nil, NewError(CodeDocumentUnprintable, "这份文书不能制发。"+row.Fault+"请办理机关更正后重新制发。")
	}
	if row.Sha256 == nil {
		return Document{}, nil, NewError(CodeDocumentPending, "文书正在制作，请稍后再看。")
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
		return row, NewNotFound()
	}
	if err != nil {
		return row, fmt.Errorf("read document: %w", err)
	}
	r := Resource{County: row.County, Institution: row.Institution}
	if p.Role.Partner() {
		c, err := q.CaseByNumber(ctx, row.CaseNo)
		if err != nil {
			return row, err
		}
		r.Partner = c.Partner
	}
	return row, s.Authorize(ctx, p, act, r)
}

// RevokeDocument takes a paper out of force, with the reason on the timeline and on its verification page.
func (s *Service) RevokeDocument(ctx context.Context, p nursery.Principal, key, id, reason string) (Document, error) {
	revoked, err := Command(ctx, s, p, key, "document.revoke "+id, reason, func(q *store.Queries) (Document, error) {
		old, err := s.paperInForce(ctx, q, p, "document.revoke", id, reason)
		if err != nil {
			return Document{}, err
		}
		return s.endPaper(ctx, q, p, key, old, "revoked", reason)
	})
	return revoked, err
}

// Reissue issues a copy of a document with its own number and code, and returns it. The old document is marked
// superseded by that number and is never silently replaced.
func (s *Service) Reissue(ctx context.Context, p nursery.Principal, key, id, reason string) (Document, error) {
	return Command(ctx, s, p, key, "document.reissue "+id, reason, func(q *store.Queries) (Document, error) {
		old, err := s.paperInForce(ctx, q, p, "document.reissue", id, reason)
		if err != nil {
			return Document{}, err
		}
		successor, err := s.copyPaper(ctx, q, old, CompletionID(p, key))
		if err != nil {
			return Document{}, err
		}
		if _, err := s.endPaper(ctx, q, p, key, old, "superseded", reason+"（由 "+successor.Number+" 取代）"); err != nil {
			return Document{}, err
		}
		q.AfterCommit(func() { s.printAgain(ctx, CompletionID(p, key)) })
		return successor, s.keepPrinting(ctx, q, old, CompletionID(p, key))
	})
}

// paperInForce reads a paper that an act is to end.
func (s *Service) paperInForce(ctx context.Context, q *store.Queries, p nursery.Principal, act, id, reason string) (store.Document, error) {
	row, err := s.documentFor(ctx, q, p, "document.read", id)
	if err != nil {
		return row, err
	}
	if err := s.Authorize(ctx, p, act, Resource{County: row.County, Institution: row.Institution}); err != nil {
		return row, err
	}
	if wrong := NeedText("/reason", reason, 300); wrong != nil {
		return row, NewError(CodeInvalid, "请写明理由。", *wrong)
	}
	return row, nil
}

// endPaper takes a document out of force and records it on the timeline.
func (s *Service) endPaper(ctx context.Context, q *store.Queries, p nursery.Principal, key string, row store.Document, state, reason string) (Document, error) {
	now := s.Now()
	n, err := q.EndDocument(ctx, store.EndDocumentParams{ID: row.ID, State: state, EndedAt: &now, EndReason: reason})
	if err != nil {
		return Document{}, err
	}
	if n == 0 {
		return Document{}, NewError(CodeDocumentEnded, "该文书已失效。")
	}
	c := store.Case{CaseNo: row.CaseNo, County: row.County, Institution: row.Institution}
	note := PaperTitle(row.Kind) + " " + row.Number + "：" + reason
	err = s.RecordEvent(ctx, q, c, p, "document/"+CompletionID(p, key), "document_"+state, note, false, map[string]string{"document": row.ID})
	if err != nil {
		return Document{}, err
	}
	row.State, row.EndedAt, row.EndReason = state, &now, reason
	return documentOf(row), nil
}

// copyPaper orders a copy of a document with the text as it was decided, and a number, a code and a date of its own.
func (s *Service) copyPaper(ctx context.Context, q *store.Queries, old store.Document, id string) (Document, error) {
	paper, err := readPaper(old)
	if err != nil {
		return Document{}, err
	}
	head, today := paper.Common(), s.Today()
	number, err := q.TakeNumbers(ctx, store.TakeNumbersParams{Prefix: paper.Prefix, County: old.County, Year: int32(today.Year), Numbers: 1})
	if err != nil {
		return Document{}, err
	}
	was := string(head.VerificationCode)
	head.VerificationCode, head.IssuedOn = documents.NewCode(), today
	head.VerifyURL = strings.TrimSuffix(head.VerifyURL, was) + string(head.VerificationCode)
	head.Number = documents.FormatNumber(head.CountyName, paper.Prefix, today.Year, int(number))
	content, err := json.Marshal(paper.Content)
	if err != nil {
		return Document{}, fmt.Errorf("encode paper: %w", err)
	}
	row := store.Document{
		ID: "D" + id, CaseNo: old.CaseNo, County: old.County, Institution: old.Institution, Kind: old.Kind, State: "pending",
		Number: head.Number, Code: string(head.VerificationCode), Content: content, IssuedOn: today, CreatedAt: s.Now(),
	}
	err = q.InsertDocuments(ctx, store.InsertDocumentsParams{
		Ids: []string{row.ID}, CaseNo: row.CaseNo, County: row.County, Institution: row.Institution, Kinds: []string{row.Kind},
		Numbers: []string{row.Number}, Codes: []string{row.Code}, Contents: []string{string(row.Content)}, IssuedOn: row.IssuedOn, CreatedAt: row.CreatedAt,
	})
	if err != nil {
		return Document{}, err
	}
	return documentOf(row), nil
}

func (s *Service) keepPrinting(ctx context.Context, q *store.Queries, paper store.Document, id string) error {
	return q.InsertOutbox(ctx, store.InsertOutboxParams{
		ID: id, CaseNo: paper.CaseNo, County: paper.County, Institution: paper.Institution, Kind: "start", Name: activities.PrintRequest,
		Payload: json.RawMessage("{}"), CreatedAt: s.Now(), NextAt: s.Now().Add(relayAfter),
	})
}

// printAgain asks for the papers at once; when the engine does not answer the relay asks again.
func (s *Service) printAgain(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startWithin)
	defer cancel()
	var row store.Outbox
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		row, err = q.OutboxByID(ctx, id)
		return err
	})
	if err == nil {
		err = s.startPrinting(ctx, row)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "printing not started, kept for the relay", "error", err)
	}
}

func (s *Service) startPrinting(ctx context.Context, row store.Outbox) error {
	if err := workflows.StartPrinting(ctx, s.Temporal, row.CaseNo, row.ID); err != nil {
		return err
	}
	return s.markDelivered(ctx, row.ID, humantask.Closed{}, notesNothing)
}

// PaperTitle returns the title of a kind of document; empty if no process issues it.
func PaperTitle(kind string) string {
	paper, _ := workflows.PaperOf(kind)
	return paper.Title
}

// readPaper returns what a stored document states.
func readPaper(row store.Document) (documents.Paper, error) {
	kind, ok := workflows.PaperOf(row.Kind)
	if !ok {
		return documents.Paper{}, fmt.Errorf("no process issues papers of kind %q", row.Kind)
	}
	return documents.ReadPaper(kind, row.Content)
}

// Verify reports whether the document with this code is genuine and in force. A malformed or unknown code is an answer,
// not an error.
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
		paper, err := readPaper(row)
		if err != nil {
			return err
		}
		v = VerifiedPaper{
			Genuine: true, InForce: row.State == "in_force" || row.State == "pending", State: row.State,
			Title: paper.Title, Number: row.Number, County: paper.Common().CountyName,
			Institution: cmp.Or(paper.PublicAddressee, paper.Common().Addressee),
			IssuedOn:    row.IssuedOn, Facts: paper.Facts(),
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
	engine.Interpreted = (&steps.Steps{Engine: engine, Catalogue: s.Catalogue}).Preview
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
			refusal := NewError(CodeInvalid, paper.Title+"还缺少内容，不能制作。")
			for _, field := range missing.Fields {
				refusal.Fields = append(refusal.Fields, FieldError{Location: "/paper/" + field, Message: "缺少"})
			}
			return nil, refusal
		}
		if err != nil {
			return nil, fmt.Errorf("preview %s: %w", paper.Kind, err)
		}
		notices = append(notices, Notice{Title: paper.Title, HTML: page})
	}
	return notices, nil
}
