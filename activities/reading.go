package activities

import (
	"context"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Reading is an access to data of children or to a complaint, with its purpose.
type Reading struct {
	By      nursery.Principal
	Purpose nursery.ReadingPurpose
	Fields  []nursery.ChildField
	At      time.Time

	Subject nursery.ReadingSubject // zero: the record of each child
	About   string                 // the document, the case or the list; empty for a record
}

func (r Reading) fields() []string {
	names := make([]string, len(r.Fields))
	for i, field := range r.Fields {
		names[i] = string(field)
	}
	return names
}

// since returns the beginning of the day in which one entry suffices.
func (r Reading) since() time.Time {
	y, m, d := r.At.In(nursery.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, nursery.Shanghai)
}

// NoteReading records an access to each child (未成年人网络保护条例 art. 36), in the transaction that reads: the fields of its
// record or, if the subject is set, a document about it.
func NoteReading(ctx context.Context, q *store.Queries, r Reading, children ...store.Child) error {
	if r.Subject == "" {
		r.Subject = nursery.ReadChild
	}
	line := store.NoteReadingsParams{
		Subject: string(r.Subject), About: r.About, Reader: r.By.Account, ReaderRole: string(r.By.Role), Institution: r.By.Institution,
		Purpose: string(r.Purpose), Fields: r.fields(), At: r.At,
	}
	line.Children, line.Counties = idsAndCounties(children)
	return q.NoteReadings(ctx, line)
}

// NoteListReading records an access to a list with the names of children: one entry for the list, the reader and the
// day, with the children on the list. Another access on that day only adds children who are new on it.
func NoteListReading(ctx context.Context, q *store.Queries, r Reading, children ...store.Child) error {
	if len(children) == 0 {
		return nil
	}
	if err := q.LockReading(ctx, store.LockReadingParams{Reader: r.By.Account, Subject: string(r.Subject), About: r.About}); err != nil {
		return err
	}
	line := store.NoteListReadingParams{
		Subject: string(r.Subject), About: r.About, Reader: r.By.Account, ReaderRole: string(r.By.Role), Institution: r.By.Institution,
		Purpose: string(r.Purpose), Fields: r.fields(), At: r.At, Since: r.since(),
	}
	line.Children, line.Counties = idsAndCounties(children)
	return q.NoteListReading(ctx, line)
}

// NoteCaseReading records an access to a case that names a person other than a child, such as a complaint: one entry
// for the case, the reader and the day.
func NoteCaseReading(ctx context.Context, q *store.Queries, r Reading, county string) error {
	if err := q.LockReading(ctx, store.LockReadingParams{Reader: r.By.Account, Subject: string(r.Subject), About: r.About}); err != nil {
		return err
	}
	return q.NoteCaseReading(ctx, store.NoteCaseReadingParams{
		Subject: string(r.Subject), About: r.About, County: county, Reader: r.By.Account, ReaderRole: string(r.By.Role), Institution: r.By.Institution,
		Purpose: string(r.Purpose), Fields: r.fields(), At: r.At, Since: r.since(),
	})
}

func idsAndCounties(children []store.Child) (ids, counties []string) {
	for _, c := range children {
		ids, counties = append(ids, c.ID), append(counties, c.County)
	}
	return ids, counties
}
