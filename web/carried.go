package web

import (
	"cmp"
	"net/http"
	"strings"

	"tuoyu/web/ui"
)

// ListOf returns the address of the list that led to the page of a request; empty if none did.
func ListOf(r *http.Request) string {
	list := r.URL.Query().Get(ui.ListParam)
	if list == "" || len(list) > ui.MostOfList || LocalPath(list) != list {
		return ""
	}
	return list
}

// AtRow returns the address of a list at the row that leads to a page, unless it has a place already.
func AtRow(list, page string) string {
	if strings.Contains(list, "#") {
		return list
	}
	path, _, _ := strings.Cut(page, "?")
	return list + "#" + path
}

// waysOn returns where somebody can go on from a command about a task or a case that was refused: the case, the task, and the list that led
// to it.
func (s *Site) waysOn(r *http.Request) (ways []Link) {
	parts := strings.Split(r.URL.Path, "/") // "", "tasks" or "cases", which one
	if len(parts) < 3 {
		return nil
	}
	p, list := Principal(r.Context()), cmp.Or(ListOf(r), "/tasks")
	switch parts[1] {
	case "tasks":
		t, err := s.Service.Task(r.Context(), p, parts[2])
		if err != nil {
			return nil // it may be what was refused
		}
		ways = append(ways, Link{Path: ui.OfList("/tasks/"+t.ID, ListOf(r)), Title: "这件待办现在的情况"}, Link{Path: ui.OfList("/cases/"+t.CaseNo, ListOf(r)), Title: "办件 " + t.CaseNo})
	case "cases":
		ways = append(ways, Link{Path: ui.OfList("/cases/"+parts[2], ListOf(r)), Title: "办件 " + parts[2]})
	default:
		return nil
	}
	return append(ways, Link{Path: AtRow(list, r.URL.Path), Title: "返回清单，看其他事项"})
}

// BackPath is where a form came from: a page of ours, or the inbox.
func BackPath(r *http.Request) string {
	if next := r.PostFormValue("_back"); next != "" {
		return LocalPath(next)
	}
	return "/tasks"
}
