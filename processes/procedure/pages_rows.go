package procedure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// rowsOnPage is the number of rows of a page.
const rowsOnPage = 100

func (s *pages) registerRows() {
	s.Page("GET /cases/{no}/rows/{set}", s.rows)
	s.Page("POST /cases/{no}/rows/{set}", s.saveRowsPage)
	s.Reopens("POST /cases/{no}/rows/{set}")
	s.Page("POST /cases/{no}/rows/{set}/send", s.sendRowsPage)
	s.ImportPagesOf("/cases/{no}/rows/{set}/import", "rows/{no}/{set}", func(r *http.Request) (web.ImportPage, error) {
		no, set := r.PathValue("no"), r.PathValue("set")
		kind, err := s.service.rowsImport(r.Context(), web.Principal(r.Context()), no, set)
		if err != nil {
			return web.ImportPage{}, err
		}
		return web.ImportPage{
			Kind: kind, Title: "核对填报文件", Missing: "请选择 Excel 文件。",
			About: func(*http.Request) string { return no },
			Again: func(w http.ResponseWriter, r *http.Request, err error) error { return s.rowsNotImported(w, r, err) },
			Back:  func(string) string { return rowsPath(no, set) },
			Done: func(done casework.Imported) (string, string) {
				said := fmt.Sprintf("已导入：新登记 %d 行，更新 %d 行。", done.Added, done.Changed)
				if done.Draft != "" {
					return "/imports/" + kind.Name + "/" + done.Draft, said + fmt.Sprintf("另有 %d 行有问题，没有导入，请更正。", done.Refused)
				}
				return rowsPath(no, set), said
			},
		}, nil
	})
}

// rowsPageView is a set of rows as its page shows it.
type rowsPageView struct {
	Filling
	Row    ui.FormSchema // of one row
	Form   ui.BoundForm  // of all rows of the page, where they are filled in
	Was    []string      // the rows that the page had: a hash, a space and the key of each
	Items  []Row
	Next   string
	Key    string
	After  string
	Import string // what is wrong with the file that was sent
}

// listOf returns the schema of the rows of a page.
func listOf(of Filling, row ui.FormSchema) ui.FormSchema {
	return ui.FormSchema{Kind: ui.KindGroup, Fields: []ui.FormSchema{{Name: "rows", Kind: ui.KindList, Label: of.Title, Fields: row.Fields}}}
}

// fingerprint identifies the content of a row, whatever the order of its fields.
func fingerprint(data json.RawMessage) string {
	var value any
	if json.Unmarshal(data, &value) != nil {
		value = string(data)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		raw = data
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:6])
}

func (s *pages) rowsView(r *http.Request) (v rowsPageView, err error) {
	if v.Filling, err = s.service.Filling(r.Context(), web.Principal(r.Context()), r.PathValue("no"), r.PathValue("set")); err != nil {
		return v, err
	}
	v.After = r.URL.Query().Get("after")
	v.Row, err = ui.ReadSchema(v.Schema)
	return v, err
}

// load reads the rows of the page into its form.
func (s *pages) load(r *http.Request, v *rowsPageView) error {
	page, err := s.service.RowsOf(r.Context(), web.Principal(r.Context()), v.Filling, casework.PageRequest{After: v.After, Limit: rowsOnPage})
	if err != nil {
		return err
	}
	v.Items, v.Next = page.Items, web.NextPage(r, page.Next)
	list := make([]json.RawMessage, len(page.Items))
	for i, row := range page.Items {
		list[i] = row.Data
		v.Was = append(v.Was, fingerprint(row.Data)+" "+row.Key)
	}
	v.Form = ui.FormOf(listOf(v.Filling, v.Row), map[string]any{"rows": list})
	return nil
}

func (s *pages) showRows(w http.ResponseWriter, r *http.Request, status int, v rowsPageView) error {
	if v.Key == "" {
		v.Key = ui.NewKey()
	}
	v.Form.Unmarked = true
	return s.ShowStatus(w, r, status, web.Frame{Title: v.Title, Wide: true, Live: !v.Collected, Back: "/cases/" + v.CaseNo}, rowsPage(v))
}

func (s *pages) rows(w http.ResponseWriter, r *http.Request) error {
	v, err := s.rowsView(r)
	if err != nil {
		return err
	}
	if format := web.ExportFormat(r); format != "" {
		list, err := s.service.AllRows(r.Context(), web.Principal(r.Context()), v.Filling)
		if err != nil {
			return err
		}
		return web.SendFile(w)(rowsSheet(v.Title, v.Row).File(list, format))
	}
	if err := s.load(r, &v); err != nil {
		return err
	}
	return s.showRows(w, r, http.StatusOK, v)
}

// rowsNotImported shows the page again, with what is wrong with the file.
func (s *pages) rowsNotImported(w http.ResponseWriter, r *http.Request, err error) error {
	fault, ok := s.ImportError(r, err)
	if !ok {
		return err
	}
	v, err := s.rowsView(r)
	if err != nil {
		return err
	}
	if err := s.load(r, &v); err != nil {
		return err
	}
	v.Import = web.FileMessage(fault)
	return s.showRows(w, r, http.StatusUnprocessableEntity, v)
}

