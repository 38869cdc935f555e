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
	s.Page("POST /tasks/filters", s.saveFilter)
	s.Page("POST /tasks/filters/{id}/drop", s.dropFilter)
}

const inboxRoom = "tasks"

// savedFiltersOf returns the filters of the inbox that somebody saved.
func (s *pages) savedFiltersOf(ctx context.Context, p nursery.Principal) (list []web.SavedFilter, err error) {
	saved, err := s.service.SavedFilters(ctx, p, inboxRoom)
	for _, f := range saved {
		list = append(list, web.SavedFilter{ID: f.ID, Name: f.Name, Query: f.Query})
	}
	return list, err
}

func (s *pages) saveFilter(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	back := web.BackPath(r)
	at, err := url.Parse(back)
	if err != nil {
		return err
	}
	_, err = s.service.SaveFilter(r.Context(), web.Principal(r.Context()), web.Key(r), SavedFilter{Room: inboxRoom, Name: strings.TrimSpace(r.PostFormValue("name")), Query: at.RawQuery})
	if err != nil {
		return err
	}
	return s.Done(w, r, back, "已保存筛选。")
}

func (s *pages) dropFilter(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	var id int64
	if _, err := fmt.Sscan(r.PathValue("id"), &id); err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这个筛选。"}
	}
	if err := s.service.DropFilter(r.Context(), web.Principal(r.Context()), web.Key(r), id); err != nil {
		return err
	}
	return s.Done(w, r, web.BackPath(r), "已删除筛选。")
}
