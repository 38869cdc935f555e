package funds

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Funds is the list of funds, newest first, with the balances that the reader sees: the city's of all counties, a county's own.
var Funds = casework.List[FundFilter, Fund]{
	Act: "fund.list", Indexes: []string{"funds_pkey"}, First: casework.Cursor{No: math.MaxInt64},
	Read: func(ctx context.Context, r casework.ListReading[FundFilter]) ([]casework.ListRow[Fund], error) {
		rows, err := r.Q.Funds(ctx, store.FundsParams{Before: r.After.No, Purpose: r.Filter.Purpose, PageSize: r.Limit})
		return casework.ListRows(rows, err, func(row store.Fund) (Fund, casework.Cursor) { return fundOf(row), casework.Cursor{No: row.ID} })
	},
	Complete: func(ctx context.Context, r casework.ListReading[FundFilter], list []Fund) error {
		return addBalances(ctx, r.Q, list)
	},
	Sheet: casework.Sheet[Fund]{Title: "专项资金", Columns: []casework.Column[Fund]{
		{Title: "名称", Value: func(f Fund) any { return f.Title }},
		{Title: "文号", FilesOnly: true, Value: func(f Fund) any { return f.Document }},
		{Title: "年度", Value: func(f Fund) any { return f.Year }},
		{Title: "来源", Value: func(f Fund) any { return f.SourceTitle }},
		{Title: "用途", Value: func(f Fund) any { return f.PurposeText }},
		{Title: "金额（元）", Head: "金额", Value: func(f Fund) any { return f.Amount }},
		{Title: "未下达（元）", Head: "未下达", Value: func(f Fund) any { return f.Sum.Unallocated }},
		{Title: "可用（元）", Head: "可用", Value: func(f Fund) any { return f.Sum.Free }},
		{Title: "待拨付（元）", Head: "待拨付", Value: func(f Fund) any { return f.Sum.Committed }},
		{Title: "银行办理中（元）", Head: "银行办理中", Value: func(f Fund) any { return f.Sum.Sent }},
		{Title: "已拨付（元）", Head: "已拨付", Value: func(f Fund) any { return f.Sum.Paid }},
		{Title: "已追回（元）", Head: "已追回", Value: func(f Fund) any { return f.Sum.Reclaimed }},
	}},
}

func fundOf(row store.Fund) Fund {
	f := Fund{
		ID: row.ID, Source: ledger.Source(row.Source), SourceTitle: ledger.Source(row.Source).Title(), Title: row.Title, Document: row.Document,
		DocumentOn: row.DocumentOn, Purposes: row.Purposes, Year: int(row.Year), Amount: casework.Fen(row.Amount), CreatedBy: row.CreatedBy, CreatedAt: row.CreatedAt,
	}
	titles := make([]string, len(row.Purposes))
	for i, purpose := range row.Purposes {
		titles[i] = nursery.Purpose(purpose).Title()
	}
	f.PurposeText = strings.Join(titles, "、")
	return f
}

// addBalances adds to funds the balances that the principal sees.
func addBalances(ctx context.Context, q *store.Queries, list []Fund) error {
	ids, at := make([]int64, len(list)), map[int64]*Fund{}
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	accounts, err := q.AccountsOfFunds(ctx, ids)
	if err != nil {
		return fmt.Errorf("read balances: %w", err)
	}
	for _, a := range accounts {
		f := at[a.Fund]
		f.Sum.add(a)
		if a.County == "" {
			continue
		}
		if n := len(f.Counties); n == 0 || f.Counties[n-1].County != a.County {
			f.Counties = append(f.Counties, Balances{County: a.County, CountyName: nursery.CountyName(a.County)})
		}
		f.Counties[len(f.Counties)-1].add(a)
	}
	return nil
}

// Fund returns a fund with the balances that p sees. Errors: forbidden, not_found.
func (s *Service) Fund(ctx context.Context, p nursery.Principal, id int64) (Fund, error) {
	if err := s.Authorize(ctx, p, "fund.list", casework.Resource{}); err != nil {
		return Fund{}, err
	}
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (Fund, error) { return fundByID(ctx, q, id) })
}

func fundByID(ctx context.Context, q *store.Queries, id int64) (Fund, error) {
	row, err := q.FundByID(ctx, id)
	if store.IsNotFound(err) {
		return Fund{}, casework.NewNotFound()
	}
	if err != nil {
		return Fund{}, fmt.Errorf("read fund: %w", err)
	}
	list := []Fund{fundOf(row)}
	err = addBalances(ctx, q, list)
	return list[0], err
}

