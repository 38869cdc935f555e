package children

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// The columns of a roster, as they are read and written.
const (
	columnChild    = "婴幼儿编号"
	ColumnName     = "姓名"
	ColumnKind     = "证件类型"
	ColumnIdentity = "证件号码"
	ColumnBirth    = "出生日期"
	ColumnSex      = "性别"
	ColumnGuardian = "监护人姓名"
	ColumnPhone    = "监护人电话"
	columnCounty   = "居住县区"
	columnClass    = "班级"
	columnEntered  = "入托日期"
	columnAge      = "超龄说明"  // authorize be missing
	columnDoses    = "百白破剂次" // authorize be missing; blank when no certificate was shown
)

// childrenColumns are the columns of a roster of children in care. The first is in rosters written here alone: a row that
// names a child in care is left as it is.
var childrenColumns = []sheets.Column{
	NameColumn, KindColumn, IdentityColumn, BirthColumn, SexColumn,
	{Name: columnCounty, Also: []string{"居住县（区）", "居住县(区)", "居住地县区", "现居住县区", "县区"}, Kind: sheets.Word, Needed: true},
	{Name: columnClass, Also: []string{"所在班级", "班级名称", "班"}, Needed: true},
	{Name: columnEntered, Also: []string{"入托时间", "入园日期", "入园时间"}, Kind: sheets.Day, Needed: true},
	GuardianColumn, PhoneColumn,
	{Name: columnDoses, Also: []string{"百白破疫苗剂次", "百白破接种剂次"}},
	{Name: columnAge},
	{Name: columnChild, Kind: sheets.Word},
}

// rosterRows bounds a roster in children.
const rosterRows = 5000

// RosterReport reports the result of each row of a roster by its number in the file. Rows is the sum of Enrolled,
// Already and RefusedRows.
type RosterReport struct {
	Rows        int                   `json:"rows" doc:"有内容的行数"`
	Blank       int                   `json:"blank" doc:"跳过的空行和示例行"`
	Enrolled    int                   `json:"enrolled" doc:"新登记入托人数"`
	Already     int                   `json:"already" doc:"已在本机构在托，未变动"`
	RefusedRows int                   `json:"refused_rows" doc:"未登记的行数"`
	Refused     []RosterFlaw          `json:"refused" doc:"未登记的行的每一处问题"`
	Reminders   []RosterFlaw          `json:"reminders,omitempty" doc:"已登记、入托查验预防接种证有提示的行"`
	Import      int64                 `json:"import,omitempty" doc:"导入的编号，当日可据以撤销"`
	Results     []casework.CheckedRow `json:"results,omitempty" doc:"试导入时各行的结果"`
}

// RosterFlaw describes a fault in a row. It never repeats the content of the row.
type RosterFlaw struct {
	Row     int    `json:"row" doc:"文件中的行号"`
	Cell    string `json:"cell,omitempty" doc:"单元格" example:"C5"`
	Column  string `json:"column,omitempty" doc:"列，如文件中所写"`
	Message string `json:"message" doc:"原因"`
}

// rowFlaws collects what is wrong with a row, at most one thing for each column, in the order of the columns.
type rowFlaws struct {
	row sheets.Row
	by  map[string]string
}

func flawsOf(row sheets.Row) rowFlaws {
	f := rowFlaws{row, map[string]string{}}
	for _, flaw := range row.Flaws {
		f.add(flaw.Column, string(flaw.Problem))
	}
	return f
}

func (f rowFlaws) add(column, message string) {
	if _, known := f.by[column]; !known {
		f.by[column] = message
	}
}

// day reads a date; what is wrong with it is noted.
func (f rowFlaws) day(column string) nursery.Date {
	d, err := nursery.ReadDate(f.row.Cell(column))
	if err != nil {
		f.add(column, DateFault(err))
	}
	return d
}

// DateFault returns the message for a date that cannot be parsed.
func DateFault(err error) string {
	var wrong *nursery.InvalidError
	if errors.As(err, &wrong) {
		return wrong.Message
	}
	return "日期有误"
}

func (f rowFlaws) all(columns []sheets.Column) []casework.RowFault {
	var list []casework.RowFault
	for _, c := range columns {
		if message, ok := f.by[c.Name]; ok {
			list = append(list, casework.RowFault{Column: c.Name, Message: message})
		}
	}
	return list
}

