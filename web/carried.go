package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
	"tuoyu/web/ui"
)

// listOf returns the address of the list that led to the page of a request; empty if none did.
func listOf(r *http.Request) string {
	list := r.URL.Query().Get(ui.ListParam)
	if list == "" || len(list) > ui.MostOfList || localPath(list) != list {
		return ""
	}
	return list
}

// atRow returns the address of a list at the row that leads to a page, unless it has a place already.
func atRow(list, page string) string {
	if strings.Contains(list, "#") {
		return list
	}
	path, _, _ := strings.Cut(page, "?")
	return list + "#" + path
}

// inboxOf returns the filter and the order of the inbox at an address; false if it is that of another list.
func (s *Site) inboxOf(r *http.Request, list string) (f casework.TaskFilter, order casework.Order, is bool, err error) {
	u, err := url.Parse(list)
	if err != nil || u.Path != "/tasks" && u.Path != "/start" {
		return f, order, false, nil // of no list that has tasks
	}
	saved, err := s.views(r.Context(), Principal(r.Context()), RoomOf("/tasks"))
	return FilterOf[casework.TaskFilter](u.Query()), listQueryOf(u.Query(), saved).order, true, err
}

// walk is where a task is in the list that led to it.
type walk struct {
	List   string // address of the list at its page
	No, Of int    // no number: further down than places are counted
	More   bool
	Before *casework.TaskSummary
	After  []casework.TaskSummary
}

// walkOf returns where a task is in the list that led to the page of a request, or in the whole inbox, with at most so many of the tasks
// after it. c is its case, where the reader may read that.
func (s *Site) walkOf(r *http.Request, t casework.TaskSummary, c *casework.CaseDetail, ahead int) (walk, error) {
	w := walk{List: listOf(r)}
	if c != nil && strings.HasPrefix(w.List, "/cases/"+c.CaseNo) {
		w.along(c.Tasks, t)
		return w, nil
	}
	f, order, inbox, err := s.inboxOf(r, w.List)
	switch {
	case err != nil:
		return w, err
	case w.List == "":
		w.List, f.View = "/tasks", casework.ViewAll
	case !inbox:
		return w, nil
	}
	place, err := s.Service.TaskPlace(r.Context(), Principal(r.Context()), f, order, t, ahead)
	if refused := (*casework.Error)(nil); errors.As(err, &refused) { // a filter that nothing could match
		return w, nil
	}
	if err != nil {
		return w, err
	}
	w.No, w.Of, w.More, w.Before, w.After = place.No, place.Of, place.More, place.Before, place.After
	if u, err := url.Parse(w.List); err == nil && place.No > 0 && u.Path == "/tasks" {
		q := u.Query()
		if q.Del("after"); place.Page != "" {
			q.Set("after", place.Page)
		}
		u.RawQuery = q.Encode()
		w.List = u.String()
	}
	return w, nil
}

// along places a task among the open tasks of its case that the reader answers.
func (w *walk) along(all []casework.TaskSummary, t casework.TaskSummary) {
	var before []casework.TaskSummary
	for _, other := range all {
		switch {
		case other.ID == t.ID:
			w.No = len(before) + 1
		case !other.Answerable:
		case w.No == 0:
			before = append(before, other)
		default:
			w.After = append(w.After, other)
		}
	}
	if w.Of = len(before) + 1 + len(w.After); len(before) > 0 {
		w.Before = &before[len(before)-1]
	}
}

// back returns the address of the list at the place of a task, or, once that has left it, of the one that follows it.
func (w walk) back(t casework.TaskSummary, left bool) string {
	if left && len(w.After) > 0 {
		t = w.After[0]
	}
	return atRow(w.List, "/tasks/"+t.ID)
}

// counted returns how many tasks the list has.
func (w walk) counted() string {
	if w.More {
		return ui.Count(w.Of/100*100) + " 多"
	}
	return ui.Count(w.Of)
}

// goOn claims the next task of a list that the reader can work on, and goes there; once none is left, it returns to the list.
func (s *Site) goOn(w http.ResponseWriter, r *http.Request, t casework.TaskDetail, along walk, message string) error {
	p := Principal(r.Context())
	for _, next := range along.After {
		if !next.Answerable {
			continue
		}
		if next.Claimable && !partyOfOne(p.Role) {
			_, err := s.Service.Claim(r.Context(), p, Key(r)+"/next", next.ID)
			if refused := (*casework.Error)(nil); errors.As(err, &refused) {
				continue // another account has just taken it
			}
			if err != nil {
				return err
			}
			return s.done(w, r, ui.OfList("/tasks/"+next.ID, along.List), flash{Text: message + "已领取下一件。", Undo: "撤回领取", Tasks: []string{next.ID}})
		}
		return s.Done(w, r, ui.OfList("/tasks/"+next.ID, along.List), message)
	}
	if along.No > 1 || along.More {
		message += "清单后面没有您能办理的了，前面还有 " + ui.Count(along.No-1) + " 件。"
	} else {
		message += "这份清单已经办完。"
	}
	return s.Done(w, r, along.back(t.TaskSummary, true), message)
}

// waysOn returns where somebody can go on from a command about a task or a case that was refused: the case, the task, and the list that led
// to it.
func (s *Site) waysOn(r *http.Request) (ways []navItem) {
	parts := strings.Split(r.URL.Path, "/") // "", "tasks" or "cases", which one
	if len(parts) < 3 {
		return nil
	}
	p, list := Principal(r.Context()), cmp.Or(listOf(r), "/tasks")
	switch parts[1] {
	case "tasks":
		t, err := s.Service.Task(r.Context(), p, parts[2])
		if err != nil {
			return nil // it may be what was refused
		}
		ways = append(ways, navItem{Path: ui.OfList("/tasks/"+t.ID, listOf(r)), Title: "这件待办现在的情况"}, navItem{Path: ui.OfList("/cases/"+t.CaseNo, listOf(r)), Title: "办件 " + t.CaseNo})
	case "cases":
		ways = append(ways, navItem{Path: ui.OfList("/cases/"+parts[2], listOf(r)), Title: "办件 " + parts[2]})
	default:
		return nil
	}
	return append(ways, navItem{Path: atRow(list, r.URL.Path), Title: "返回清单，看其他事项"})
}