func (s *pages) saveRowsPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.rowsView(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, listOf(v.Filling, v.Row), s.uploadFor(r, v.CaseNo))
	if err != nil {
		return err
	}
	v.Form, v.Key, v.Was = form, web.Key(r), r.PostForm["_was"]
	if changed {
		return s.showRows(w, r, http.StatusOK, v)
	}
	save, numbers, err := v.save()
	if err != nil {
		return err
	}
	if len(v.Form.Faults) > 0 {
		return s.showRows(w, r, http.StatusUnprocessableEntity, v)
	}
	back := rowsPath(v.CaseNo, v.Set)
	if v.After != "" {
		back += "?after=" + url.QueryEscape(v.After)
	}
	if len(save.Rows)+len(save.Remove) == 0 {
		return s.Done(w, r, back, "没有改动。")
	}
	done, err := s.service.SaveRows(r.Context(), web.Principal(r.Context()), v.Key, v.CaseNo, v.Set, save)
	if err != nil {
		var refused *casework.Error
		if !errors.As(err, &refused) || refused.Kind() != casework.Invalid {
			return err
		}
		v.addFaults(refused, numbers)
		v.Key = ui.NewKey()
		return s.showRows(w, r, http.StatusUnprocessableEntity, v)
	}
	return s.Done(w, r, back, fmt.Sprintf("已保存，共 %d 行。", done.Rows))
}

// save returns what the rows of the page were changed to; numbers are those of the rows in the form. A row that cannot be read is a
// fault of the form.
func (v *rowsPageView) save() (save RowsSave, numbers []int, err error) {
	was := map[string]string{}
	for _, text := range v.Was {
		print, key, _ := strings.Cut(text, " ")
		was[key] = print
		save.Known = append(save.Known, key)
	}
	var kept []string
	for _, n := range ui.Rows(v.Form.Values, "/rows") {
		at := "/rows/" + strconv.Itoa(n)
		raw, blank, err := v.row(at)
		if err != nil {
			return save, nil, err
		}
		if blank {
			continue
		}
		key, err := v.keyOfRow(raw)
		if err != nil {
			return save, nil, err
		}
		if slices.Contains(kept, key) {
			v.Form.AddFault(at+"/"+v.key[0], "与前面的一行重复")
			continue
		}
		kept = append(kept, key)
		if print, there := was[key]; there && print == fingerprint(raw) {
			continue
		}
		save.Rows, numbers = append(save.Rows, raw), append(numbers, n)
	}
	for _, key := range save.Known {
		if !slices.Contains(kept, key) {
			save.Remove = append(save.Remove, key)
		}
	}
	return save, numbers, nil
}

// row returns a row of the form as JSON, and adds what cannot be read to the faults of the form.
func (v *rowsPageView) row(at string) (raw json.RawMessage, blank bool, err error) {
	one := ui.BoundForm{Shape: v.Row, Values: url.Values{}}
	for name, values := range v.Form.Values {
		if rest, in := ui.Below(at, name); in {
			one.Values[rest] = values
		}
	}
	value := one.Decode()
	for _, f := range one.Faults {
		v.Form.AddFault(at+f.Location, f.Message)
	}
	if object, ok := value.(map[string]any); ok && len(object) == 0 {
		return nil, len(one.Faults) == 0, nil
	}
	if raw, err = json.Marshal(value); err != nil {
		return nil, false, fmt.Errorf("encode row: %w", err)
	}
	return raw, false, nil
}

// keyOfRow returns the key under which a row is stored.
func (v *rowsPageView) keyOfRow(raw json.RawMessage) (string, error) {
	data := map[string]any{}
	if len(raw) > 0 {
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&data); err != nil {
			return "", fmt.Errorf("decode row: %w", err)
		}
	}
	parts := make([]string, len(v.key))
	for i, name := range v.key {
		parts[i] = fmt.Sprint(data[name])
	}
	return strings.Join(parts, "/"), nil
}

// addFaults adds what was refused to the rows of the form; numbers are those of the rows that were sent.
func (v *rowsPageView) addFaults(refused *casework.Error, numbers []int) {
	if len(refused.Fields) == 0 {
		v.Form.AddFault("", refused.Message)
	}
	for _, f := range refused.Fields {
		parts := strings.SplitN(strings.TrimPrefix(f.Location, "/rows/"), "/", 2)
		n, err := strconv.Atoi(parts[0])
		if err != nil || n >= len(numbers) {
			v.Form.AddFault("", f.Message)
			continue
		}
		field := v.key[0]
		if len(parts) > 1 {
			field = parts[1]
		}
		v.Form.AddFault("/rows/"+strconv.Itoa(numbers[n])+"/"+field, f.Message)
	}
}

func (s *pages) sendRowsPage(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	no := r.PathValue("no")
	done, err := s.service.SendRows(r.Context(), web.Principal(r.Context()), web.Key(r), no, r.PathValue("set"))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+no, fmt.Sprintf("已报送 %d 行。", done.Rows))
}

// question asks before the rows are sent.
func (v rowsPageView) question() string {
	return fmt.Sprintf("报送以后不能再更改。现在共 %d 行，没有保存的改动不会报送，确定报送吗？", v.Rows)
}

// afterOf returns the query by which the page of v begins.
func afterOf(v rowsPageView) string {
	if v.After == "" {
		return ""
	}
	return "?after=" + url.QueryEscape(v.After)
}

// rowCells are the columns of rows that are only read.
func rowCells(v rowsPageView) []ui.Cell[Row] { return ui.CellsOf(rowsSheet(v.Title, v.Row), nil) }
