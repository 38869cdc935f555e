package activities

import (
	"bytes"
	"context"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// resealAtOnce is the number of values resealed in one transaction; an interruption loses no more than that.
const resealAtOnce = 500

// Resealed is the progress of a column.
type Resealed struct {
	Table, Column string
	Values        int // number of values resealed or reindexed so far
}

// Reseal seals every value of every sealed column with the primary key, unless it already is, and indexes with the
// primary index key. It may be interrupted and repeated, concurrently with other processes. It calls report after every
// batch and at the end of each column.
func Reseal(ctx context.Context, db *store.DB, fields *sealing.Fields, report func(Resealed)) (total int, err error) {
	for _, column := range store.SealedColumns {
		n, err := resealColumn(ctx, db, fields, column, report)
		if total += n; err != nil {
			return total, fmt.Errorf("reseal: %w", err)
		}
	}
	return total, nil
}

func resealColumn(ctx context.Context, db *store.DB, fields *sealing.Fields, c store.SealedColumn, report func(Resealed)) (int, error) {
	done := Resealed{Table: c.Table, Column: c.Column}
	var after []string
	for {
		var rows []store.SealedRow
		changed := 0
		err := db.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			if rows, err = q.SealedRows(ctx, c, after, fields.PrimaryMark(), resealAtOnce); err != nil {
				return err
			}
			for _, row := range rows {
				put, err := resealRow(ctx, q, fields, c, row)
				if err != nil {
					return err
				}
				if put {
					changed++
				}
			}
			return nil
		})
		if err != nil {
			return done.Values, err
		}
		done.Values += changed
		if changed > 0 || len(rows) < resealAtOnce {
			report(done)
		}
		if len(rows) < resealAtOnce {
			return done.Values, nil
		}
		after = rows[len(rows)-1].Row
	}
}

func resealRow(ctx context.Context, q *store.Queries, fields *sealing.Fields, c store.SealedColumn, row store.SealedRow) (bool, error) {
	at := sealing.Cell{Table: c.Table, Column: c.Column, Row: row.Name()}
	plain, err := fields.Open(row.Sealed, at)
	if err != nil {
		return false, err
	}
	sealed, index := row.Sealed, row.Index
	if c.Index != "" {
		if index, err = fields.Index(c.IndexOf, row.Prefix+string(plain)); err != nil {
			return false, err
		}
	}
	if fields.Primary(row.Sealed) {
		if bytes.Equal(index, row.Index) {
			return false, nil
		}
	} else if sealed, err = fields.Seal(plain, at); err != nil {
		return false, err
	}
	return q.PutSealed(ctx, c, row, sealed, index)
}

// SealedBy returns the number of values in the database sealed with a key.
func SealedBy(ctx context.Context, db *store.DB, key uint32) (total int64, err error) {
	err = db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		for _, column := range store.SealedColumns {
			n, err := q.CountSealed(ctx, column, sealing.Mark(key))
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}

// IndexedOtherwise returns the number of values whose index is not that of the primary index key, so that an older one
// is still needed.
func IndexedOtherwise(ctx context.Context, db *store.DB, fields *sealing.Fields) (total int, err error) {
	for _, c := range store.SealedColumns {
		var after []string
		for more := c.Index != ""; more; {
			err := db.As(ctx, nursery.Engine, func(q *store.Queries) error {
				rows, err := q.SealedRows(ctx, c, after, fields.PrimaryMark(), 10*resealAtOnce)
				if err != nil {
					return err
				}
				for _, row := range rows {
					plain, err := fields.Open(row.Sealed, sealing.Cell{Table: c.Table, Column: c.Column, Row: row.Name()})
					if err != nil {
						return err
					}
					index, err := fields.Index(c.IndexOf, row.Prefix+string(plain))
					if err != nil {
						return err
					}
					if !bytes.Equal(index, row.Index) {
						total++
					}
				}
				if more = len(rows) == 10*resealAtOnce; more {
					after = rows[len(rows)-1].Row
				}
				return nil
			})
			if err != nil {
				return total, fmt.Errorf("look for old indexes: %w", err)
			}
		}
	}
	return total, nil
}
