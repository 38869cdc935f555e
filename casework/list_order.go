package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tuoyu/nursery"
)

// SortMost bounds the rows of a page that is not in the order of the list.
const SortMost = 1000

// Order is the column by which rows are sorted, by its title; none is the order of the list.
type Order struct {
	By   string
	Desc bool
}

// Sorted is Page in another order: of the first SortMost rows in that of the list. Whole is false where the list has more. Its errors
// are those of Page, and invalid for a column that the list does not have.
func (l *List[Filter, View]) Sorted(ctx context.Context, s *Service, p nursery.Principal, f Filter, order Order, page PageRequest) (list Page[View], whole bool, err error) {
	if order.By == "" {
		list, err = l.Page(ctx, s, p, f, page)
		return list, true, err
	}
	list.Items = []View{}
	limit, err := page.limit(l.Default, l.Most)
	if err != nil {
		return list, false, err
	}
	var after Cursor
	if page.After != "" {
		if after, err = decodeCursor(page.After); err != nil {
			return list, false, err
		}
	}
	rows, more, err := l.Some(ctx, s, p, f, SortMost)
	if err != nil {
		return list, false, err
	}
	if err := l.Sheet.sort(rows, order); err != nil {
		return list, false, err
	}
	from := min(max(0, int(after.No)), len(rows))
	until := min(from+limit, len(rows))
	list.Items = append(list.Items, rows[from:until]...)
	if until < len(rows) {
		list.Next = Cursor{No: int64(until)}.encode()
	}
	return list, !more, nil
}

// Matching returns those of the first SortMost rows that match, in an order. It is for what the database cannot search, such as sealed
// names. Whole is false where the list has more rows. Its errors are those of Sorted.
func (l *List[Filter, View]) Matching(ctx context.Context, s *Service, p nursery.Principal, f Filter, order Order, match func(View) bool) (rows []View, whole bool, err error) {
	rows, more, err := l.Some(ctx, s, p, f, SortMost)
	if err != nil {
		return nil, false, err
	}
	rows = slices.DeleteFunc(rows, func(row View) bool { return !match(row) })
	if order.By != "" {
		err = l.Sheet.sort(rows, order)
	}
	return rows, !more, err
}

// AllSorted is All in another order. Its errors are those of Sorted.
func (l *List[Filter, View]) AllSorted(ctx context.Context, s *Service, p nursery.Principal, f Filter, order Order) ([]View, error) {
	rows, err := l.All(ctx, s, p, f)
	if err != nil || order.By == "" {
		return rows, err
	}
	return rows, l.Sheet.sort(rows, order)
}

// Only returns the sheet with the columns of these titles, in its own order. Without titles it has all of them.
func (s Sheet[Row]) Only(titles []string) Sheet[Row] {
	if len(titles) > 0 {
		s.Columns = slices.DeleteFunc(slices.Clone(s.Columns), func(c Column[Row]) bool { return !slices.Contains(titles, c.Title) })
	}
	return s
}

// sort sorts rows by a column, those without a value last. It returns invalid for a column that the sheet does not have.
func (s Sheet[Row]) sort(rows []Row, order Order) error {
	at := slices.IndexFunc(s.Columns, func(c Column[Row]) bool { return c.Title == order.By })
	if at < 0 {
		return NewError(CodeInvalid, "不能按这一列排序。", FieldError{Location: "sort", Message: "没有这一列"})
	}
	keys, sorted := make([]sortKey, len(rows)), make([]Row, len(rows))
	for i, row := range rows {
		keys[i] = keyOf(s.Columns[at].Value(row))
	}
	for to, from := range sortedBy(keys, order.Desc) {
		sorted[to] = rows[from]
	}
	copy(rows, sorted)
	return nil
}

// sortedBy returns the indexes of keys in their order; of equal keys the first stays first.
func sortedBy(keys []sortKey, desc bool) []int {
	at := make([]int, len(keys))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(i, j int) int {
		a, b := keys[i], keys[j]
		switch {
		case a.empty != b.empty:
			if a.empty {
				return 1
			}
			return -1
		case desc:
			a, b = b, a
		}
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text))
	})
	return at
}

// sortKey is what a value is sorted by.
type sortKey struct {
	empty  bool
	number int64
	text   string
}

// keyOf returns the key of a value of a column. Text is sorted as GB 18030 encodes it, in which common characters are in the order of
// their pronunciation.
func keyOf(value any) sortKey {
	switch v := value.(type) {
	case nil:
		return sortKey{empty: true}
	case string:
		text, err := simplifiedchinese.GB18030.NewEncoder().String(v)
		if err != nil {
			text = v
		}
		return sortKey{empty: v == "", text: text}
	case int:
		return sortKey{number: int64(v)}
	case *int:
		if v == nil {
			return sortKey{empty: true}
		}
		return sortKey{number: int64(*v)}
	case Fen:
		return sortKey{number: int64(v)}
	case bool:
		if v {
			return sortKey{number: -1}
		}
		return sortKey{}
	case nursery.Date:
		return sortKey{empty: v.IsZero(), text: v.String()}
	case time.Time:
		return sortKey{empty: v.IsZero(), number: v.UnixNano()}
	}
	panic(fmt.Sprintf("casework: a column holds a %T", value))
}
