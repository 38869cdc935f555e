package web

import (
	"net/http"
	"net/url"

	"tuoyu/casework"
	"tuoyu/sheets"
)

// exportMost bounds the rows of an exported list.
const exportMost = 20_000

func wantsExport(r *http.Request) bool { return r.URL.Query().Get("export") == "xlsx" }

// exported answers with a whole list as a workbook, read page by page through the door.
func exported[T any](s *Site, w http.ResponseWriter, title string, head []string,
	read func(casework.PageRequest) ([]T, string, error), row func(T) []any,
) error {
	table := sheets.Table{Name: title, Head: head, Frozen: 1, Wide: 1}
	page := casework.PageRequest{Limit: 100}
	for len(table.Rows) < exportMost {
		items, next, err := read(page)
		if err != nil {
			return err
		}
		for _, item := range items {
			table.Rows = append(table.Rows, row(item))
		}
		if page.After = next; next == "" {
			break
		}
	}
	return s.workbook(w, title, table)
}

func (s *Site) workbook(w http.ResponseWriter, title string, tables ...sheets.Table) error {
	raw, err := sheets.Write(tables...)
	if err != nil {
		return err
	}
	return download(w, sheets.Media, title+".xlsx", raw)
}

// download answers with a file to be kept.
// template answers with a file to fill in.
func template(name string, write func() ([]byte, error)) handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		raw, err := write()
		if err != nil {
			return err
		}
		return download(w, sheets.Media, name, raw)
	}
}

func download(w http.ResponseWriter, mediaType, name string, raw []byte) error {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, err := w.Write(raw)
	return err
}
