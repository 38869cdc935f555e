package casework

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/sheets"
	"tuoyu/store"
)

// RowState is what importing a row of a file does.
type RowState string

// The states of a row.
const (
	RowNew     RowState = "new"
	RowChanged RowState = "changed"
	RowSame    RowState = "same"
	RowFaulty  RowState = "fault"
)

// Title returns the Chinese name of the state.
func (s RowState) Title() string {
	return map[RowState]string{RowNew: "新登记", RowChanged: "更新", RowSame: "已有，不变", RowFaulty: "有问题"}[s]
}

// RowFault is one fault of a row. Its message never repeats what was entered.
type RowFault struct {
	Column  string `json:"column,omitempty" doc:"栏目"`
	Message string `json:"message" doc:"原因"`
}

// RowChange is a value that an import changes.
type RowChange struct {
	Column string `json:"column" doc:"栏目"`
	From   string `json:"from" doc:"原登记"`
	To     string `json:"to" doc:"导入后"`
}

// CheckedRow is what importing a row of a file does.
type CheckedRow struct {
	Row     int         `json:"row" doc:"文件中的行号"`
	State   RowState    `json:"state" enum:"new,changed,same,fault" doc:"new 新登记，changed 更新，same 已有且不变，fault 有问题、不导入"`
	Faults  []RowFault  `json:"faults,omitempty" doc:"每一处问题"`
	Changes []RowChange `json:"changes,omitempty" doc:"更新的内容"`
	Note    string      `json:"note,omitempty" doc:"提示，不影响导入"`
}

// Fault adds a fault to the row.
func (c *CheckedRow) Fault(column, message string) {
	c.State, c.Faults = RowFaulty, append(c.Faults, RowFault{column, message})
}

// Imported is what came of a file.
type Imported struct {
	Import  int64  `json:"import,omitempty" doc:"导入的编号，当日可据以撤销"`
	Added   int    `json:"added" doc:"新登记"`
	Changed int    `json:"changed" doc:"更新"`
	Same    int    `json:"same" doc:"已有且不变"`
	Refused int    `json:"refused" doc:"未导入"`
	About   string `json:"about,omitempty"` // what the file was for
	Draft   string `json:"draft,omitempty"` // with the rows that were not imported
}

// Count adds a row to those of its state.
func (i *Imported) Count(state RowState) {
	switch state {
	case RowNew:
		i.Added++
	case RowChanged:
		i.Changed++
	case RowSame:
		i.Same++
	default:
		i.Refused++
	}
}

// ImportKind is a kind of file that is checked and corrected before it is imported.
type ImportKind struct {
	Name    string // in the database
	Code    string // of the error for a file that cannot be read
	Most    int    // rows
	Columns []sheets.Column
	Allow   func(context.Context, *Service, nursery.Principal, *ImportDraft) error                                           // authorizes the import, before the file is read
	Check   func(context.Context, *Service, *store.Queries, nursery.Principal, *ImportDraft) ([]CheckedRow, error)           // writes nothing but the refusals it counts
	Import  func(context.Context, *Service, *store.Queries, nursery.Principal, *ImportDraft) (Imported, []CheckedRow, error) // writes the rows without faults
}

// ImportDraft is a file that was checked and not imported yet.
type ImportDraft struct {
	ID      string
	About   string              // the case or batch it is for
	Source  string              // who the data is from, where the kind of file asks for that
	Sheet   *sheets.Sheet       `json:"-"`
	Rows    []CheckedRow        // what importing each row of the sheet does
	Choices map[string][]string // the values that a column takes, where they are known
	Counted map[string]bool     // hashes of the persons whose refusal is counted
	Expires time.Time
}

// draftKept is how long a draft can be corrected after it was checked last.
const draftKept = 2 * time.Hour

// storedDraft is a draft as it is sealed.
type storedDraft struct {
	ImportDraft
	Stored json.RawMessage
}

func draftCell(id string) sealing.Cell {
	return sealing.Cell{Table: "import_drafts", Column: "body", Row: id}
}

// StartImport reads a file and checks what importing its rows would do. Nothing is imported. Errors: those of Allow and ReadImport.
func (s *Service) StartImport(ctx context.Context, p nursery.Principal, kind *ImportKind, about, source string, file io.Reader) (*ImportDraft, error) {
	if err := s.Sealing(); err != nil {
		return nil, err
	}
	d := &ImportDraft{ID: rand.Text(), About: about, Source: source, Counted: map[string]bool{}}
	if err := kind.Allow(ctx, s, p, d); err != nil {
		return nil, err
	}
	read, err := s.ReadImport(ctx, file, kind.Code, kind.Most, kind.Columns)
	if err != nil {
		return nil, err
	}
	d.Sheet = read.Sheet
	return d, s.As(ctx, p, func(q *store.Queries) error { return s.checkDraft(ctx, q, p, kind, d) })
}

// DraftOf returns a draft of p. Error: not_found when it was imported, replaced or has expired.
func (s *Service) DraftOf(ctx context.Context, p nursery.Principal, kind *ImportKind, id string) (*ImportDraft, error) {
	return ReadAs(ctx, s, p, func(q *store.Queries) (*ImportDraft, error) { return s.readDraft(ctx, q, p, kind, id) })
}

