package cases

import (
	"net/http"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func registerWaiting(s *pages) {
	s.Waiting("/cases?status=draft", "草稿", s.Service.CountDrafts, nursery.RoleInstitution)
	s.Page("GET /news", func(w http.ResponseWriter, r *http.Request) error {
		news, err := s.Service.News(r.Context(), web.Principal(r.Context()))
		if err != nil {
			return err
		}
		return s.Show(w, r, web.Frame{Title: "新动态", Live: true}, newsPage(news))
	})
	s.Page("POST /news/seen", func(w http.ResponseWriter, r *http.Request) error {
		if err := web.ParseForm(r); err != nil {
			return err
		}
		event, err := strconv.ParseInt(r.PostFormValue("event"), 10, 64)
		if err != nil {
			return &casework.Error{Code: casework.CodeMalformedForm, Message: "表单无法读取，请返回重试。", Err: err}
		}
		if err := s.Service.SeeNews(r.Context(), web.Principal(r.Context()), web.Key(r), event); err != nil {
			return err
		}
		return s.Done(w, r, "/news", "已全部标为已看。")
	})
	s.Page("GET /search", web.Only(s.search, web.Searching...))
}

// hits is what a search of everything found.
type hits struct {
	Query   string
	Parties []casework.Hit
	Cases   []casework.CaseSummary
	More    bool // not all cases are shown
}

// search finds a case or an institution, whatever is typed. It leads to the case of a number at once.
func (s *pages) search(w http.ResponseWriter, r *http.Request) error {
	p, typed := web.Principal(r.Context()), strings.TrimSpace(r.FormValue("q"))
	found := hits{Query: typed}
	var err error
	if typed != "" {
		if found.Parties, found.Cases, found.More, err = s.Service.SearchAll(r.Context(), p, typed); err != nil {
			return err
		}
	}
	if len(found.Cases) == 1 && len(found.Parties) == 0 && casework.ReadSearch(typed).CaseNo == found.Cases[0].CaseNo {
		http.Redirect(w, r, "/cases/"+found.Cases[0].CaseNo, http.StatusSeeOther)
		return nil
	}
	return s.Show(w, r, web.Frame{Title: "查找", Wide: true}, searchPage(found, p))
}

var searchCells = ui.CellsOf(casework.Cases.Sheet, casesListing.Looks(web.Reader{}))
