package insurance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// The columns for the insurer's answers; the first is already part of the batch's workbook.
const (
	columnRef    = "明细编号"
	columnPolicy = "保单号"
	columnReason = "未承保原因"
)

var answerColumns = []sheets.Column{
	{Name: columnRef, Kind: sheets.Word, Needed: true}, {Name: columnPolicy, Also: []string{"保单号码", "保单编号"}, Kind: sheets.Number, Needed: true},
	{Name: columnReason, Also: []string{"不予承保原因", "拒保原因"}, Kind: sheets.Word, Needed: true},
}

// answersAtOnce is the maximum number of answers in a call of AnswerInsurance.
const answersAtOnce = 1000

// AnswerInsuranceFile is like AnswerInsurance for the workbook of a batch with its last two columns filled in, or CSV
// text with the same ones. Lines without an answer are skipped; an error names the row of the file and does not affect
// other rows. The caller is authorized before the file is read. Errors: roster_file, imports_busy,
// attachment_too_large, those of AnswerInsurance.
func (s *Service) AnswerInsuranceFile(ctx context.Context, p nursery.Principal, key, caseNo string, send int, file io.Reader) (InsuranceAnswered, error) {
	all := InsuranceAnswered{Faults: []InsuranceFault{}}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, err := s.sentBatch(ctx, q, p, "insurance.answer", caseNo, send)
		if err != nil {
			return err
		}
		return casework.UnlessAnswered(ctx, q, p, answersKey(key, 0), monthOpen(c))
	})
	if err != nil {
		return all, err
	}
	read, err := s.ReadImport(ctx, file, casework.CodeRosterFile, sheets.MaxRows, answerColumns)
	if err != nil {
		return all, err
	}
	answers, rows := all.read(read)
	if all.Rows == 0 {
		return all, casework.NewError(casework.CodeRosterFile, "没有填写答复的行。", casework.FieldError{Location: "file", Message: "没有填写答复的行"})
	}
	if len(answers) == 0 {
		return all, all.refused()
	}
	first := 0
	for page := range slices.Chunk(answers, answersAtOnce) {
		done, err := s.AnswerInsurance(ctx, p, answersKey(key, first), caseNo, InsuranceAnswers{Send: send, Lines: page})
		if err != nil {
			return all, err
		}
		all.Taken, all.Repeated, all.Pending = all.Taken+done.Taken, all.Repeated+done.Repeated, done.Pending
		for _, f := range done.Faults {
			all.fault(rows[first+f.Row-1], f.Column, f.Message)
		}
		first += len(page)
	}
	slices.SortStableFunc(all.Faults, func(a, b InsuranceFault) int { return a.Row - b.Row })
	return all, nil
}

// answersKey returns the key of the answers of a file from the first on.
func answersKey(key string, first int) string { return fmt.Sprintf("%s/%d", key, first) }

// refused returns the error for a file without any valid answer.
func (a *InsuranceAnswered) refused() *casework.Error {
	e := casework.NewError(casework.CodeRosterFile, "没有可以接收的答复。")
	for _, f := range a.Faults[:min(len(a.Faults), faultsShown)] {
		e.Fields = append(e.Fields, casework.FieldError{Location: "file", Message: fmt.Sprintf("第 %d 行%s：%s", f.Row, f.Column, f.Message)})
	}
	return e
}

func (a *InsuranceAnswered) fault(row sheets.Row, column, message string) {
	a.Faults = append(a.Faults, InsuranceFault{Row: row.Number, Cell: row.At(column), Column: row.Heading(column), Message: message})
}

// read returns the valid answers of a file, with the row of each, and records the errors of the others.
func (a *InsuranceAnswered) read(file casework.ImportFile) (answers []nursery.InsuranceAnswer, rows []sheets.Row) {
	for _, row := range file.Rows {
		policy, said := row.Cell(columnPolicy), row.Cell(columnReason)
		if policy == "" && said == "" && len(row.Flaws) == 0 {
			a.Blank++
			continue
		}
		a.Rows++
		faults := len(a.Faults)
		for _, flaw := range row.Flaws {
			a.fault(row, flaw.Column, string(flaw.Problem))
		}
		reason := nursery.InsurerReason("")
		if said != "" {
			var err error
			if reason, err = insurerReason(said); err != nil {
				a.fault(row, columnReason, "不在可选值之内")
			}
		}
		if len(a.Faults) == faults {
			answers, rows = append(answers, nursery.InsuranceAnswer{Ref: row.Cell(columnRef), Policy: policy, Reason: reason}), append(rows, row)
		}
	}
	return answers, rows
}

// insurerReason parses a reason by its name or its code.
func insurerReason(said string) (nursery.InsurerReason, error) {
	for _, r := range nursery.InsurerReasons() {
		if said == r.Title() || said == string(r) {
			return r, nil
		}
	}
	return "", errors.New("no such reason")
}

// AnswersTemplate returns a workbook for answers, for an insurer that does not use that of the batch.
func AnswersTemplate() ([]byte, error) {
	return casework.ImportTemplate("投保答复", answerColumns, map[string]string{columnRef: "", columnPolicy: "P2026000001", columnReason: ""}, map[string]string{
		columnRef: "与投保明细中的编号一致", columnPolicy: "承保的填写", columnReason: "未承保的填写：身份信息不符、已在他处投保、年龄不符、信息不全、其他",
	})
}
