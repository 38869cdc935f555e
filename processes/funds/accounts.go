package funds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// BankAccount is the account to which an institution is paid 收款账户.
type BankAccount struct {
	Holder string `json:"holder" minLength:"2" maxLength:"100" doc:"户名" example:"长治市示例托育有限公司"`
	Bank   string `json:"bank" minLength:"2" maxLength:"100" doc:"开户银行及网点" example:"示例银行长治分行营业部"`
	Number string `json:"number" minLength:"8" maxLength:"32" doc:"账号" example:"6200000000000000000"`
}

// PayeeAccount is the account of an institution as its reader sees it.
type PayeeAccount struct {
	Institution string `json:"institution" doc:"机构编号"`
	Name        string `json:"institution_name" doc:"机构名称"`
	Version     int    `json:"version" doc:"第几次填写；0 为尚未填写"`
	BankAccount
	EnteredBy string             `json:"entered_by,omitempty" doc:"填写人"`
	EnteredAt *time.Time         `json:"entered_at,omitempty" doc:"填写时间"`
	History   []AccountCorrected `json:"history" doc:"历次填写，不含账号"`
}

// AccountCorrected is one entry of the history of an account, without the account.
type AccountCorrected struct {
	Version int       `json:"version" doc:"第几次填写"`
	By      string    `json:"by" doc:"填写人"`
	At      time.Time `json:"at" doc:"填写时间"`
}

var accountNumber = regexp.MustCompile(`^[0-9]{8,32}$`)

func accountCell(institution string, version int32) sealing.Cell {
	return sealing.Cell{Table: "payee_accounts", Column: "account", Row: fmt.Sprintf("%s/%d", institution, version)}
}

// openAccount decrypts the account of a row.
func (s *Service) openAccount(row store.PayeeAccount) (account BankAccount, err error) {
	raw, err := s.Fields.Open(row.Account, accountCell(row.Institution, row.Version))
	if err == nil {
		err = json.Unmarshal(raw, &account)
	}
	if err != nil {
		return account, fmt.Errorf("open account of %s: %w", row.Institution, err)
	}
	return account, nil
}

// PutAccount enters the account of an institution, or corrects it; what was entered before remains. Errors: invalid, not_found, forbidden,
// version_stale, engine_unavailable without a keyset.
func (s *Service) PutAccount(ctx context.Context, p nursery.Principal, key, institution string, in BankAccount) (PayeeAccount, error) {
	_, err := casework.Command(ctx, s.Service, p, key, "payee_account.put "+institution, in, func(q *store.Queries) (struct{}, error) {
		if err := s.Authorize(ctx, p, "payee_account.put", casework.Resource{County: p.County, Institution: institution}); err != nil {
			return struct{}{}, err
		}
		if err := s.Sealing(); err != nil {
			return struct{}{}, err
		}
		in.Number = strings.NewReplacer(" ", "", "-", "").Replace(in.Number)
		var c casework.Checker
		for location, text := range map[string]string{"/holder": in.Holder, "/bank": in.Bank} {
			if wrong := casework.NeedText(location, text, 100); wrong != nil {
				c.Add(wrong.Location, wrong.Message)
			}
		}
		if !accountNumber.MatchString(in.Number) {
			c.Add("/number", "账号为 8 至 32 位数字")
		}
		if err := c.Err(); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.writeAccount(ctx, q, p, institution, in)
	})
	if err != nil {
		return PayeeAccount{}, stale(err)
	}
	return s.Account(ctx, p, institution)
}

func (s *Service) writeAccount(ctx context.Context, q *store.Queries, p nursery.Principal, institution string, in BankAccount) error {
	last, err := q.PayeeAccounts(ctx, []string{institution})
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	version := int32(1)
	if len(last) > 0 {
		version = last[0].Version + 1
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode account: %w", err)
	}
	sealed, err := s.Fields.Seal(raw, accountCell(institution, version))
	if err != nil {
		return fmt.Errorf("seal account: %w", err)
	}
	return q.InsertPayeeAccount(ctx, store.InsertPayeeAccountParams{
		Institution: institution, Version: version, County: p.County, Account: sealed, EnteredBy: p.Account, EnteredAt: s.Now(),
	})
}

// stale maps the error of two who entered the same version.
func stale(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23505" && refused.TableName == "payee_accounts" {
		return casework.NewError(casework.CodeVersionStale, "账户刚被另一人更正，请刷新后核对。")
	}
	return err
}

// Account returns the account of an institution, with its history. A reading by anybody but the institution is logged. Errors: not_found,
// forbidden, engine_unavailable without a keyset.
func (s *Service) Account(ctx context.Context, p nursery.Principal, institution string) (PayeeAccount, error) {
	found := PayeeAccount{Institution: institution, History: []AccountCorrected{}}
	err := s.As(ctx, p, func(q *store.Queries) error {
		if err := s.Authorize(ctx, p, "payee_account.read", casework.Resource{County: p.County, Institution: institution}); err != nil {
			return err
		}
		if err := s.Sealing(); err != nil {
			return err
		}
		rows, err := q.PayeeAccountVersions(ctx, institution)
		if err != nil {
			return fmt.Errorf("read account: %w", err)
		}
		if p.Role != nursery.RoleInstitution && len(rows) == 0 {
			return casework.NewNotFound() // of another county, or without an account
		}
		for i, row := range rows {
			found.History = append(found.History, AccountCorrected{int(row.Version), row.EnteredBy, row.EnteredAt})
			if i > 0 {
				continue
			}
			found.Version, found.EnteredBy, found.EnteredAt = int(row.Version), row.EnteredBy, &row.EnteredAt
			if found.BankAccount, err = s.openAccount(row); err != nil {
				return err
			}
		}
		if err := casework.NameParty(ctx, q, []casework.Party{{ID: institution, Name: &found.Name}}); err != nil || p.Role == nursery.RoleInstitution {
			return err
		}
		return s.noteReadings(ctx, q, p, institution)
	})
	return found, err
}

// noteReadings logs that p read the accounts of institutions of p's county.
func (s *Service) noteReadings(ctx context.Context, q *store.Queries, p nursery.Principal, institutions ...string) error {
	return q.NoteAccountReadings(ctx, store.NoteAccountReadingsParams{
		About: institutions, County: p.County, Reader: p.Account, ReaderRole: string(p.Role), Institution: p.Institution,
		Purpose: string(nursery.ReadForPayment), At: s.Now(),
	})
}
