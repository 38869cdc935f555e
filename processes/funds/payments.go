package funds

import (
	"context"
	"math"
	"slices"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Payments is the list of payments, newest first: of an institution its own, of a county's offices the county's.
var Payments = casework.List[PaymentFilter, Payment]{
	Act: "payment.list", Indexes: []string{"payments_page", "payments_of_institution", "payments_pkey"},
	First: casework.Cursor{No: math.MaxInt64},
	Check: func(_ context.Context, _ *casework.Service, _ nursery.Principal, f *PaymentFilter) error {
		var c casework.Checker
		if f.County != "" {
			c.Division("county", f.County, "")
		}
		if f.State != "" && !slices.Contains(ledger.States(), f.State) {
			c.Add("state", "没有这种状态")
		}
		if wrong := casework.CheckText("q", f.Query, 100); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
		return c.Err()
	},
	Read: func(ctx context.Context, r casework.ListReading[PaymentFilter]) ([]casework.ListRow[Payment], error) {
		of, f := casework.ScopeOf(r.Principal, r.Filter.County), r.Filter
		found, err := r.Find(ctx, f.Query)
		if err != nil {
			return nil, err
		}
		rows, err := r.Q.PaymentList(ctx, store.PaymentListParams{
			Before: r.After.No, County: of.County, Institution: of.Institution, State: string(f.State), Purpose: f.Purpose, Run: f.Run,
			Prefix: found.Prefix, Parties: found.Parties, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.PaymentListRow) (Payment, casework.Cursor) {
			return paymentOf(row.Payment, row.FundTitle), casework.Cursor{No: row.Payment.ID}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[PaymentFilter], list []Payment) error {
		return casework.NameParties(ctx, r.Q, list, (*Payment).parties)
	},
	Sheet: casework.Sheet[Payment]{Title: "拨付", Columns: []casework.Column[Payment]{
		{Title: "拨付编号", Head: "拨付", Value: func(p Payment) any { return p.Reference }},
		{Title: "办件编号", FilesOnly: true, Value: func(p Payment) any { return p.CaseNo }},
		{Title: "收款机构", Value: func(p Payment) any { return p.Name }},
		{Title: "县区", FilesOnly: true, Value: func(p Payment) any { return p.CountyName }},
		{Title: "用途", Value: func(p Payment) any { return p.PurposeTitle }},
		{Title: "对象", FilesOnly: true, Value: func(p Payment) any { return p.Item }},
		{Title: "期间", Value: func(p Payment) any { return p.Period }},
		{Title: "金额（元）", Head: "金额", Value: func(p Payment) any { return p.Fen }},
		{Title: "资金", Value: func(p Payment) any { return p.FundTitle }},
		{Title: "状态", Value: func(p Payment) any { return p.StateTitle }},
		{Title: "拨付批次", FilesOnly: true, Value: func(p Payment) any { return p.Run }},
		{Title: "办理日期", Value: func(p Payment) any { return p.SettledOn }},
		{Title: "银行流水号", FilesOnly: true, Value: func(p Payment) any { return p.Receipt }},
		{Title: "原因", FilesOnly: true, Value: func(p Payment) any { return p.Reason }},
		{Title: "已追回（元）", FilesOnly: true, Value: func(p Payment) any { return p.Reclaimed }},
	}},
}

// Payment returns a payment. Errors: not_found, forbidden.
func (s *Service) Payment(ctx context.Context, p nursery.Principal, id int64) (Payment, error) {
	if err := s.Authorize(ctx, p, "payment.list", casework.Resource{}); err != nil {
		return Payment{}, err
	}
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (Payment, error) {
		row, err := q.PaymentByID(ctx, id)
		if store.IsNotFound(err) {
			return Payment{}, casework.NewNotFound()
		}
		if err != nil {
			return Payment{}, err
		}
		list := []Payment{paymentOf(row, "")}
		err = casework.NameParties(ctx, q, list, (*Payment).parties)
		return list[0], err
	})
}

// StatementFilter is what a statement sums.
type StatementFilter struct {
	By     string `query:"by" enum:"institution,county,purpose" default:"institution" doc:"按什么汇总：institution 机构，county 县区，purpose 用途"`
	County string `query:"county" pattern:"^(1404[0-9]{2})?$" patternDescription:"县区代码" doc:"县区；县区角色可不填"`
	Year   int    `query:"year" minimum:"0" maximum:"2100" doc:"资金年度；不填为全部，含尚无资金的"`
}

// StatementLine is a line of a statement, in fen.
type StatementLine struct {
	Key       string       `json:"key" doc:"机构编号、县区代码或者用途代码"`
	Name      string       `json:"name" doc:"名称"`
	Payments  int          `json:"payments" doc:"笔数"`
	Asked     casework.Fen `json:"asked" doc:"核定，分"`
	Unfunded  casework.Fen `json:"unfunded" doc:"待下达资金，分"`
	Committed casework.Fen `json:"committed" doc:"待拨付，含被退回，分"`
	Sent      casework.Fen `json:"sent" doc:"银行办理中，分"`
	Paid      casework.Fen `json:"paid" doc:"已拨付，分"`
	Reclaimed casework.Fen `json:"reclaimed" doc:"已追回，分"`
	Net       casework.Fen `json:"net" doc:"净拨付，分"`
}

// Statement sums what was asked for and paid: to institutions, in counties, or for purposes. Errors: forbidden, invalid.
func (s *Service) Statement(ctx context.Context, p nursery.Principal, f StatementFilter) ([]StatementLine, error) {
	if err := s.Authorize(ctx, p, "fund.list", casework.Resource{}); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"institution", "county", "purpose"}, f.By) {
		return nil, casework.NewError(casework.CodeInvalid, "请选择按机构、县区或者用途汇总。", casework.FieldError{Location: "by", Message: "不在可选值之内"})
	}
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) ([]StatementLine, error) {
		rows, err := q.FundStatement(ctx, store.FundStatementParams{By: f.By, County: casework.CountyOf(p, f.County), Year: int32(f.Year)})
		if err != nil {
			return nil, err
		}
		lines := make([]StatementLine, len(rows))
		for i, row := range rows {
			lines[i] = StatementLine{
				Key: row.Key, Payments: int(row.Payments), Asked: casework.Fen(row.Asked), Unfunded: casework.Fen(row.Unfunded),
				Committed: casework.Fen(row.Committed), Sent: casework.Fen(row.Sent), Paid: casework.Fen(row.Paid), Reclaimed: casework.Fen(row.Reclaimed),
				Net: casework.Fen(row.Paid - row.Reclaimed),
			}
			switch f.By {
			case "county":
				lines[i].Name = nursery.CountyName(row.Key)
			case "purpose":
				lines[i].Name = nursery.Purpose(row.Key).Title()
			}
		}
		if f.By != "institution" {
			return lines, nil
		}
		return lines, casework.NameParties(ctx, q, lines, func(l *StatementLine) []casework.Party { return []casework.Party{{ID: l.Key, Name: &l.Name}} })
	})
}

