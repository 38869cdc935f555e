package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// BatchMost is the number of rows on which one command may be executed at once.
const BatchMost = 500

// Batches is what can be done with several rows of a list at once.
type Batches[View any] struct {
	ID   func(Reader, View) (id, name string)          // of a row; an empty identifier where the reader can do nothing with it
	Name func(v Reader, id string) (ui.RowHead, error) // what a row is called, and where it leads
	Acts []BatchAct
}

// BatchAct is a command that is executed on each chosen row under a key of its own, as it is on one.
type BatchAct struct {
	Name     string // of its address, below that of the list
	Title    string // of its button
	Done     string // the result of the rows on which it was executed
	Question string // a confirmation before it
	Undo     string // of a button that takes back what was done to tasks; empty: none
	For      func(nursery.Principal) bool
	Fields   func(Reader) (templ.Component, error) // what it needs besides the rows; nil: nothing
	Do       func(v Reader, key, id string, form url.Values) error
}

// batchButton is the button of an act.
type batchButton struct {
	Action, Title, Question string
	Fields                  templ.Component
}

// buttons returns the buttons of the acts that the reader may execute, unless there are no rows.
func (b Batches[View]) buttons(v Reader, rows int) (list []batchButton, err error) {
	for _, act := range b.Acts {
		if rows == 0 || act.For != nil && !act.For(v.Principal) {
			continue
		}
		button := batchButton{v.r.URL.Path + "/" + act.Name, act.Title, act.Question, templ.NopComponent}
		if act.Fields != nil {
			if button.Fields, err = act.Fields(v); err != nil {
				return nil, err
			}
		}
		list = append(list, button)
	}
	return list, nil
}

// batchResult is what became of one row: an empty fault where the act was executed.
type batchResult struct {
	ID    string
	Row   ui.RowHead
	Fault string
}

// batchView is what became of all rows.
type batchView struct {
	Title, Done, Back string
	Undo              string
	Failed, Executed  []batchResult
	Batch             []batchButton
}

// taken returns what was executed, for the button that takes it back.
func (v batchView) taken() Flash {
	f := Flash{Undo: v.Undo, here: v.Back}
	for _, x := range v.Executed {
		f.Tasks = append(f.Tasks, x.ID)
	}
	return f
}

// batch executes an act on the chosen rows, or on the first BatchMost that the list has for the address that the form came from. It shows
// what became of each row; those that were refused can be sent again. A row on which the act was executed is not affected by a repeat
// of the form. After an error that is not about one row, the remaining rows are left out and shown as such.
func (l *Listing[Filter, View]) batch(s *Site, w http.ResponseWriter, r *http.Request, act BatchAct) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	p := Principal(r.Context())
	back, err := url.Parse(LocalPath(r.PostFormValue("_back")))
	if err != nil || back.Path != l.Path {
		back = &url.URL{Path: l.Path}
	}
	v := Reader{p, back.String(), r}
	ids := slices.Compact(slices.Sorted(slices.Values(r.PostForm["row"])))
	if r.PostFormValue("_all") == "yes" {
		if ids, err = l.allRows(s, v, back.Query()); err != nil {
			return err
		}
	}
	switch {
	case len(ids) > BatchMost:
		return &casework.Error{Code: casework.CodeInvalid, Message: fmt.Sprintf("一次最多办理 %d 件，本次选择了 %d 件，均未办理。请分批选择。", BatchMost, len(ids))}
	case len(ids) == 0:
		return s.Done(w, r, v.Here, "没有选择任何一行。")
	}
	shown := batchView{Title: act.Title, Done: act.Done, Back: v.Here, Undo: act.Undo}
	ended := ""
	for _, id := range ids {
		one := batchResult{ID: id, Row: l.nameOf(v, id), Fault: ended}
		if ended == "" {
			err := act.Do(v, Key(r)+"/"+id, id, r.PostForm)
			var refused *casework.Error
			switch {
			case errors.As(err, &refused) && refused.Kind() < http.StatusInternalServerError:
				one.Fault = refused.Message
				for _, f := range refused.Fields {
					one.Fault += f.Message + "。"
				}
			case err != nil:
				one.Fault = s.UserError(r.Context(), err).Message
				ended = "没有办理。" + one.Fault
			}
		}
		if one.Fault == "" {
			shown.Executed = append(shown.Executed, one)
		} else {
			shown.Failed = append(shown.Failed, one)
		}
	}
	if len(shown.Failed) == 0 {
		return s.DoneWith(w, r, v.Here, Flash{Text: fmt.Sprintf("%s %d 件。", act.Done, len(ids)), Undo: act.Undo, Tasks: ids})
	}
	again := r.Clone(r.Context())
	again.URL.Path = l.Path
	if shown.Batch, err = l.Batch.buttons(Reader{p, v.Here, again}, len(shown.Failed)); err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: act.Title + "的结果", Wide: true, Back: v.Here}, batchPage(shown))
}

// allRows returns the rows of the list that an address asks for and that the reader may choose, at most BatchMost.
func (l *Listing[Filter, View]) allRows(s *Site, v Reader, values url.Values) (ids []string, err error) {
	rows, _, err := l.List.Some(v.Context(), s.Service, v.Principal, l.filterOf(v.Principal, values), BatchMost)
	for _, row := range rows {
		if id, _ := l.Batch.ID(v, row); id != "" {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// nameOf returns what a row is called that the reader may see, and otherwise no name and no link.
func (l *Listing[Filter, View]) nameOf(v Reader, id string) ui.RowHead {
	head, err := l.Batch.Name(v, id)
	if err != nil {
		return ui.RowHead{Name: "看不到的一件"}
	}
	return head
}