// enrolmentOf reads a row of a roster, or returns everything that is wrong with it.
func enrolmentOf(row sheets.Row, today nursery.Date, filed []string) (Enrolment, []casework.RowFault) {
	f := flawsOf(row)
	e := Enrolment{
		Child: nursery.Child{
			IdentityKind: KindOf(row.Cell(ColumnKind), row.Cell(ColumnIdentity)), Identity: row.Cell(ColumnIdentity), Name: row.Cell(ColumnName),
			BornOn: f.day(ColumnBirth), Sex: nursery.Sex(WordOf(row.Cell(ColumnSex))),
			GuardianName: row.Cell(ColumnGuardian), GuardianPhone: row.Cell(ColumnPhone), County: casework.CountyCodeOf(row.Cell(columnCounty)),
		},
		Class: row.Cell(columnClass), EnteredOn: f.day(columnEntered), AgeReason: row.Cell(columnAge),
	}
	if text := strings.TrimSuffix(strings.TrimSpace(row.Cell(columnDoses)), "剂"); text != "" {
		doses, err := strconv.Atoi(text)
		if err != nil {
			f.add(columnDoses, "剂次应为0至5的整数")
		}
		e.DTaPDoses = &doses
	}
	for _, c := range childrenColumns {
		if c.Needed && row.Cell(c.Name) == "" {
			f.add(c.Name, "请填写")
		}
	}
	if strings.Contains(e.Child.Identity, "*") {
		f.add(ColumnIdentity, "证件号码已隐去，不能据此登记，请填写完整号码")
	}
	for _, fault := range e.faults(today) {
		column := columnOf[fault.Location]
		switch fault.Location {
		case "/child/identity_kind":
			fault.Message = "应为居民身份证、出生医学证明、居住证或护照"
		case "/child/sex":
			if e.Child.Sex != nursery.Male && e.Child.Sex != nursery.Female {
				fault.Message = "应为男或女"
			}
		case "/child/county":
			fault.Message = "应为长治市的县区，如潞州区"
		}
		f.add(column, fault.Message)
	}
	if fault := notFiled(e.Class, filed); fault != "" {
		f.add(columnClass, fault)
	}
	if e.EnteredOn.Valid() && e.Child.BornOn.Valid() && e.ageRefusal() != nil {
		f.add(ColumnBirth, "入托时已满36月龄，请核对；无误的，请在“"+columnAge+"”列说明理由")
	}
	return e, f.all(childrenColumns)
}

var columnOf = map[string]string{
	"/child/name": ColumnName, "/child/identity_kind": ColumnKind, "/child/identity": ColumnIdentity, "/child/born_on": ColumnBirth,
	"/child/sex": ColumnSex, "/child/guardian_name": ColumnGuardian, "/child/guardian_phone": ColumnPhone, "/child/county": columnCounty,
	"/class": columnClass, "/entered_on": columnEntered, "/dtap_doses": columnDoses,
}

// RosterTemplate returns a roster to fill in.
func RosterTemplate() ([]byte, error) {
	return casework.ImportTemplate("在托婴幼儿", childrenColumns[:len(childrenColumns)-1], map[string]string{
		ColumnName: "婴幼儿甲", ColumnKind: "出生医学证明", ColumnIdentity: "X320012345", ColumnBirth: "2025-03-08", ColumnSex: "女", columnCounty: "潞州区",
		columnClass: "乳儿一班", columnEntered: "2026-09-01", ColumnGuardian: "监护人甲", ColumnPhone: "13900000001",
		columnDoses: "4",
	}, map[string]string{
		ColumnName: "与证件一致", ColumnKind: "居民身份证、出生医学证明、居住证或护照；不填时按号码的形式认定",
		ColumnIdentity: "居民身份证为 18 位，出生医学证明为 1 位字母和 9 位数字", ColumnBirth: "如 2025-03-08、2025/3/8 或 2025年3月8日", ColumnSex: "男或女",
		columnCounty: "长治市的县区名称或代码", columnClass: "与本机构的班级名称一致", columnEntered: "写法同出生日期",
		ColumnPhone: "11 位手机号，或带区号的固定电话", columnDoses: "按预防接种证填写，0 至 5；未出示接种证的不填",
	})
}

// RosterSheet returns the roster as a workbook that ImportRoster reads: identity numbers are masked in it, so a row is known by
// the child's identifier, and those still in care are left as they are.
func (s *Service) RosterSheet(ctx context.Context, p nursery.Principal, purpose nursery.ReadingPurpose) ([]byte, error) {
	lines, err := s.Roster(ctx, p, purpose)
	if err != nil {
		return nil, err
	}
	table := sheets.Table{
		Name: "在托婴幼儿", Head: []string{
			columnChild, columnClass, ColumnName, ColumnKind, ColumnIdentity, ColumnBirth, ColumnSex, columnCounty, ColumnGuardian, ColumnPhone, columnEntered,
		},
		Frozen: 3, Wide: 3,
	}
	sexes := map[nursery.Sex]string{nursery.Male: "男", nursery.Female: "女"}
	for _, l := range lines {
		table.Rows = append(table.Rows, []any{
			l.ID, l.Class, l.Name, l.IdentityKind.Title(), l.Identity, l.BornOn.String(), sexes[l.Sex], nursery.CountyName(l.County), l.GuardianName,
			l.GuardianPhone, l.EnteredOn.String(),
		})
	}
	return sheets.Write(table)
}
