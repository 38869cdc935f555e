package casework

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// The columns of a roster, as they are read and written.
const (
	columnName     = "姓名"
	columnKind     = "证件类型"
	columnIdentity = "证件号码"
	columnBirth    = "出生日期"
	columnSex      = "性别"
	columnGuardian = "监护人姓名"
	columnPhone    = "监护人电话"
	columnCounty   = "居住县区"
	columnClass    = "班级"
	columnEntered  = "入托日期"
)

// rosterMost bounds a roster in bytes, and rosterRows in children.
const (
	rosterMost = 8 << 20
	rosterRows = 5000
)

// RosterReport says how each row of a roster went, by its number in the file.
type RosterReport struct {
	Enrolled int          `json:"enrolled" doc:"新登记入托人数"`
	Already  int          `json:"already" doc:"已在本机构在托，未变动"`
	Refused  []RosterFlaw `json:"refused" doc:"未登记的行"`
}

// RosterFlaw is a row that was not taken and why; it never repeats what the row says.
type RosterFlaw struct {
	Row     int    `json:"row" doc:"文件中的行号"`
	Column  string `json:"column,omitempty" doc:"列"`
	Message string `json:"message" doc:"原因"`
}

// ImportRoster enrols the children of a workbook or CSV. Good rows are not held up by bad ones, and a file sent again
// changes nothing. Errors: roster_unreadable, not_filed, sealing_unavailable, attachment_too_large.
func (s *Service) ImportRoster(ctx context.Context, p nursery.Principal, key string, from io.Reader) (RosterReport, error) {
	if err := s.mayAtHome(ctx, p, "child.import"); err != nil {
		return RosterReport{}, err
	}
	if err := s.sealing(); err != nil {
		return RosterReport{}, err
	}
	raw, err := io.ReadAll(io.LimitReader(from, rosterMost+1))
	if err != nil {
		return RosterReport{}, fmt.Errorf("read roster: %w", err)
	}
	if len(raw) > rosterMost {
		return RosterReport{}, refuse(TooLarge, CodeAttachmentTooLarge, "名册不能超过 8 MiB。", FieldError{Location: "file", Message: "文件过大"})
	}
	rows, err := sheets.Read(raw, columnName, columnKind, columnIdentity, columnBirth, columnSex, columnCounty, columnClass, columnEntered)
	if err != nil {
		return RosterReport{}, unreadable(err)
	}
	if len(rows) > rosterRows {
		return RosterReport{}, unreadable(sheets.ErrTooManyRows)
	}
	sum := sha256.Sum256(raw)
	report, _, err := command(ctx, s, p, key, "child.import", sum, func(q *store.Queries) (RosterReport, error) {
		if err := s.takesChildren(ctx, q, p); err != nil {
			return RosterReport{}, err
		}
		return s.importRows(ctx, q, p, rows)
	})
	if isChildOpen(err) {
		return RosterReport{}, elsewhere()
	}
	return report, err
}

func unreadable(err error) *Error {
	message := "无法识别的文件，请使用 Excel 工作簿或 CSV 文本。"
	var head *sheets.HeadError
	switch {
	case errors.As(err, &head):
		message = "名册缺少列：" + strings.Join(head.Missing, "、") + "。"
	case errors.Is(err, sheets.ErrTooManyRows):
		message = fmt.Sprintf("名册不能超过 %d 行。", rosterRows)
	}
	return refuse(Invalid, CodeRosterUnreadable, message, FieldError{Location: "file", Message: "无法读取"})
}

func (s *Service) importRows(ctx context.Context, q *store.Queries, p nursery.Principal, rows []sheets.Row) (RosterReport, error) {
	report := RosterReport{Refused: []RosterFlaw{}}
	var good []Enrolment
	var numbers []int
	for _, row := range rows {
		e, flaw := enrolmentOf(row, s.today())
		if flaw != nil {
			report.Refused = append(report.Refused, *flaw)
			continue
		}
		good, numbers = append(good, e), append(numbers, row.Number)
	}
	outcome, err := s.enrolAll(ctx, q, p, good)
	if err != nil {
		return report, err
	}
	for i, one := range outcome {
		var refused *Error
		switch {
		case one.here:
			report.Already++
		case errors.As(one.refusal, &refused):
			report.Refused = append(report.Refused, RosterFlaw{Row: numbers[i], Message: refused.Message})
		default:
			report.Enrolled++
		}
	}
	return report, nil
}

