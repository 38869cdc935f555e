package funds

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// bankLine is a line of the bank file.
type bankLine struct {
	Payment
	BankAccount
}

// bankSheet is the template of the bank file.
var bankSheet = casework.Sheet[bankLine]{Title: "拨付清单", Columns: []casework.Column[bankLine]{
	{Title: columnReference, Value: func(l bankLine) any { return l.Reference }},
	{Title: "收款人户名", Value: func(l bankLine) any { return l.Holder }},
	{Title: "收款人账号", Value: func(l bankLine) any { return l.Number }},
	{Title: "开户银行", Value: func(l bankLine) any { return l.Bank }},
	{Title: columnAmount, Value: func(l bankLine) any { return l.Fen }},
	{Title: "用途", Value: func(l bankLine) any { return l.PurposeTitle }},
	{Title: "附言", Value: func(l bankLine) any { return l.CaseNo }},
	{Title: columnResult, Value: func(bankLine) any { return "" }},
	{Title: columnReason, Value: func(bankLine) any { return "" }},
	{Title: columnDay, Value: func(bankLine) any { return "" }},
	{Title: columnReceipt, Value: func(bankLine) any { return "" }},
}}

// BankFile returns the file of an approved run for the bank: payee, account, amount in yuan and reference of each payment, with columns for
// the bank's answer. Each account in it is logged as read. Errors: not_found, forbidden, run_state, conflict_of_interest,
// engine_unavailable without a keyset.
func (s *Service) BankFile(ctx context.Context, p nursery.Principal, number string, format casework.Format) (casework.File, error) {
	var lines []bankLine
	err := s.As(ctx, p, func(q *store.Queries) error {
		row, err := s.runFor(ctx, q, p, "payment_run.file", number)
		if err != nil {
			return err
		}
		if row.State != runApproved && row.State != runSettled {
			return runState(row)
		}
		if err := s.Sealing(); err != nil {
			return err
		}
		lines, err = s.bankLines(ctx, q, p, number)
		return err
	})
	if err != nil {
		return casework.File{}, err
	}
	f, err := bankSheet.File(lines, format)
	f.Name = number + " " + f.Name
	return f, err
}

func (s *Service) bankLines(ctx context.Context, q *store.Queries, p nursery.Principal, number string) ([]bankLine, error) {
	payments, err := q.PaymentsOfRun(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	var used store.PayeeAccountsUsedParams
	for _, payment := range payments {
		if payment.Account == nil {
			return nil, fmt.Errorf("payment %d of %s has no account", payment.ID, number)
		}
		used.Institutions, used.Versions = append(used.Institutions, payment.Institution), append(used.Versions, *payment.Account)
	}
	rows, err := q.PayeeAccountsUsed(ctx, used)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	type key struct {
		institution string
		version     int32
	}
	accounts, read := map[key]BankAccount{}, []string{}
	for _, row := range rows {
		at := key{row.Institution, row.Version}
		if _, ok := accounts[at]; ok {
			continue
		}
		if accounts[at], err = s.openAccount(row); err != nil {
			return nil, err
		}
		read = append(read, row.Institution)
	}
	lines := make([]bankLine, len(payments))
	for i, payment := range payments {
		lines[i] = bankLine{paymentOf(payment, ""), accounts[key{payment.Institution, *payment.Account}]}
	}
	return lines, s.noteReadings(ctx, q, p, read...)
}
