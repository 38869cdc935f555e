package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"tuoyu/growth"
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
		err := db.InSealed(ctx, c, func(q *store.Queries) (err error) {
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
	at := c.Cell(row)
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
	for _, column := range store.SealedColumns {
		err := db.InSealed(ctx, column, func(q *store.Queries) error {
			n, err := q.CountSealed(ctx, column, sealing.Mark(key))
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// IndexedOtherwise returns the number of values whose index is not that of the primary index key, so that an older one
// is still needed.
func IndexedOtherwise(ctx context.Context, db *store.DB, fields *sealing.Fields) (total int, err error) {
	for _, c := range store.SealedColumns {
		var after []string
		for more := c.Index != ""; more; {
			err := db.InSealed(ctx, c, func(q *store.Queries) error {
				rows, err := q.SealedRows(ctx, c, after, fields.PrimaryMark(), 10*resealAtOnce)
				if err != nil {
					return err
				}
				for _, row := range rows {
					plain, err := fields.Open(row.Sealed, c.Cell(row))
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

// CheckupContent is the sealed content of a check-up: the record, its scores, the input of the rules and their results.
type CheckupContent struct {
	Checkup    nursery.Checkup      `json:"checkup"`
	Scores     growth.Scores        `json:"scores"`
	Facts      nursery.CheckupChild `json:"facts"`
	Judgements []CheckupJudgement   `json:"judgements"`
}

// CheckupJudgement is the result of a rule set for one child.
type CheckupJudgement struct {
	RuleSet    string           `json:"rule_set" doc:"规则集"`
	Revision   string           `json:"revision" doc:"规则版本"`
	AsOf       nursery.Date     `json:"as_of" doc:"适用日期"`
	Reasons    []nursery.Reason `json:"reasons" doc:"结论"`
	DurationUs int64            `json:"duration_us" doc:"用时，微秒"`
}

// String implements fmt.Stringer and reveals nothing about the child.
func (CheckupContent) String() string { return "checkup" }

// GoString implements fmt.GoStringer and reveals nothing about the child.
func (CheckupContent) GoString() string { return "checkup" }

func recordCell(caseNo, child string, version int32) sealing.Cell {
	return sealing.Cell{Table: "checkup_records", Column: "content", Row: caseNo + "/" + child + "/" + strconv.Itoa(int(version))}
}

// SealCheckup seals the content of a record for its row.
func SealCheckup(fields *sealing.Fields, caseNo string, version int32, c CheckupContent) ([]byte, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode check-up: %w", err)
	}
	sealed, err := fields.Seal(raw, recordCell(caseNo, c.Checkup.Child, version))
	if err != nil {
		return nil, fmt.Errorf("seal check-up: %w", err)
	}
	return sealed, nil
}

// UnsealCheckup decrypts a record.
func UnsealCheckup(fields *sealing.Fields, row store.CheckupRecord) (CheckupContent, error) {
	var c CheckupContent
	raw, err := fields.Open(row.Content, recordCell(row.CaseNo, row.Child, row.Version))
	if err != nil {
		return c, fmt.Errorf("open check-up: %w", err)
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("decode check-up: %w", err)
	}
	return c, nil
}

// ReferralCell returns the cell of a sealed column of a referral: cause or result.
func ReferralCell(caseNo, column string) sealing.Cell {
	return sealing.Cell{Table: "referrals", Column: column, Row: caseNo}
}

// OpenLine decrypts the data on one child that the insurer needs.
func OpenLine(fields *sealing.Fields, row store.InsuranceLinesRow) (nursery.InsuranceLine, error) {
	line := nursery.InsuranceLine{
		Ref: row.Child, IdentityKind: nursery.IdentityKind(row.IdentityKind), BornOn: row.BornOn, Sex: nursery.Sex(row.Sex),
		CoverFrom: row.CoverFrom, CoverUntil: row.CoverUntil,
	}
	name, err := fields.Open(row.Name, childCell(row.Child, nursery.ChildName))
	if err != nil {
		return line, fmt.Errorf("open line: %w", err)
	}
	identity, err := fields.Open(row.Identity, childCell(row.Child, nursery.ChildIdentity))
	if err != nil {
		return line, fmt.Errorf("open line: %w", err)
	}
	line.Name, line.Identity = string(name), string(identity)
	return line, nil
}
