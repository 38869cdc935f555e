package casework

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// The columns in which an insurer answers; the first stands in the workbook of the batch already.
const (
	columnRef    = "明细编号"
	columnPolicy = "保单号"
	columnReason = "未承保原因"
)

// answersAtOnce is how many answers AnswerInsurance takes.
const answersAtOnce = 1000

// AnswerInsuranceFile is AnswerInsurance for the workbook of a batch with its last two columns filled in, or CSV text with the
// same ones. Lines without an answer are passed over; a fault names the row of the file. Errors: roster_file, those of
// AnswerInsurance.
func (s *Service) AnswerInsuranceFile(ctx context.Context, p nursery.Principal, key, caseNo string, send int, file io.Reader) (InsuranceAnswered, error) {
	var all InsuranceAnswered
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		_, _, err := s.insuranceFor(ctx, q, q.CaseByNumber, p, "insurance.answer", caseNo)
		return err
	})
	if err != nil {
		return all, err
	}
	raw, err := io.ReadAll(file)
	if err != nil {
		return all, err
	}
	answers, numbers, err := readAnswerFile(raw)
	if err != nil {
		return all, err
	}
	first := 0
	for page := range slices.Chunk(answers, answersAtOnce) {
		done, err := s.AnswerInsurance(ctx, p, fmt.Sprintf("%s/%d", key, first), caseNo, InsuranceAnswers{Send: send, Lines: page})
		if err != nil {
			return all, err
		}
		all.Taken, all.Repeated, all.Pending = all.Taken+done.Taken, all.Repeated+done.Repeated, done.Pending
		for _, f := range done.Faults {
			f.Row = numbers[first+f.Row-1]
			all.Faults = append(all.Faults, f)
		}
		first += len(page)
	}
	return all, nil
}

// readAnswerFile gives the answers of a file with the row of each.
func readAnswerFile(raw []byte) (answers []nursery.InsuranceAnswer, numbers []int, err error) {
	rows, err := sheets.Read(raw, columnRef, columnPolicy, columnReason)
	var head *sheets.HeadError
	switch {
	case errors.As(err, &head):
		return nil, nil, rosterFile("缺少栏目：" + strings.Join(head.Missing, "、"))
	case errors.Is(err, sheets.ErrTooManyRows):
		return nil, nil, rosterFile(fmt.Sprintf("不能超过 %d 行", sheets.MaxRows))
	case err != nil:
		return nil, nil, rosterFile("应为 Excel 工作簿或 CSV 文本")
	}
	for _, row := range rows {
		policy, said := row.Cell(columnPolicy), row.Cell(columnReason)
		if policy == "" && said == "" {
			continue
		}
		reason := nursery.InsurerReason("")
		if said != "" {
			if reason, err = insurerReason(said); err != nil {
				return nil, nil, rosterFile(fmt.Sprintf("第 %d 行%s不在可选值之内", row.Number, columnReason))
			}
		}
		answers = append(answers, nursery.InsuranceAnswer{Ref: row.Cell(columnRef), Policy: policy, Reason: reason})
		numbers = append(numbers, row.Number)
	}
	if len(answers) == 0 {
		return nil, nil, rosterFile("没有填写答复的行")
	}
	return answers, numbers, nil
}

// insurerReason reads a reason by its name or its code.
func insurerReason(said string) (nursery.InsurerReason, error) {
	for _, r := range nursery.InsurerReasons() {
		if said == r.Title() || said == string(r) {
			return r, nil
		}
	}
	return "", errors.New("no such reason")
}
