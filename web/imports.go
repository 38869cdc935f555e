package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// ImportPage has the files of a kind checked, corrected and imported. A file that was chosen is checked first; the page of the draft
// shows what would be imported, and takes corrections.
type ImportPage struct {
	Kind    *casework.ImportKind
	Upload  string // the pattern to which the form with the file is sent
	Title   string
	Missing string                                                        // the message when no file was chosen
	About   func(*http.Request) string                                    // what the file is for; nil: nothing
	Again   func(w http.ResponseWriter, r *http.Request, err error) error // shows the form again, with what is wrong with the file
	Back    func(about string) string                                     // the page of the form
	Done    func(casework.Imported) (path, said string)                   // where an import leads
	Extra   []string                                                      // columns that are offered although the file lacks them
}

// importPageRows is how many rows a page shows.
const importPageRows = 100

// ImportPages registers the pages of a kind of file.
func (s *Site) ImportPages(page ImportPage) {
	s.ImportPagesOf(page.Upload, page.Kind.Name, func(*http.Request) (ImportPage, error) { return page, nil })
}

// ImportPagesOf registers the pages of kinds of file that are known only by the address: the form with the file is sent to upload, and
// the names of the kinds match the pattern name.
func (s *Site) ImportPagesOf(upload, name string, of func(*http.Request) (ImportPage, error)) {
	draft := "/imports/" + name + "/{draft}"
	with := func(do func(http.ResponseWriter, *http.Request, ImportPage) error) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			page, err := of(r)
			if err != nil {
				return err
			}
			return do(w, r, page)
		}
	}
	s.Page("POST "+upload, with(s.startDraft))
	s.Page("GET "+draft, with(func(w http.ResponseWriter, r *http.Request, page ImportPage) error {
		d, err := s.Service.DraftOf(r.Context(), Principal(r.Context()), page.Kind, r.PathValue("draft"))
		if err != nil {
			return err
		}
		return s.Show(w, r, Frame{Title: page.Title, Wide: true, Back: page.Back(d.About)}, importPage(newImportView(page, d, r)))
	}))
	s.Page("POST "+draft, with(s.actOnDraft))
}

// startDraft checks the file that was sent, and leads to what importing it would do.
func (s *Site) startDraft(w http.ResponseWriter, r *http.Request, page ImportPage) error {
	file, err := ChosenFile(r, page.Missing)
	if err != nil {
		return page.Again(w, r, err)
	}
	defer file.Close()
	about := ""
	if page.About != nil {
		about = page.About(r)
	}
	d, err := s.Service.StartImport(r.Context(), Principal(r.Context()), page.Kind, about, r.PostFormValue("source"), file)
	if err != nil {
		return page.Again(w, r, err)
	}
	http.Redirect(w, r, draftPath(page.Kind, d.ID), http.StatusSeeOther)
	return nil
}

func draftPath(kind *casework.ImportKind, id string) string {
	return "/imports/" + kind.Name + "/" + id
}

// actOnDraft takes the corrections of a page, and imports the draft or deletes it.
func (s *Site) actOnDraft(w http.ResponseWriter, r *http.Request, page ImportPage) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	p, id, act := Principal(r.Context()), r.PathValue("draft"), r.PostFormValue("_act")
	if act == "drop" {
		d, err := s.Service.DraftOf(r.Context(), p, page.Kind, id)
		if err != nil {
			return err
		}
		if err := s.Service.DropDraft(r.Context(), p, id); err != nil {
			return err
		}
		return s.Done(w, r, page.Back(d.About), "没有导入，内容已删除。")
	}
	back := draftPath(page.Kind, id)
	if r.URL.RawQuery != "" {
		back += "?" + r.URL.RawQuery
	}
	d, changed, err := s.Service.CorrectDraft(r.Context(), p, page.Kind, id, cellsSent(r, page.Kind.Columns))
	if err != nil {
		if act == "import" { // a repeat of an import that is done is answered as the first time
			return s.finishDraft(w, r, page)
		}
		return err
	}
	faulty, mended := 0, 0
	for _, row := range d.Rows {
		switch {
		case row.State == casework.RowFaulty && changed[row.Row]:
			faulty++
		case changed[row.Row]:
			mended++
		}
	}
	switch {
	case act == "import" && faulty > 0:
		return s.Done(w, r, back, fmt.Sprintf("还没有导入：更正过的行中，%d 行仍有问题。", faulty))
	case act == "import":
		return s.finishDraft(w, r, page)
	case len(changed) == 0:
		return s.Done(w, r, back, "没有改动，已重新检查。")
	}
	return s.Done(w, r, back, fmt.Sprintf("已保存更正并重新检查：%d 行没有问题了，%d 行仍有问题。", mended, faulty))
}

func (s *Site) finishDraft(w http.ResponseWriter, r *http.Request, page ImportPage) error {
	done, err := s.Service.FinishImport(r.Context(), Principal(r.Context()), Key(r), page.Kind, r.PathValue("draft"))
	if err != nil {
		return err
	}
	to, said := page.Done(done)
	return s.Done(w, r, to, said)
}

