package insurance

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerImports() {
	s.ImportPages(web.ImportPage{
		Kind: RosterImport, Upload: "/insurance/{no}/rosters", Title: "核对投保名册", Missing: "请选择名册文件。", Extra: []string{columnTitle("correction")},
		About: func(r *http.Request) string { return r.PathValue("no") },
		Again: func(w http.ResponseWriter, r *http.Request, err error) error { return s.notImported(w, r, "file", err) },
		Back:  func(about string) string { return "/insurance/" + about },
		Done: func(done casework.Imported) (string, string) {
			path := fmt.Sprintf("/insurance/%s/rosters/%d", done.About, done.Import)
			if done.Draft != "" {
				path += "?draft=" + done.Draft
			}
			return path, "名册已导入。"
		},
	})
	s.ImportPages(web.ImportPage{
		Kind: AnswersImport, Upload: "/insurance/{no}/sends/{number}/answers", Title: "核对答复", Missing: "请选择填好答复的工作簿。",
		About: func(r *http.Request) string { return r.PathValue("no") + "/" + r.PathValue("number") },
		Again: func(w http.ResponseWriter, r *http.Request, err error) error {
			return s.notImported(w, r, r.PathValue("number"), err)
		},
		Back: func(about string) string { no, _, _ := strings.Cut(about, "/"); return "/insurance/" + no },
		Done: func(done casework.Imported) (string, string) {
			said := fmt.Sprintf("已接收 %d 名的答复，以前已答复 %d 名。", done.Added, done.Same)
			if done.Draft != "" {
				return "/imports/" + AnswersImport.Name + "/" + done.Draft, said + fmt.Sprintf("另有 %d 行有问题，没有接收，请更正。", done.Refused)
			}
			no, _, _ := strings.Cut(done.About, "/")
			return "/insurance/" + no, said
		},
	})
	s.Page("GET /insurance/{no}/rosters/{number}", s.insuranceRoster)
	s.Page("POST /insurance/{no}/rosters/{number}/undo", s.undoRoster)
	s.Page("POST /insurance/{no}/sends/{number}/answers/undo", s.undoAnswers)
}

// rosterResult is what came of an import of a roster, and what of it can be undone.
type rosterResult struct {
	InsuranceRoster
	Undo  RosterUndo
	Draft string // with the rows that were not taken
}

// insuranceRoster shows the result of importing a roster, with the refused rows.
func (s *pages) insuranceRoster(w http.ResponseWriter, r *http.Request) error {
	p, no, number := web.Principal(r.Context()), r.PathValue("no"), web.AtoiOrZero(r.PathValue("number"))
	report, err := s.service.RosterReport(r.Context(), p, no, number)
	if err != nil {
		return err
	}
	if web.ExportFormat(r) != "" {
		return web.SendFile(w)(RosterFaultFile(report))
	}
	v := rosterResult{InsuranceRoster: report, Draft: r.URL.Query().Get("draft")}
	if report.Added+report.Updated > 0 && nursery.DateOf(report.At) == nursery.DateOf(s.service.Now()) {
		if v.Undo, err = s.service.RosterUndoOf(r.Context(), p, no, number); err != nil && !isNotFound(err) { // an earlier release noted nothing
			return err
		}
	}
	return s.Show(w, r, web.Frame{Title: "名册导入结果", Wide: true, Back: "/insurance/" + report.CaseNo}, insuranceRosterPage(v))
}

func (s *pages) undoRoster(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	no, number := r.PathValue("no"), r.PathValue("number")
	undo, err := s.service.UndoRoster(r.Context(), web.Principal(r.Context()), web.Key(r), no, web.AtoiOrZero(number))
	if err != nil {
		return err
	}
	said := fmt.Sprintf("已撤销 %d 行。", undo.Undone)
	if len(undo.Kept) > 0 {
		said += "有的行不能撤销，原因见下表。"
	}
	return s.Done(w, r, "/insurance/"+no+"/rosters/"+number, said)
}

func (s *pages) undoAnswers(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	n, err := s.service.UndoAnswers(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), web.AtoiOrZero(r.PathValue("number")))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/insurance/"+r.PathValue("no"), fmt.Sprintf("已撤销最近一次导入的 %d 名的答复。", n))
}

// keptCells is the table of the rows that an import cannot undo.
var keptCells = ui.CellsOf(casework.Sheet[KeptOnRoster]{Title: "不能撤销的", Columns: []casework.Column[KeptOnRoster]{
	{Title: "行号", Value: func(k KeptOnRoster) any { return k.Row }},
	{Title: "原因", Value: func(k KeptOnRoster) any { return k.Reason }},
}}, ui.Looks[KeptOnRoster]{
	"行号": ui.HeadCell(func(k KeptOnRoster) ui.RowHead { return ui.RowHead{Name: ui.Count(k.Row)} }),
})

func isNotFound(err error) bool {
	var refused *casework.Error
	return errors.As(err, &refused) && refused.Kind() == casework.NotFound
}
