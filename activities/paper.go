package activities

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// requested is a document that a step requests: its kind and content.
type requested struct {
	kind    definition.Paper
	content documents.Content
}

// requestDocument is requestDocuments for a single one.
func (e *Engine) requestDocument(ctx context.Context, s *step, kind definition.Paper, content documents.Content) error {
	return e.requestDocuments(ctx, s, requested{kind, content})
}

// requestDocuments stores documents of different kinds with their contents, a number and a verification code each; rendering
// follows asynchronously. The content is fixed here, so that what is rendered later is what was decided now. Its common fields
// are set here, except for an addressee that is there already.
func (e *Engine) requestDocuments(ctx context.Context, s *step, list ...requested) error {
	common, err := e.head(ctx, s)
	if err != nil {
		return err
	}
	prefixes := make([]string, len(list))
	for i, r := range list {
		head := common
		head.Kind, head.Addressee = r.kind.Kind, cmp.Or(r.content.Common().Addressee, head.Addressee)
		*r.content.Common() = head
		prefixes[i] = r.kind.Prefix
	}
	var numbers map[string]int
	if e.trial == nil {
		if numbers, err = s.nextNumbers(ctx, prefixes); err != nil {
			return err
		}
	}
	rows := store.InsertDocumentsParams{
		CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, IssuedOn: common.IssuedOn, CreatedAt: s.at,
	}
	for _, r := range list {
		p, err := documents.NewPaper(r.kind, r.content)
		if err != nil {
			return err
		}
		if e.trial != nil {
			e.trial.papers = append(e.trial.papers, p)
			continue
		}
		issued := r.content.Common()
		issued.Number = documents.FormatNumber(common.CountyName, r.kind.Prefix, s.today().Year, numbers[r.kind.Prefix])
		issued.VerificationCode = documents.NewCode()
		issued.VerifyURL = e.PublicURL + "/verify/" + string(issued.VerificationCode)
		if err := p.Validate(); err != nil {
			return fmt.Errorf("paper %s: %w", r.kind.Kind, err)
		}
		content, err := json.Marshal(r.content)
		if err != nil {
			return fmt.Errorf("encode paper: %w", err)
		}
		rows.Ids, rows.Kinds = append(rows.Ids, documentID(s.c.CaseNo, s.name, r.kind.Kind)), append(rows.Kinds, r.kind.Kind)
		rows.Numbers, rows.Codes = append(rows.Numbers, issued.Number), append(rows.Codes, string(issued.VerificationCode))
		rows.Contents = append(rows.Contents, string(content))
	}
	if e.trial != nil {
		return nil
	}
	return s.q.InsertDocuments(ctx, rows)
}

// head returns the fields common to every kind, from the current application.
func (e *Engine) head(ctx context.Context, s *step) (documents.Head, error) {
	a, err := e.declared(ctx, s)
	if err != nil {
		return documents.Head{}, err
	}
	area := nursery.AreaName(s.c.County)
	authority := "长治市" + nursery.CountyName(s.c.County) + "卫生健康行政部门"
	h := documents.Head{
		CaseNo: s.c.CaseNo, CountyCode: s.c.County, CountyName: area, Authority: authority, IssuedOn: s.today(),
		Addressee: cmp.Or(a.Institution.Name, s.c.Subject), USCC: cmp.Or(a.Institution.USCC, "（待补正）"), SiteKind: a.SiteKind,
		Address: a.Institution.Address, ReceivedOn: s.c.ReceivedOn, ServiceForms: a.ServiceForms, Seats: a.Seats(),
	}
	for _, c := range a.Classes {
		line := documents.ClassLine{Name: c.Name, Kind: c.Kind}
		if c.Seats != nil {
			line.Seats = *c.Seats
		}
		h.Classes = append(h.Classes, line)
	}
	if a.Family != nil && a.Family.Children != nil && len(a.Classes) == 0 {
		h.Seats = *a.Family.Children
	}
	return h, nil
}

// declared returns what the case itself declares, or for a case that declares none, what the institution filed.
func (e *Engine) declared(ctx context.Context, s *step) (nursery.Application, error) {
	process, ok := e.Processes.Process(nursery.CaseKind(s.c.Kind))
	if !ok {
		return nursery.Application{}, fmt.Errorf("no process is of kind %s", s.c.Kind)
	}
	if process.Application {
		return s.latest(ctx)
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
func documentID(caseNo, step, kind string) string {
	sum := sha256.Sum256([]byte(caseNo + "\x00" + step + "\x00" + kind))
	return "D" + hex.EncodeToString(sum[:10])
}

func (s *step) lastDocument(ctx context.Context, kinds ...definition.Paper) (store.Document, error) {
	named := paperKinds(kinds)
	d, err := s.q.LastDocumentOfKind(ctx, store.LastDocumentOfKindParams{Institution: s.c.Institution, Kinds: named})
	if err != nil {
		return d, fmt.Errorf("read last %v: %w", named, err)
	}
	return d, nil
}

func paperKinds(papers []definition.Paper) []string {
	kinds := make([]string, len(papers))
	for i, p := range papers {
		kinds[i] = p.Kind
	}
	return kinds
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
	kind, ok := e.Processes.Paper(d.Kind)
	if !ok {
		return fmt.Errorf("no process issues papers of kind %s", d.Kind)
	}
	p, err := documents.ReadPaper(kind, d.Content)
	if err != nil {
		return err
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
