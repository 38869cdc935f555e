package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/offices"
)

func registerFilters(s *Site) {
	s.SavedFilters(s.savedFiltersOf)
	s.Page("POST /tasks/filters", s.saveFilter)
	s.Page("POST /tasks/filters/{id}/drop", s.dropFilter)
}

const inboxRoom = "tasks"

// savedFiltersOf returns the filters of the inbox that somebody saved.
func (s *Site) savedFiltersOf(ctx context.Context, p nursery.Principal) (list []SavedFilter, err error) {
	saved, err := s.Services.SavedFilters(ctx, p, inboxRoom)
	for _, f := range saved {
		list = append(list, SavedFilter{f.ID, f.Name, f.Query})
	}
	return list, err
}

func (s *Site) saveFilter(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	back := BackPath(r)
	at, err := url.Parse(back)
	if err != nil {
		return err
	}
	_, err = s.Services.SaveFilter(r.Context(), Principal(r.Context()), Key(r), offices.SavedFilter{Room: inboxRoom, Name: strings.TrimSpace(r.PostFormValue("name")), Query: at.RawQuery})
	if err != nil {
		return err
	}
	return s.Done(w, r, back, "已保存筛选。")
}

func (s *Site) dropFilter(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	var id int64
	if _, err := fmt.Sscan(r.PathValue("id"), &id); err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这个筛选。"}
	}
	if err := s.Services.DropFilter(r.Context(), Principal(r.Context()), Key(r), id); err != nil {
		return err
	}
	return s.Done(w, r, BackPath(r), "已删除筛选。")
}
