package cases

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// inboxOf returns the filter and the order of the inbox at an address; false if it is that of another list.
func (s *pages) inboxOf(r *http.Request, list string) (f casework.TaskFilter, order casework.Order, is bool, err error) {
	u, err := url.Parse(list)
	if err != nil || u.Path != "/tasks" && u.Path != "/start" {
		return f, order, false, nil // of no list that has tasks
	}
	order, err = s.OrderOf(r.Context(), web.Principal(r.Context()), "/tasks", u.Query())
	return web.FilterOf[casework.TaskFilter](u.Query()), order, true, err
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
func (s *pages) walkOf(r *http.Request, t casework.TaskSummary, c *casework.CaseDetail, ahead int) (walk, error) {
	w := walk{List: web.ListOf(r)}
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
	place, err := s.Service.TaskPlace(r.Context(), web.Principal(r.Context()), f, order, t, ahead)
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
	return web.AtRow(w.List, "/tasks/"+t.ID)
}

// counted returns how many tasks the list has.
func (w walk) counted() string {
	if w.More {
		return ui.Count(w.Of/100*100) + " 多"
	}
	return ui.Count(w.Of)
}

// goOn claims the next task of a list that the reader can work on, and goes there; once none is left, it returns to the list.
func (s *pages) goOn(w http.ResponseWriter, r *http.Request, t casework.TaskDetail, along walk, message string) error {
	p := web.Principal(r.Context())
	for _, next := range along.After {
		if !next.Answerable {
			continue
		}
		if next.Claimable && !partyOfOne(p.Role) {
			_, err := s.Service.Claim(r.Context(), p, web.Key(r)+"/next", next.ID)
			if refused := (*casework.Error)(nil); errors.As(err, &refused) {
				continue // another account has just taken it
			}
			if err != nil {
				return err
			}
			return s.DoneWith(w, r, ui.OfList("/tasks/"+next.ID, along.List), web.Flash{Text: message + "已领取下一件。", Undo: "撤回领取", Tasks: []string{next.ID}})
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
