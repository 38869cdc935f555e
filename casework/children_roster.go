package casework

import (
	"context"
	"errors"
	"strings"

	"tuoyu/nursery"
	"tuoyu/sheets"
)

// RosterColumns are the columns of a roster of children that is handed in.
var RosterColumns = []string{"证件类型", "证件号码", "姓名", "出生日期", "性别", "居住县区", "监护人姓名", "监护人电话", "班级", "入托日期"}

// RowFault is one thing wrong in a row of a roster. It never repeats what stands there.
type RowFault struct {
	Row     int    `json:"row" doc:"行号"`
	Column  string `json:"column" doc:"列名"`
	Message string `json:"message" doc:"原因"`
}

// RosterReport says what became of a roster.
type RosterReport struct {
	Rows    int        `json:"rows" doc:"读到的行数"`
	Taken   int        `json:"taken" doc:"已办理入托"`
	Already int        `json:"already" doc:"原已在本机构在托"`
	Refused []RowFault `json:"refused" doc:"未办理的行及原因"`
}

// ImportRoster enrols the children of a workbook or CSV text. What is wrong in a row is reported and holds up no other
// row; handing the same roster in again enrols nobody twice.
func (s *Service) ImportRoster(ctx context.Context, p nursery.Principal, key string, content []byte) (RosterReport, error) {
	report := RosterReport{Refused: []RowFault{}}
	if err := s.may(ctx, p, "child.enrol", resource{County: p.County, Institution: p.Institution}); err != nil {
		return report, err
	}
	rows, err := readRoster(content, "证件类型", "证件号码", "姓名", "出生日期", "性别", "班级", "入托日期")
	if err != nil {
		return report, err
	}
	if len(rows) > 2000 {
		return report, refuse(Invalid, CodeInvalid, "一次最多导入 2000 行。", FieldError{Location: "/content", Message: "行数过多"})
	}
	report.Rows = len(rows)
	for _, row := range rows {
		in, faults := s.enrolmentOf(p, row)
		if len(faults) == 0 {
			_, err := s.Enrol(ctx, p, key+"/"+identityKey(in.Child), in)
			var refused *Error
			switch {
			case err == nil:
				report.Taken++
				continue
			case errors.As(err, &refused) && refused.Code == CodeChildInCare:
				faults = []RowFault{{Message: refused.Message, Column: "证件号码"}}
			case errors.As(err, &refused) && refused.Code == CodeInvalid:
				for _, f := range refused.Fields {
					faults = append(faults, RowFault{Column: columnOf(f.Location), Message: f.Message})
				}
			default:
				return report, err
			}
		}
		for _, f := range faults {
			f.Row = row.Number
			report.Refused = append(report.Refused, f)
		}
	}
	return report, nil
}

// readRoster reads a table that people hand in, and says what is wrong with the whole of it.
func readRoster(content []byte, needed ...string) ([]sheets.Row, error) {
	rows, err := sheets.Read(content, needed...)
	var head *sheets.HeadError
	switch {
	case errors.As(err, &head):
		return nil, refuse(Invalid, CodeInvalid, "缺少列："+strings.Join(head.Missing, "、")+"。", FieldError{Location: "/content", Message: "缺少列"})
	case errors.Is(err, sheets.ErrTooManyRows):
		return nil, refuse(TooLarge, CodeInvalid, "行数过多，请分批导入。", FieldError{Location: "/content", Message: "行数过多"})
	case err != nil:
		return nil, refuse(Invalid, CodeInvalid, "不能识别的文件，请使用 xlsx 或 CSV。", FieldError{Location: "/content", Message: "不能识别"})
	}
	return rows, nil
}

// identityKey tells the rows of a roster apart without naming anybody.
func identityKey(c nursery.Child) string {
	hash, err := bodyHash(c.Normal().Identity)
	if err != nil {
		panic("casework: " + err.Error()) // text always encodes
	}
	return completionID(nursery.Principal{}, string(hash))
}

func (s *Service) enrolmentOf(p nursery.Principal, row sheets.Row) (Enrolment, []RowFault) {
	if row.Formula != "" {
		return Enrolment{}, []RowFault{{Column: row.Formula, Message: "不接受公式，请改为数值"}}
	}
	child, faults := childOfRow(row, p.County)
	in := Enrolment{Child: child, Class: row.Cell("班级")}
	var err error
	if in.EnteredOn, err = nursery.ParseDate(row.Cell("入托日期")); err != nil {
		faults = append(faults, RowFault{Column: "入托日期", Message: "日期应如 2026-03-01"})
	}
	return in, faults
}

// childOfRow reads the child of a roster's row; who names no county lives in the given one.
func childOfRow(row sheets.Row, county string) (nursery.Child, []RowFault) {
	var faults []RowFault
	c := nursery.Child{
		Identity: row.Cell("证件号码"), Name: row.Cell("姓名"), County: county,
		GuardianName: row.Cell("监护人姓名"), GuardianPhone: row.Cell("监护人电话"),
	}
	kinds := map[string]nursery.IdentityKind{
		"居民身份证": nursery.ByResidentID, "身份证": nursery.ByResidentID, "出生医学证明": nursery.ByBirthCertificate,
		"居住证、永久居留证": nursery.ByPermit, "居住证": nursery.ByPermit, "护照": nursery.ByPassport,
	}
	var ok bool
	if c.IdentityKind, ok = kinds[row.Cell("证件类型")]; !ok {
		faults = append(faults, RowFault{Column: "证件类型", Message: "应为居民身份证、出生医学证明、居住证或护照"})
	}
	if c.Sex, ok = map[string]nursery.Sex{"男": nursery.Male, "女": nursery.Female}[row.Cell("性别")]; !ok {
		faults = append(faults, RowFault{Column: "性别", Message: "应为男或女"})
	}
	var err error
	if c.BornOn, err = nursery.ParseDate(row.Cell("出生日期")); err != nil {
		faults = append(faults, RowFault{Column: "出生日期", Message: "日期应如 2024-03-01"})
	}
	if place := row.Cell("居住县区"); place != "" {
		c.County = ""
		for _, d := range nursery.Counties() {
			if d.Name == place || d.Code == place {
				c.County = d.Code
			}
		}
		if c.County == "" {
			faults = append(faults, RowFault{Column: "居住县区", Message: "没有这个县区"})
		}
	}
	return c, faults
}

// columnOf names the column of a roster by the field's place.
func columnOf(location string) string {
	column, ok := map[string]string{
		"identity_kind": "证件类型", "identity": "证件号码", "name": "姓名", "born_on": "出生日期", "sex": "性别", "county": "居住县区",
		"guardian_name": "监护人姓名", "guardian_phone": "监护人电话", "class": "班级", "entered_on": "入托日期",
	}[location[strings.LastIndex(location, "/")+1:]]
	if !ok {
		return ""
	}
	return column
}