// CorrectDraft writes cells, by the number of the row and the name of the column, and checks the rows again. Changed are the numbers of
// the rows that the cells changed.
func (s *Service) CorrectDraft(ctx context.Context, p nursery.Principal, kind *ImportKind, id string, cells map[int]map[string]string) (d *ImportDraft, changed map[int]bool, err error) {
	changed = map[int]bool{}
	err = s.As(ctx, p, func(q *store.Queries) (err error) {
		if d, err = s.readDraft(ctx, q, p, kind, id); err != nil {
			return err
		}
		for i := range d.Sheet.Rows {
			row := &d.Sheet.Rows[i]
			for column, text := range cells[row.Number] {
				if d.Sheet.Correct(row, column, text) {
					changed[row.Number] = true
				}
			}
		}
		return s.checkDraft(ctx, q, p, kind, d)
	})
	return d, changed, err
}

// FinishImport imports the rows of a draft that have no fault, once for the key. The others stay in the draft. Errors: not_found, and
// those of Allow and Import.
func (s *Service) FinishImport(ctx context.Context, p nursery.Principal, key string, kind *ImportKind, id string) (Imported, error) {
	if d, err := s.DraftOf(ctx, p, kind, id); err == nil { // a repeat finds none
		if err := kind.Allow(ctx, s, p, d); err != nil {
			return Imported{}, err
		}
	}
	return Command(ctx, s, p, key, "import."+kind.Name, id, func(q *store.Queries) (Imported, error) {
		d, err := s.readDraft(ctx, q, p, kind, id)
		if err != nil {
			return Imported{}, err
		}
		done, rows, err := kind.Import(ctx, s, q, p, d)
		if err != nil {
			return done, err
		}
		done.About = d.About
		faulty := map[int]bool{}
		d.Rows = nil
		for _, row := range rows {
			if row.State == RowFaulty {
				faulty[row.Row], d.Rows = true, append(d.Rows, row)
			}
		}
		if len(d.Rows) == 0 {
			return done, q.DropImportDraft(ctx, store.DropImportDraftParams{ID: id, Account: p.Account})
		}
		done.Draft = id
		d.Sheet.Keep(func(r sheets.Row) bool { return faulty[r.Number] })
		return done, s.putDraft(ctx, q, p, kind, d)
	})
}

// DropDraft deletes a draft.
func (s *Service) DropDraft(ctx context.Context, p nursery.Principal, id string) error {
	return s.As(ctx, p, func(q *store.Queries) error {
		return q.DropImportDraft(ctx, store.DropImportDraftParams{ID: id, Account: p.Account})
	})
}

func (s *Service) checkDraft(ctx context.Context, q *store.Queries, p nursery.Principal, kind *ImportKind, d *ImportDraft) (err error) {
	if d.Rows, err = kind.Check(ctx, s, q, p, d); err != nil {
		return err
	}
	return s.putDraft(ctx, q, p, kind, d)
}

func (s *Service) putDraft(ctx context.Context, q *store.Queries, p nursery.Principal, kind *ImportKind, d *ImportDraft) error {
	d.Expires = s.Now().Add(draftKept)
	sheet, err := json.Marshal(d.Sheet)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := json.NewEncoder(z).Encode(storedDraft{*d, sheet}); err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("pack draft: %w", err)
	}
	body, err := s.Fields.Seal(packed.Bytes(), draftCell(d.ID))
	if err != nil {
		return fmt.Errorf("seal draft: %w", err)
	}
	return q.PutImportDraft(ctx, store.PutImportDraftParams{
		ID: d.ID, Account: p.Account, Kind: kind.Name, About: d.About, Body: body, ExpiresAt: d.Expires,
	})
}

func (s *Service) readDraft(ctx context.Context, q *store.Queries, p nursery.Principal, kind *ImportKind, id string) (*ImportDraft, error) {
	row, err := q.ImportDraft(ctx, store.ImportDraftParams{ID: id, Account: p.Account, Kind: kind.Name, Now: s.Now()})
	switch {
	case store.IsNotFound(err):
		return nil, NewError(CodeNotFound, "没有待导入的内容：已经导入、已换成另一个文件，或者超过两小时没有继续。请重新选择文件。")
	case err != nil:
		return nil, fmt.Errorf("read draft: %w", err)
	}
	if err := s.Sealing(); err != nil {
		return nil, err
	}
	packed, err := s.Fields.Open(row.Body, draftCell(id))
	if err != nil {
		return nil, fmt.Errorf("open draft: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack draft: %w", err)
	}
	var d storedDraft
	if err := json.NewDecoder(z).Decode(&d); err != nil {
		return nil, fmt.Errorf("decode draft: %w", err)
	}
	d.Sheet, err = sheets.ReadStored(d.Stored, kind.Columns)
	return &d.ImportDraft, err
}

// forgetImports deletes the drafts that have expired, and what imports wrote that can no longer be undone.
func (s *Service) forgetImports(ctx context.Context) error {
	now := s.Now()
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		if _, err := q.ForgetImportDrafts(ctx, now); err != nil {
			return err
		}
		_, err := q.ForgetImportRows(ctx, now.AddDate(0, 0, -2))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	return nil
}
