package activities

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// requestDocument stores the content of a document, its number and its verification code; rendering follows asynchronously. The
// content is fixed here, so that what is rendered later is what was decided now.
func (e *Engine) requestDocument(ctx context.Context, s *step, kind documents.Kind, fill func(*documents.Paper)) error {
	info, known := kind.Info()
	if !known {
		return fmt.Errorf("unknown kind of paper %q", kind)
	}
	p, err := e.paper(ctx, s, kind)
	if err != nil {
		return err
	}
	if e.trial != nil {
		p.VerificationCode, p.VerifyURL = "", ""
		fill(&p)
		e.trial.papers = append(e.trial.papers, p)
		return nil
	}
	number, err := s.nextNumber(ctx, info.Prefix)
	if err != nil {
		return err
	}
	p.Number = documents.FormatNumber(p.CountyName, kind, s.today().Year, number)
	fill(&p)
	if err := p.Validate(); err != nil {
		return fmt.Errorf("paper %s: %w", kind, err)
	}
	content, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode paper: %w", err)
	}
	return s.q.InsertDocument(ctx, store.InsertDocumentParams{
		ID: documentID(s.c.CaseNo, s.name, kind), CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution,
		Kind: string(kind), Number: p.Number, Code: string(p.VerificationCode), Content: content, IssuedOn: p.IssuedOn,
		CreatedAt: s.at,
	})
}

// paper returns the fields common to every kind, from the current application.
func (e *Engine) paper(ctx context.Context, s *step, kind documents.Kind) (documents.Paper, error) {
	a, err := e.declared(ctx, s)
	if err != nil {
		return documents.Paper{}, err
	}
	county := nursery.CountyName(s.c.County)
	code := documents.NewCode()
	p := documents.Paper{
		Kind: kind, CaseNo: s.c.CaseNo, CountyCode: s.c.County, CountyName: county,
		Authority: "长治市" + county + "卫生健康行政部门", IssuedOn: s.today(), Addressee: a.Institution.Name,
		USCC: a.Institution.USCC, SiteKind: a.SiteKind, VerificationCode: code,
		VerifyURL: e.PublicURL + "/verify/" + string(code), Address: a.Institution.Address,
		ReceivedOn: s.c.ReceivedOn, ServiceForms: a.ServiceForms, Seats: a.Seats(),
	}
	for _, c := range a.Classes {
		line := documents.ClassLine{Name: c.Name, Kind: c.Kind}
		if c.Seats != nil {
			line.Seats = *c.Seats
		}
		p.Classes = append(p.Classes, line)
	}
	if a.Family != nil && a.Family.Children != nil && len(a.Classes) == 0 {
		p.Seats = *a.Family.Children
	}
	if p.USCC == "" {
		p.USCC = "（待补正）"
	}
	if p.Addressee == "" {
		p.Addressee = s.c.Subject
	}
	return p, nil
}

// declared returns what the case itself declares, or for a case that declares none, what the institution filed.
func (e *Engine) declared(ctx context.Context, s *step) (nursery.Application, error) {
	process, ok := e.Processes.Process(nursery.CaseKind(s.c.Kind))
	if !ok {
		return nursery.Application{}, fmt.Errorf("no process is of kind %s", s.c.Kind)
	}
	if process.Application {
		a, _, err := s.latest(ctx)
		return a, err
	}
	var a nursery.Application
	institution, err := s.q.InstitutionForStep(ctx, s.c.Institution)
	if err != nil {
		return a, err
	}
	facts := institution.Application
	if len(facts) == 0 { // the register's own data
		a.Institution = nursery.Institution{Name: institution.Name, County: institution.County, Address: institution.Address}
		a.SiteKind = nursery.SiteKind(institution.SiteKind)
		return a, nil
	}
	if err := json.Unmarshal(facts, &a); err != nil {
		return a, fmt.Errorf("decode application: %w", err)
	}
	return a, nil
}

// documentID returns an opaque identifier that is the same on every attempt of a step.
func documentID(caseNo, step string, kind documents.Kind) string {
	sum := sha256.Sum256([]byte(caseNo + "\x00" + step + "\x00" + string(kind)))
	return "D" + hex.EncodeToString(sum[:10])
}

func (s *step) lastDocument(ctx context.Context, kinds ...documents.Kind) (store.Document, error) {
	d, err := s.q.LastDocumentOfKind(ctx, store.LastDocumentOfKindParams{Institution: s.c.Institution, Kinds: words(kinds)})
	if err != nil {
		return d, fmt.Errorf("read last %v: %w", kinds, err)
	}
	return d, nil
}

// PrintPapers renders every pending document of the case and stores it by its hash. The error joins those of the
// documents that could not be rendered; the others are done. If none of those can ever be rendered as it is, the reason
// is stored with each and the error is Stuck.
func (e *Engine) PrintPapers(ctx context.Context, caseNo string) error {
	defer alive(ctx)()
	var pending []store.Document
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		pending, err = q.PendingDocuments(ctx, caseNo)
		return err
	})
	if err != nil {
		return fmt.Errorf("list papers of %s: %w", caseNo, err)
	}
	var failed []error
	unprintable := 0
	for _, d := range pending {
		err := e.print(ctx, d)
		if err == nil {
			continue
		}
		failed = append(failed, fmt.Errorf("print %s of %s: %w", d.Kind, caseNo, err))
		if why := unprintableFor(err); why != "" {
			unprintable++
			if err := e.noteUnprintable(ctx, d, why); err != nil {
				return err
			}
		}
	}
	if unprintable > 0 && unprintable == len(failed) {
		return Stuck(store.FaultUnprintable)
	}
	return errors.Join(failed...)
}

// unprintableFor returns, in Chinese, why a document can never be rendered as it is; "" for an error that a retry may
// resolve.
func unprintableFor(err error) string {
	var undrawn *documents.UnprintableError
	var missing *documents.IncompleteError
	switch {
	case errors.As(err, &undrawn):
		return "文书内容含有不能打印的字符：" + undrawn.Said() + "。"
	case errors.As(err, &missing):
		return "文书缺少应写明的内容。"
	}
	return ""
}

func (e *Engine) noteUnprintable(ctx context.Context, d store.Document, why string) error {
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		return q.DocumentUnprintable(ctx, store.DocumentUnprintableParams{ID: d.ID, Fault: why})
	})
	if err != nil {
		return fmt.Errorf("note that %s cannot be printed: %w", d.Kind, err)
	}
	return nil
}

func (e *Engine) print(ctx context.Context, d store.Document) error {
	var p documents.Paper
	if err := json.Unmarshal(d.Content, &p); err != nil {
		return fmt.Errorf("decode paper: %w", err)
	}
	pdf, err := e.Renderer.Render(ctx, p, e.picture)
	if err != nil {
		return err
	}
	kept, err := e.Blobs.Put(ctx, bytes.NewReader(pdf))
	if err != nil {
		return fmt.Errorf("keep paper: %w", err)
	}
	now := time.Now()
	return e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		return q.DocumentRendered(ctx, store.DocumentRenderedParams{ID: d.ID, Sha256: &kept.SHA256, Size: &kept.Size, RenderedAt: &now})
	})
}
