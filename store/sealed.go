package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"tuoyu/nursery"
	"tuoyu/sealing"
)

// SealedColumn is a column whose values are sealed individually, for the cell of their row.
type SealedColumn struct {
	Table, Column string
	Row           []string // the columns whose values, joined by a slash, identify the row, each with its type, as "id::text"
	Index         string   // the column with the blind index of the value, "" if none
	IndexOf       string   // the name of the index, as passed to the sealer
	IndexPrefix   string   // an SQL expression for the prefix of the indexed value, "" if none
	Of            string   // the table for whose cells the values are sealed, "" for the column's own
	OfRow         string   // an SQL expression for the name of the row in Of
	Sessions      bool     // the table is that of the pages' sessions, which the engine does not see
}

// Cell returns the cell that a value of the column is sealed for.
func (c SealedColumn) Cell(r SealedRow) sealing.Cell {
	if c.Of != "" {
		return sealing.Cell{Table: c.Of, Column: c.Column, Row: r.Of}
	}
	return sealing.Cell{Table: c.Table, Column: c.Column, Row: strings.Join(r.Row, "/")}
}

// InSealed runs do in one transaction that sees the rows of a sealed column.
func (db *DB) InSealed(ctx context.Context, c SealedColumn, do func(*Queries) error) error {
	if c.Sessions {
		return db.AsSessions(ctx, do)
	}
	return db.As(ctx, nursery.Engine, do)
}

// SealedColumns lists every sealed column: values of a column that is not listed are not resealed by a rotation, and
// are lost when the old key is dropped. A table that gets its sealed values from another is listed after it.
var SealedColumns = []SealedColumn{
	{
		Table: "children", Column: "identity", Row: []string{"id::text"}, Index: "identity_index", IndexOf: "children.identity",
		IndexPrefix: "identity_kind || ':'",
	},
	{Table: "children", Column: "name", Row: []string{"id::text"}},
	{Table: "children", Column: "guardian_name", Row: []string{"id::text"}},
	{Table: "children", Column: "guardian_phone", Row: []string{"id::text"}},
	{Table: "enrolments", Column: "dtap_doses", Row: []string{"id::bigint"}},
	{Table: "complaints", Column: "said", Row: []string{"case_no::text"}},
	{Table: "complaints", Column: "contact", Row: []string{"case_no::text"}},
	{Table: "complaints", Column: "place", Row: []string{"case_no::text"}},
	{Table: "checkup_records", Column: "content", Row: []string{"case_no::text", "child::text", "version::integer"}},
	{Table: "referrals", Column: "cause", Row: []string{"case_no::text"}},
	{Table: "referrals", Column: "result", Row: []string{"case_no::text"}},
	{Table: "insurance_answers", Column: "policy", Row: []string{"case_no::text", "send::integer", "child::text"}},
	{Table: "insurance_claims", Column: "description", Row: []string{"case_no::text"}},
	{Table: "procedure_rows", Column: "sealed", Row: []string{"case_no::text", "set_name::text", "key::text"}},
	{
		Table: "procedure_row_history", Column: "sealed", Row: []string{"id::bigint"}, Of: "procedure_rows",
		OfRow: "(SELECT r.case_no || '/' || r.set_name || '/' || r.key FROM procedure_rows r WHERE r.id = row_id)",
	},
	{Table: "attachments", Column: "file_key", Row: []string{"id::text"}},
	{Table: "attachments", Column: "sealed_name", Row: []string{"id::text"}},
	{Table: "idempotency_keys", Column: "answer", Row: []string{"principal::text", "key::text"}},
	{Table: "kept_forms", Column: "body", Row: []string{"id::text"}, Sessions: true},
	{Table: "web_sessions", Column: "provider", Row: []string{"token::text"}, Sessions: true},
	{Table: "payee_accounts", Column: "account", Row: []string{"institution::text", "version::integer"}},
	{Table: "import_drafts", Column: "body", Row: []string{"id::text"}},
}

// SealedRow is a sealed value of a row, with its index and the prefix of the indexed value.
type SealedRow struct {
	Row           []string // the values that identify the row
	Sealed, Index []byte
	Prefix        string
	Of            string // the name of the row for whose cell the value is sealed, if that is of another table
}

// SealedRows returns the next sealed values of a column after a row, in the order of the primary key, which serves the
// query. If the column has no index, it returns only those that do not begin with the mark.
func (q *Queries) SealedRows(ctx context.Context, c SealedColumn, after []string, mark []byte, limit int) ([]SealedRow, error) {
	var names, texts, places []string
	args := []any{mark, limit}
	for i, key := range c.Row {
		name, kind, _ := strings.Cut(key, "::")
		names, texts = append(names, name), append(texts, name+"::text")
		if after != nil {
			args = append(args, after[i])
			places = append(places, fmt.Sprintf("$%d::text::%s", len(args), kind))
		}
	}
	index, prefix, of := "NULL::bytea", "''", "''"
	where := []string{c.Column + " IS NOT NULL"}
	if c.Index != "" {
		index = c.Index
		where = append(where, "$1::bytea IS NOT NULL")
	} else {
		where = append(where, "substring("+c.Column+" from 1 for 5) <> $1::bytea")
	}
	if c.IndexPrefix != "" {
		prefix = c.IndexPrefix
	}
	if c.OfRow != "" {
		of = c.OfRow
	}
	if after != nil {
		where = append(where, "("+strings.Join(names, ", ")+") > ("+strings.Join(places, ", ")+")")
	}
	rows, err := q.db.Query(ctx, fmt.Sprintf(`SELECT ARRAY[%s], %s, %s, %s, %s FROM %s WHERE %s ORDER BY %s LIMIT $2`,
		strings.Join(texts, ", "), c.Column, index, prefix, of, c.Table, strings.Join(where, " AND "), strings.Join(names, ", ")), args...)
	if err != nil {
		return nil, fmt.Errorf("read %s.%s: %w", c.Table, c.Column, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r SealedRow, err error) {
		err = row.Scan(&r.Row, &r.Sealed, &r.Index, &r.Prefix, &r.Of)
		return r, err
	})
}

// PutSealed replaces a sealed value and its index. It returns false, and changes nothing, if the value has changed in
// the meantime.
func (q *Queries) PutSealed(ctx context.Context, c SealedColumn, was SealedRow, sealed, index []byte) (bool, error) {
	args := []any{sealed, was.Sealed}
	set, where := c.Column+" = $1", []string{c.Column + " = $2"}
	if c.Index != "" {
		args = append(args, index)
		set += fmt.Sprintf(", %s = $%d", c.Index, len(args))
	}
	for i, key := range c.Row {
		name, kind, _ := strings.Cut(key, "::")
		args = append(args, was.Row[i])
		where = append(where, fmt.Sprintf("%s = $%d::text::%s", name, len(args), kind))
	}
	tag, err := q.db.Exec(ctx, fmt.Sprintf(`UPDATE %s SET %s WHERE %s`, c.Table, set, strings.Join(where, " AND ")), args...)
	if err != nil {
		return false, fmt.Errorf("put %s.%s: %w", c.Table, c.Column, err)
	}
	return tag.RowsAffected() == 1, nil
}

// CountSealed returns the number of values of a column that begin with a mark.
func (q *Queries) CountSealed(ctx context.Context, c SealedColumn, mark []byte) (n int64, err error) {
	err = q.db.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM %s WHERE substring(%s from 1 for 5) = $1`, c.Table, c.Column), mark).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s.%s: %w", c.Table, c.Column, err)
	}
	return n, nil
}