// enrolmentOf reads a row of a roster.
func enrolmentOf(row sheets.Row, today nursery.Date) (Enrolment, *RosterFlaw) {
	if row.Formula != "" {
		return Enrolment{}, &RosterFlaw{Row: row.Number, Column: row.Formula, Message: "单元格是公式，请填写数值"}
	}
	born, bornErr := nursery.ParseDate(sheetDate(row.Cell(columnBirth)))
	entered, enteredErr := nursery.ParseDate(sheetDate(row.Cell(columnEntered)))
	if bornErr != nil {
		return Enrolment{}, &RosterFlaw{Row: row.Number, Column: columnBirth, Message: "日期应写作 2025-03-08"}
	}
	if enteredErr != nil {
		return Enrolment{}, &RosterFlaw{Row: row.Number, Column: columnEntered, Message: "日期应写作 2025-03-08"}
	}
	e := Enrolment{
		Child: nursery.Child{
			IdentityKind: identityKindOf(row.Cell(columnKind)), Identity: row.Cell(columnIdentity), Name: row.Cell(columnName),
			BornOn: born, Sex: map[string]nursery.Sex{"男": nursery.Male, "女": nursery.Female}[row.Cell(columnSex)],
			GuardianName: row.Cell(columnGuardian), GuardianPhone: row.Cell(columnPhone), County: countyCodeOf(row.Cell(columnCounty)),
		},
		Class: row.Cell(columnClass), EnteredOn: entered,
	}
	if faults := e.faults(today); len(faults) > 0 {
		return Enrolment{}, &RosterFlaw{Row: row.Number, Column: columnOf[faults[0].Location], Message: faults[0].Message}
	}
	return e, nil
}

var columnOf = map[string]string{
	"/child/name": columnName, "/child/identity_kind": columnKind, "/child/identity": columnIdentity, "/child/born_on": columnBirth,
	"/child/sex": columnSex, "/child/guardian_name": columnGuardian, "/child/guardian_phone": columnPhone, "/child/county": columnCounty,
	"/class": columnClass, "/entered_on": columnEntered,
}

var (
	sheetSerial  = regexp.MustCompile(`^[0-9]{5}$`)
	sheetCompact = regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})$`)
)

// sheetDate gives a date as a workbook holds it, days since 1899-12-30, or as people write it, in the one form.
func sheetDate(text string) string {
	if sheetSerial.MatchString(text) {
		days, _ := strconv.Atoi(text) // five digits
		return nursery.NewDate(1899, time.December, 30).AddDays(days).String()
	}
	return sheetCompact.ReplaceAllString(strings.ReplaceAll(text, "/", "-"), "$1-$2-$3")
}

func identityKindOf(title string) nursery.IdentityKind {
	for _, kind := range []nursery.IdentityKind{nursery.ByResidentID, nursery.ByBirthCertificate, nursery.ByPermit, nursery.ByPassport} {
		if title == kind.Title() || title == string(kind) {
			return kind
		}
	}
	return ""
}

func countyCodeOf(text string) string {
	for _, county := range nursery.Counties() {
		if text == county.Name {
			return county.Code
		}
	}
	return text
}

// RosterSheet gives the roster as a workbook, its columns named as ImportRoster reads them.
func (s *Service) RosterSheet(ctx context.Context, p nursery.Principal, purpose nursery.ReadingPurpose) ([]byte, error) {
	lines, err := s.Roster(ctx, p, purpose)
	if err != nil {
		return nil, err
	}
	table := sheets.Table{
		Name: "在托婴幼儿", Head: []string{"婴幼儿编号", columnClass, columnName, columnKind, columnIdentity, columnBirth, columnSex, columnGuardian, columnPhone, columnEntered},
		Frozen: 3, Wide: 3,
	}
	sexes := map[nursery.Sex]string{nursery.Male: "男", nursery.Female: "女"}
	for _, l := range lines {
		table.Rows = append(table.Rows, []any{
			l.ID, l.Class, l.Name, l.IdentityKind.Title(), l.Identity, l.BornOn.String(), sexes[l.Sex], l.GuardianName, l.GuardianPhone, l.EnteredOn.String(),
		})
	}
	return sheets.Write(table)
}
