package activities

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tuoyu/growth"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

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