// Total adds up the lines of a statement.
func Total(lines []StatementLine) StatementLine {
	sum := StatementLine{Name: "合计"}
	for _, l := range lines {
		sum.Payments += l.Payments
		sum.Asked, sum.Unfunded, sum.Committed, sum.Sent = sum.Asked+l.Asked, sum.Unfunded+l.Unfunded, sum.Committed+l.Committed, sum.Sent+l.Sent
		sum.Paid, sum.Reclaimed, sum.Net = sum.Paid+l.Paid, sum.Reclaimed+l.Reclaimed, sum.Net+l.Net
	}
	return sum
}

// StatementSheet is a statement as a table; its last line is the total.
var StatementSheet = casework.Sheet[StatementLine]{Title: "拨付对账单", Columns: []casework.Column[StatementLine]{
	{Title: "名称", Value: func(l StatementLine) any { return l.Name }},
	{Title: "代码", FilesOnly: true, Value: func(l StatementLine) any { return l.Key }},
	{Title: "笔数", Value: func(l StatementLine) any { return l.Payments }},
	{Title: "核定（元）", Head: "核定", Value: func(l StatementLine) any { return l.Asked }},
	{Title: "待下达资金（元）", Head: "待下达资金", Value: func(l StatementLine) any { return l.Unfunded }},
	{Title: "待拨付（元）", Head: "待拨付", Value: func(l StatementLine) any { return l.Committed }},
	{Title: "银行办理中（元）", Head: "银行办理中", Value: func(l StatementLine) any { return l.Sent }},
	{Title: "已拨付（元）", Head: "已拨付", Value: func(l StatementLine) any { return l.Paid }},
	{Title: "已追回（元）", Head: "已追回", Value: func(l StatementLine) any { return l.Reclaimed }},
	{Title: "净拨付（元）", Head: "净拨付", Value: func(l StatementLine) any { return l.Net }},
}}
