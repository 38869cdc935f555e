package casework

import (
	"context"
	"slices"

	"tuoyu/nursery"
)

// Place is where a row is in a list.
type Place[View any] struct {
	No   int  // from 1; 0 if more than placesMost rows are before it
	Of   int  // how many rows there are, as far as they were read
	More bool // there are more
	// Before is the row before it; nil for the first. After are the rows after it, as many as were asked for.
	Before *View
	After  []View
	// Page is the cursor with which the page begins that the row is on; empty for the first page.
	Page string
}

// placesMost is how far down a list places are counted, placesFirst how far at once.
const placesMost, placesFirst = 500, 100

// place returns where in the list a row is, by its cursor. A row that has left the list has the place it had: it is counted, and its
// neighbours are those between which it was. Ahead is how many rows after it are read, at least 1.
func (l *List[Filter, View]) place(ctx context.Context, s *Service, p nursery.Principal, f Filter, at Cursor, is func(View) bool, ahead int) (place Place[View], err error) {
	err = l.reading(ctx, s, p, f, func(r ListReading[Filter]) error {
		r.After, r.Limit = at, int32(ahead)
		after, err := l.Read(ctx, r)
		if err != nil {
			return err
		}
		for _, one := range after {
			place.After = append(place.After, one.View)
		}
		here := func(one ListRow[View]) bool {
			return is(one.View) || len(after) > 0 && one.At.encode() == after[0].At.encode()
		}
		var rows []ListRow[View]
		place.More = true
		r.After, r.Limit = l.First, placesFirst
		n := -1
		for n < 0 && place.More && len(rows) < placesMost {
			next, err := l.Read(ctx, r)
			if err != nil {
				return err
			}
			place.More = len(next) == int(r.Limit)
			if n = slices.IndexFunc(next, here); n >= 0 {
				n += len(rows)
			}
			if rows = append(rows, next...); place.More {
				r.After, r.Limit = rows[len(rows)-1].At, placesMost-placesFirst
			}
		}
		if n < 0 && !place.More {
			n = len(rows)
		}
		place.Of = len(rows)
		if n < 0 {
			return nil
		}
		if n == len(rows) || !is(rows[n].View) {
			place.Of++
		}
		place.No = n + 1
		if n > 0 {
			place.Before = &rows[n-1].View
		}
		if first := n / pageDefault * pageDefault; first > 0 {
			place.Page = rows[first-1].At.encode()
		}
		return nil
	})
	return place, err
}

// sortedPlace is place for another order, in which the first SortMost rows of the list are. The row is added where it has left them.
func (l *List[Filter, View]) sortedPlace(ctx context.Context, s *Service, p nursery.Principal, f Filter, order Order, row View, is func(View) bool, ahead int) (place Place[View], err error) {
	rows, more, err := l.Some(ctx, s, p, f, SortMost)
	if err != nil {
		return place, err
	}
	if !slices.ContainsFunc(rows, is) {
		rows = append(rows, row)
	}
	if err := l.Sheet.sort(rows, order); err != nil {
		return place, err
	}
	n := slices.IndexFunc(rows, is)
	place = Place[View]{No: n + 1, Of: len(rows), More: more, After: rows[n+1 : min(len(rows), n+1+ahead)]}
	if n > 0 {
		place.Before = &rows[n-1]
	}
	if first := n / pageDefault * pageDefault; first > 0 {
		place.Page = Cursor{No: int64(first)}.encode()
	}
	return place, nil
}
