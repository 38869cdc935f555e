package children

import (
	"fmt"
	"net/http"
	"strconv"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerImport() {
	s.ImportPages(web.ImportPage{
		Kind: RosterImport, Upload: "/children/import", Title: "核对名册", Missing: "请选择要导入的 Excel 或 CSV 文件。", Extra: []string{columnAge},
		Again: func(w http.ResponseWriter, r *http.Request, err error) error {
			refused, ok := s.ImportError(r, err)
			if !ok {
				return err
			}
			return s.childrenPage(w, r, int(refused.Kind()), ui.BoundForm{}, web.ImportFault{Form: "file", Message: web.FileMessage(refused)})
		},
		Back: func(string) string { return "/children" },
		Done: func(done casework.Imported) (string, string) {
			if done.Import == 0 {
				return "/children", "没有新登记的婴幼儿。"
			}
			said := fmt.Sprintf("已登记入托 %d 名。", done.Added)
			if done.Draft != "" {
				said += fmt.Sprintf("另有 %d 行有问题，没有导入。", done.Refused)
			}
			return importPath(done.Import) + "?draft=" + done.Draft, said
		},
	})
	s.Page("GET /imports/children/{import}/result", web.Only(s.importResult, nursery.RoleInstitution))
	s.Page("POST /imports/children/{import}/undo", s.undoImport)
}

func importPath(id int64) string {
	return "/imports/" + importKind + "/" + strconv.FormatInt(id, 10) + "/result"
}

// importResult shows what came of an import, and what of it can be undone.
func (s *pages) importResult(w http.ResponseWriter, r *http.Request) error {
	past, err := s.service.Import(r.Context(), web.Principal(r.Context()), int64(web.AtoiOrZero(r.PathValue("import"))))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "名册导入结果", Wide: true, Back: "/children"}, importResultPage(past, r.URL.Query().Get("draft")))
}

func (s *pages) undoImport(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	before := int64(web.AtoiOrZero(r.PathValue("import")))
	past, err := s.service.UndoImport(r.Context(), web.Principal(r.Context()), web.Key(r), before)
	if err != nil {
		return err
	}
	said := fmt.Sprintf("已撤销 %d 名的入托登记。", past.Undone)
	if len(past.Kept) > 0 {
		said += fmt.Sprintf("%d 名不能撤销，原因见下表。", len(past.Kept))
	}
	return s.Done(w, r, importPath(past.ID), said)
}

// keptCells is the table of the children whose enrolment an import cannot undo.
var keptCells = ui.CellsOf(casework.Sheet[KeptChild]{Title: "不能撤销的", Columns: []casework.Column[KeptChild]{
	{Title: "婴幼儿", Value: func(k KeptChild) any { return k.Name }},
	{Title: "行号", Value: func(k KeptChild) any { return k.Row }},
	{Title: "原因", Value: func(k KeptChild) any { return k.Reason }},
}}, ui.Looks[KeptChild]{
	"婴幼儿": ui.HeadCell(func(k KeptChild) ui.RowHead {
		return ui.RowHead{Link: "/children/" + k.Child, Name: k.Name, Code: k.Child}
	}),
})
