package funds

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerPayments()
	p.registerRuns()
	p.registerFunds()
	p.registerAccounts()
}

// overseers see the money of their county, or of the city.
var overseers = []nursery.Role{nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}

func (s *pages) registerFunds() {
	s.Nav("/funds", "专项资金", web.Places{nursery.RoleFinance: 4, nursery.RoleCityFinance: 1, nursery.RoleCountyOffice: 14, nursery.RoleCityOffice: 14, nursery.RoleAuditor: 14})
	web.AddListing(s.Site, fundsListing)
	s.Page("GET /funds/statement", web.Only(s.statement, overseers...))
	web.FormPage(s.Site, "/funds/new", web.Always(web.FormSpec{
		Title: "登记专项资金", Back: "/funds", Button: "登记", Lead: "按下达文件登记。登记后不能更改，请核对。",
		Question: "登记后不能更改。确定登记吗？",
		Shape:    needed(ui.SchemaOf[NewFund](), "document_on", "year", "fen").WithOptions("source", sourceChoices()).WithOptions("purposes", purposeChoices()),
	}), func(r *http.Request, in NewFund) (string, string, error) {
		f, err := s.service.CreateFund(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return fundPath(f.ID), "已登记，请下达到县区。", err
	}, nursery.RoleCityFinance)
	s.Page("GET /funds/{id}", s.fund)
	web.FormPage(s.Site, "/funds/{id}/allocate", s.askMove("下达到县区", "下达", "等待资金的拨付随即占用，先核定的在前。", needed(ui.SchemaOf[Moved](), "fen")),
		func(r *http.Request, in Moved) (string, string, error) {
			f, err := s.service.Allocate(r.Context(), web.Principal(r.Context()), web.Key(r), idOf(r), in)
			return fundPath(f.ID), "已下达到" + nursery.CountyName(in.County) + "。", err
		}, nursery.RoleCityFinance)
	taken := needed(ui.SchemaOf[TakenBack](), "fen").WithOptions("from", []ui.Option{{Value: "free", Label: "县区未使用的"}, {Value: "reclaimed", Label: "从机构追回的"}})
	web.FormPage(s.Site, "/funds/{id}/take-back", s.askMove("从县区收回", "收回", "收回的资金可以重新下达。", taken),
		func(r *http.Request, in TakenBack) (string, string, error) {
			f, err := s.service.TakeBack(r.Context(), web.Principal(r.Context()), web.Key(r), idOf(r), in)
			return fundPath(f.ID), "已从" + nursery.CountyName(in.County) + "收回。", err
		}, nursery.RoleCityFinance)
}

// needed marks properties that are not text, and that have to be there.
func needed(shape ui.FormSchema, names ...string) ui.FormSchema {
	for _, name := range names {
		shape = shape.Change(name, func(f ui.FormSchema) ui.FormSchema { f.Required = true; return f })
	}
	return shape
}

func idOf(r *http.Request) int64 { return int64(web.AtoiOrZero(r.PathValue("id"))) }

func fundPath(id int64) string { return "/funds/" + strconv.FormatInt(id, 10) }

func sourceChoices() []ui.Option {
	var list []ui.Option
	for _, source := range ledger.Sources() {
		list = append(list, ui.Option{Value: string(source), Label: source.Title()})
	}
	return list
}

func purposeChoices() []ui.Option {
	var list []ui.Option
	for _, purpose := range nursery.Purposes() {
		list = append(list, ui.Option{Value: string(purpose), Label: purpose.Title()})
	}
	return list
}

// askMove returns the page of a form by which money of a fund goes to a county or comes back.
func (s *pages) askMove(title, button, lead string, shape ui.FormSchema) func(*http.Request) (web.FormSpec, error) {
	return func(r *http.Request) (web.FormSpec, error) {
		f, err := s.service.Fund(r.Context(), web.Principal(r.Context()), idOf(r))
		if err != nil {
			return web.FormSpec{}, err
		}
		return web.FormSpec{
			Title: title, Back: fundPath(f.ID), Button: button, Shape: shape.WithOptions("county", ui.Counties()), Values: url.Values{},
			Lead: f.Title + "（" + f.Document + "），未下达 " + ui.Yuan(int64(f.Sum.Unallocated)) + " 元。" + lead,
		}, nil
	}
}

var fundsListing = web.Listing[FundFilter, Fund]{
	List: Funds, Path: "/funds", Title: "专项资金", Rows: 50, None: "还没有登记专项资金", Hint: "市级财政部门按下达文件登记，再下达到县区。",
	Choices: func(nursery.Principal) []web.Choice {
		return []web.Choice{{Name: "purpose", Label: "用途", Options: purposeChoices()}}
	},
	Acts: func(p nursery.Principal) []web.Link {
		list := []web.Link{{Path: "/funds/statement", Title: "对账单"}, {Path: "/payments", Title: "拨付"}}
		if p.Role == nursery.RoleCityFinance {
			list = append(list, web.Link{Path: "/funds/new", Title: "登记专项资金", Main: true})
		}
		return list
	},
	Looks: func(web.Reader) ui.Looks[Fund] {
		return ui.Looks[Fund]{"名称": ui.HeadCell(func(f Fund) ui.RowHead {
			return ui.RowHead{Link: fundPath(f.ID), Name: f.Title, Below: f.Document}
		})}
	},
}

// balanceSheet is the balances of a fund in each county.
var balanceSheet = casework.Sheet[Balances]{Title: "各县区余额", Columns: []casework.Column[Balances]{
	{Title: "县区", Value: func(b Balances) any { return b.CountyName }},
	{Title: "可用", Value: func(b Balances) any { return b.Free }},
	{Title: "待拨付", Value: func(b Balances) any { return b.Committed }},
	{Title: "银行办理中", Value: func(b Balances) any { return b.Sent }},
	{Title: "已拨付", Value: func(b Balances) any { return b.Paid }},
	{Title: "已追回", Value: func(b Balances) any { return b.Reclaimed }},
}}

var (
	balanceCells = ui.CellsOf(balanceSheet, nil)
	postingCells = ui.CellsOf(Postings.Sheet, nil)
)

// fund shows a fund: its balances and its postings.
func (s *pages) fund(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	f, err := s.service.Fund(r.Context(), p, idOf(r))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	filter := PostingFilter{Fund: f.ID, County: q.Get("county"), Kind: q.Get("kind")}
	return web.ListPage(s.Site, w, r, p, Postings, filter, 50, web.Frame{Title: f.Title, Wide: true, Back: "/funds"}, func(page casework.Page[Posting]) templ.Component {
		return fundPage(f, page, p, web.NextPage(r, page.Next), web.WithParam(r, "export", "xlsx"))
	})
}

// statementCells is the table of a statement; institutions lead to their payments.
func statementCells(by string) []ui.Cell[StatementLine] {
	return ui.CellsOf(StatementSheet, ui.Looks[StatementLine]{"名称": ui.HeadCell(func(l StatementLine) ui.RowHead {
		head := ui.RowHead{Name: l.Name}
		if l.Key == "" {
			return head
		}
		switch by {
		case "institution":
			head.Link, head.Below = "/payments?q="+url.QueryEscape(l.Key), l.Key
		case "purpose":
			head.Link = "/payments?purpose=" + url.QueryEscape(l.Key)
		}
		return head
	})})
}

func (s *pages) statement(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := StatementFilter{By: q.Get("by"), County: q.Get("county"), Year: web.AtoiOrZero(q.Get("year"))}
	if f.By == "" {
		f.By = "institution"
	}
	p := web.Principal(r.Context())
	lines, err := s.service.Statement(r.Context(), p, f)
	if err != nil {
		return err
	}
	all := append(lines, Total(lines))
	return web.SheetPage(s.Site, w, r, StatementSheet, all, web.Frame{Title: "拨付对账单", Wide: true, Back: "/funds"}, func() templ.Component {
		if len(lines) == 0 {
			all = nil
		}
		return statementPage(f, all, nursery.DateOf(s.service.Now()), web.WithParam(r, "export", "xlsx"))
	})
}

// byChoices are the ways to sum a statement.
var byChoices = []ui.Option{{Value: "institution", Label: "按机构"}, {Value: "county", Label: "按县区"}, {Value: "purpose", Label: "按用途"}}
