package offices

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
)

func (s *pages) registerFilters() {
	s.SavedFilters(s.savedFiltersOf)
	s.Page("POST /views", s.saveFilter)
	s.Page("POST /views/{id}/drop", s.dropFilter)
}

// savedFiltersOf returns the views of a list that somebody saved.
func (s *pages) savedFiltersOf(ctx context.Context, p nursery.Principal, room string) (list []web.SavedFilter, err error) {
	saved, err := s.service.SavedFilters(ctx, p, room)
	for _, f := range saved {
		list = append(list, web.SavedFilter{ID: f.ID, Name: f.Name, Query: f.Query})
	}
	return list, err
}

// saveFilter saves the view of a list that the form came from. The default view has the columns and the order alone.
func (s *pages) saveFilter(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	back := web.BackPath(r)
	at, err := url.Parse(back)
	if err != nil {
		return err
	}
	view, name := at.Query(), strings.TrimSpace(r.PostFormValue("name"))
	view.Del("after")
	if name == web.DefaultView {
		view = url.Values{"cols": view["cols"], "sort": view["sort"]}
	}
	_, err = s.service.SaveFilter(r.Context(), web.Principal(r.Context()), web.Key(r), SavedFilter{Room: web.RoomOf(at.Path), Name: name, Query: view.Encode()})
	if err != nil {
		return err
	}
	return s.Done(w, r, back, "已保存视图“"+name+"”。")
}

func (s *pages) dropFilter(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	var id int64
	if _, err := fmt.Sscan(r.PathValue("id"), &id); err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这个视图。"}
	}
	if err := s.service.DropFilter(r.Context(), web.Principal(r.Context()), web.Key(r), id); err != nil {
		return err
	}
	return s.Done(w, r, web.BackPath(r), "已删除视图。")
}