// Postings is the list of the movements of a fund, newest first.
var Postings = casework.List[PostingFilter, Posting]{
	Act: "fund.list", Indexes: []string{"fund_postings_page"}, First: casework.Cursor{No: math.MaxInt64},
	Read: func(ctx context.Context, r casework.ListReading[PostingFilter]) ([]casework.ListRow[Posting], error) {
		rows, err := r.Q.Postings(ctx, store.PostingsParams{
			Fund: r.Filter.Fund, Before: r.After.No, County: r.Filter.County, Kind: r.Filter.Kind, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.FundPosting) (Posting, casework.Cursor) {
			b := Posting{
				ID: row.ID, Kind: row.Kind, KindTitle: postingTitles[row.Kind], County: row.County, CountyName: nursery.CountyName(row.County),
				Fen: casework.Fen(row.Fen), Actor: row.Actor, Reference: row.Reference, At: row.At,
			}
			if row.Payment != nil {
				b.Payment = *row.Payment
			}
			return b, casework.Cursor{No: row.ID}
		})
	},
	Sheet: casework.Sheet[Posting]{Title: "资金流水", Columns: []casework.Column[Posting]{
		{Title: "时间", Value: func(b Posting) any { return b.At }},
		{Title: "种类", Value: func(b Posting) any { return b.KindTitle }},
		{Title: "县区", Value: func(b Posting) any { return b.CountyName }},
		{Title: "金额（元）", Head: "金额", Value: func(b Posting) any { return b.Fen }},
		{Title: "拨付编号", Value: func(b Posting) any {
			if b.Payment == 0 {
				return ""
			}
			return referenceOf(b.Payment)
		}},
		{Title: "凭据", Value: func(b Posting) any { return b.Reference }},
		{Title: "经办", Value: func(b Posting) any {
			if b.Actor == nursery.Engine.Account {
				return nursery.RoleEngine.Title()
			}
			return b.Actor
		}},
	}},
}

var purposeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{1,59}$`)

// CreateFund enters a fund that the city received. Errors: invalid, forbidden.
func (s *Service) CreateFund(ctx context.Context, p nursery.Principal, key string, in NewFund) (Fund, error) {
	return casework.Command(ctx, s.Service, p, key, "fund.create", in, func(q *store.Queries) (Fund, error) {
		if err := s.Authorize(ctx, p, "fund.create", casework.Resource{}); err != nil {
			return Fund{}, err
		}
		var c casework.Checker
		if !slices.Contains(ledger.Sources(), in.Source) {
			c.Add("/source", "不在可选值之内")
		}
		for location, text := range map[string]string{"/title": in.Title, "/document": in.Document} {
			if wrong := casework.NeedText(location, text, 100); wrong != nil {
				c.Add(wrong.Location, wrong.Message)
			}
		}
		if in.DocumentOn.IsZero() || in.DocumentOn.After(s.Today()) {
			c.Add("/document_on", "必填，不能晚于今天")
		}
		if len(in.Purposes) == 0 {
			c.Add("/purposes", "至少选一项")
		}
		for i, purpose := range in.Purposes {
			if !purposeForm.MatchString(purpose) {
				c.Add(fmt.Sprintf("/purposes/%d", i), "用途代码由小写字母、数字和下划线组成")
			}
		}
		c.Unique("/purposes", "用途", len(in.Purposes), func(i int) string { return in.Purposes[i] })
		checkFen(&c, "/fen", in.Fen)
		if err := c.Err(); err != nil {
			return Fund{}, err
		}
		var id int64
		err := asEngine(ctx, q, func() (err error) {
			id, err = ledger.Create(ctx, q, ledger.New{
				Source: in.Source, Title: in.Title, Document: in.Document, DocumentOn: in.DocumentOn, Purposes: in.Purposes, Year: in.Year, Fen: in.Fen,
				Actor: p.Account, At: s.Now(),
			})
			return err
		})
		if err != nil {
			return Fund{}, err
		}
		return fundByID(ctx, q, id)
	})
}

// Allocate moves money of a fund 下达. Payments of the county that wait for it are covered at once. Errors: invalid, not_found,
// forbidden, fund_short.
func (s *Service) Allocate(ctx context.Context, p nursery.Principal, key string, id int64, in Moved) (Fund, error) {
	return s.move(ctx, p, key, "fund.allocate", id, in, in, ledger.Allocate)
}

// TakeBack takes from a county what it did not use of a fund, or what came back from payees 收回. Errors as Allocate.
func (s *Service) TakeBack(ctx context.Context, p nursery.Principal, key string, id int64, in TakenBack) (Fund, error) {
	book := ledger.TakeBack
	if in.From == "reclaimed" {
		book = ledger.Restore
	}
	return s.move(ctx, p, key, "fund.take_back", id, in, Moved{in.County, in.Fen, in.Document}, book)
}

func (s *Service) move(ctx context.Context, p nursery.Principal, key, act string, id int64, body any, in Moved,
	book func(context.Context, *store.Queries, ledger.Movement) error,
) (Fund, error) {
	return casework.Command(ctx, s.Service, p, key, fmt.Sprintf("%s %d", act, id), body, func(q *store.Queries) (Fund, error) {
		if err := s.Authorize(ctx, p, act, casework.Resource{}); err != nil {
			return Fund{}, err
		}
		if _, err := fundByID(ctx, q, id); err != nil {
			return Fund{}, err
		}
		var c casework.Checker
		c.Division("/county", in.County, "")
		if wrong := casework.NeedText("/document", in.Document, 100); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
		checkFen(&c, "/fen", in.Fen)
		if err := c.Err(); err != nil {
			return Fund{}, err
		}
		err := asEngine(ctx, q, func() error {
			return book(ctx, q, ledger.Movement{Fund: id, County: in.County, Fen: in.Fen, Actor: p.Account, Reference: in.Document, At: s.Now()})
		})
		if err != nil {
			return Fund{}, err
		}
		return fundByID(ctx, q, id)
	})
}
