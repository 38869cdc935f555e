package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// ListPage answers with a page of a list as p sees it, size rows of it, or with the file of the list that the request asks for.
func ListPage[Filter, View any](s *Site, w http.ResponseWriter, r *http.Request, p nursery.Principal, list casework.List[Filter, View], f Filter, size int, in Frame, show func(casework.Page[View]) templ.Component) error {
	if format := ExportFormat(r); format != "" {
		return SendFile(w)(list.Export(r.Context(), s.Service, p, f, format))
	}
	page, err := list.Page(r.Context(), s.Service, p, f, PageRequest(r, size))
	if err != nil {
		return err
	}
	return s.Show(w, r, in, show(page))
}

// SheetPage answers with a table that is whole on its page, or with the file of it that the request asks for.
func SheetPage[Row any](s *Site, w http.ResponseWriter, r *http.Request, sheet casework.Sheet[Row], rows []Row, in Frame, show func() templ.Component) error {
	if format := ExportFormat(r); format != "" {
		return SendFile(w)(sheet.File(rows, format))
	}
	return s.Show(w, r, in, show())
}

// ExportFormat returns the format of the file that the request asks for instead of the page, if it does.
func ExportFormat(r *http.Request) casework.Format {
	switch format := casework.Format(r.URL.Query().Get("export")); format {
	case casework.Workbook, casework.CSV:
		return format
	}
	return ""
}

// SendFile returns what answers with a file to download, or fails with the error of making it.
func SendFile(w http.ResponseWriter) func(casework.File, error) error {
	return func(f casework.File, err error) error {
		if err != nil {
			return err
		}
		return Download(w, f.Media, f.Name, f.Content)
	}
}

// Template answers with a workbook to fill in.
func Template(name string, write func() ([]byte, error)) Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		raw, err := write()
		if err != nil {
			return err
		}
		return Download(w, sheets.Media, name, raw)
	}
}

// Download answers with a file to keep.
func Download(w http.ResponseWriter, mediaType, name string, raw []byte) error {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, err := w.Write(raw)
	return err
}