// cellsSent returns the cells of a form, by the number of the row and the name of the column.
func cellsSent(r *http.Request, columns []sheets.Column) map[int]map[string]string {
	cells := map[int]map[string]string{}
	for name, values := range r.PostForm {
		rest, ok := strings.CutPrefix(name, "c/")
		if !ok {
			continue
		}
		row, column, _ := strings.Cut(rest, "/")
		n, at := AtoiOrZero(row), AtoiOrZero(column)
		if n == 0 || at < 0 || at >= len(columns) {
			continue
		}
		if cells[n] == nil {
			cells[n] = map[string]string{}
		}
		cells[n][columns[at].Name] = values[0]
	}
	return cells
}

// importView is a page of a draft.
type importView struct {
	page    ImportPage
	Draft   *casework.ImportDraft
	Show    string // faults, or all
	Edit    int    // the row without a fault that is to be changed
	Columns []importColumn
	Rows    []importRow
	Counts  casework.Imported
	Page    int
	Pages   int
}

// importColumn is a column that is shown, with its place among those of the kind.
type importColumn struct {
	at      int
	Name    string
	Choices []string
}

// List returns the identifier of the choices of the column.
func (c importColumn) List() string {
	if len(c.Choices) == 0 {
		return ""
	}
	return fmt.Sprintf("choices-%d", c.at)
}

// importRow is a row of a draft as it is shown.
type importRow struct {
	casework.CheckedRow
	cells    sheets.Row
	Editable bool
}

// Field returns the name of the field for a cell.
func (r importRow) Field(c importColumn) string { return fmt.Sprintf("c/%d/%d", r.Row, c.at) }

// Of returns the faults of a column; of "" those of the row.
func (r importRow) Of(column string) (messages []string) {
	for _, f := range r.Faults {
		if f.Column == column {
			messages = append(messages, f.Message)
		}
	}
	return messages
}

// Wrong names the columns with faults, which may be out of sight.
func (r importRow) Wrong() string {
	var columns []string
	for _, f := range r.Faults {
		if f.Column != "" && !slices.Contains(columns, f.Column) {
			columns = append(columns, f.Column)
		}
	}
	return strings.Join(columns, "、")
}

func newImportView(page ImportPage, d *casework.ImportDraft, r *http.Request) importView {
	v := importView{page: page, Draft: d, Show: r.URL.Query().Get("show"), Edit: AtoiOrZero(r.URL.Query().Get("edit"))}
	faulty := map[string]bool{}
	for _, row := range d.Rows {
		v.Counts.Count(row.State)
		for _, f := range row.Faults {
			faulty[f.Column] = true
		}
	}
	if v.Show != "all" && v.Show != "faults" {
		v.Show = "all"
		if v.Counts.Refused > 0 {
			v.Show = "faults"
		}
	}
	for i, c := range page.Kind.Columns {
		if d.Sheet.Has(c.Name) || c.Needed || faulty[c.Name] || slices.Contains(page.Extra, c.Name) {
			v.Columns = append(v.Columns, importColumn{i, c.Name, d.Choices[c.Name]})
		}
	}
	var shown []importRow
	for i, row := range d.Rows {
		if v.Show == "all" || row.State == casework.RowFaulty {
			shown = append(shown, importRow{row, d.Sheet.Rows[i], row.State == casework.RowFaulty || row.Row == v.Edit})
		}
	}
	v.Pages = max(1, (len(shown)+importPageRows-1)/importPageRows)
	v.Page = min(max(1, AtoiOrZero(r.URL.Query().Get("page"))), v.Pages)
	v.Rows = shown[(v.Page-1)*importPageRows : min(len(shown), v.Page*importPageRows)]
	return v
}

// At returns the address of another view of the draft.
func (v importView) At(show string, page, edit int) string {
	address := draftPath(v.page.Kind, v.Draft.ID) + "?show=" + show
	if page > 1 {
		address += "&page=" + strconv.Itoa(page)
	}
	if edit > 0 {
		address += "&edit=" + strconv.Itoa(edit) + "#row-" + strconv.Itoa(edit)
	}
	return address
}

// Importable is the number of rows that would be imported.
func (v importView) Importable() int { return v.Counts.Added + v.Counts.Changed }

// Editing reports whether the page has cells to change.
func (v importView) Editing() bool {
	return slices.ContainsFunc(v.Rows, func(r importRow) bool { return r.Editable })
}

// stateTone is the tone of the tag of a state.
func stateTone(state casework.RowState) string {
	return map[casework.RowState]string{casework.RowNew: "good", casework.RowChanged: "good", casework.RowFaulty: "bad"}[state]
}

func (v importView) importLabel() string {
	if v.Counts.Refused == 0 {
		return fmt.Sprintf("导入 %d 行", v.Importable())
	}
	return fmt.Sprintf("只导入没有问题的 %d 行", v.Importable())
}

// clock is a moment of today, or of tomorrow.
func clock(at time.Time) string { return at.In(nursery.Shanghai).Format("15:04") }

func orNone(text string) string { return cmp.Or(text, "（空）") }
