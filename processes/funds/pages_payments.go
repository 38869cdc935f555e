package funds

import (
	"errors"
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

func (s *pages) registerPayments() {
	s.Nav("/payments", "拨付", web.Places{nursery.RoleFinance: 1, nursery.RoleCityFinance: 2})
	s.Nav("/money-back", "待追回", web.Places{nursery.RoleFinance: 3, nursery.RoleCityFinance: 4})
	s.Tile(60, "/payments", "拨付进度", "补贴和奖补拨付到哪一步")
	web.AddListing(s.Site, paymentsListing)
	web.AddListing(s.Site, duesListing)
	web.FormPage(s.Site, "/payments/{id}/receive", s.askReceipt, func(r *http.Request, in Receipt) (string, string, error) {
		p, err := s.service.Receive(r.Context(), web.Principal(r.Context()), web.Key(r), idOf(r), in)
		return "/money-back", p.Name + "退回的 " + ui.Yuan(in.Fen) + " 元已登记。", err
	}, nursery.RoleFinance)
}

// stateTabs are the states that the tabs of the list of payments show.
var stateTabs = []ledger.State{"", ledger.Unfunded, ledger.Committed, ledger.Sent, ledger.Paid, ledger.Bounced}

var paymentsListing = web.Listing[PaymentFilter, Payment]{
	List: Payments, Path: "/payments", Title: "拨付", Rows: 50, Live: true, None: "没有拨付", Search: "办件编号或机构名称",
	Hint: "办件核定金额后在这里列出，每笔的金额来自办件中的裁定。",
	Choices: func(nursery.Principal) []web.Choice {
		return []web.Choice{{Name: "purpose", Label: "用途", Options: purposeChoices()}}
	},
	Acts: func(p nursery.Principal) []web.Link {
		switch p.Role {
		case nursery.RoleFinance:
			return []web.Link{{Path: "/funds/statement", Title: "对账单"}, {Path: "/payment-runs/new", Title: "拟定批次", Main: true}}
		case nursery.RoleInstitution:
			return []web.Link{{Path: "/payee-account", Title: "收款账户", Main: true}}
		}
		return []web.Link{{Path: "/funds/statement", Title: "对账单"}}
	},
	Tabs: func(v web.Reader, f PaymentFilter) ([]web.Tab, error) {
		var tabs []web.Tab
		for _, state := range stateTabs {
			title := state.Title()
			if state == "" {
				title = "全部"
			}
			tabs = append(tabs, web.Tab{Title: title, Link: v.With("state", string(state)), Count: -1, Here: f.State == state})
		}
		return tabs, nil
	},
	Looks: func(web.Reader) ui.Looks[Payment] {
		return paymentLooks
	},
	Control: func(v web.Reader) func(Payment) templ.Component {
		return func(p Payment) templ.Component { return paymentControl(p, v.Principal) }
	},
}

var duesListing = web.Listing[DueFilter, Due]{
	List: Dues, Path: "/money-back", Title: "待追回", Rows: 50, Live: true, None: "没有待追回的资金", Hint: "追回决定生效后，等待机构退回的资金在这里列出。",
	Looks: func(web.Reader) ui.Looks[Due] {
		return ui.Looks[Due]{
			"机构": ui.HeadCell(func(d Due) ui.RowHead { return ui.RowHead{Link: "/cases/" + d.CaseNo, Name: d.Name, Below: d.CaseNo} }),
			"期限": ui.StyledCell("nowrap", dueOn),
		}
	},
	Control: func(v web.Reader) func(Due) templ.Component {
		return func(d Due) templ.Component {
			if v.Principal.Role != nursery.RoleFinance || d.Payment == 0 {
				return templ.NopComponent
			}
			return receiveLink(d.Payment, d.Name)
		}
	},
}

// askReceipt asks what of a payment came back.
func (s *pages) askReceipt(r *http.Request) (web.FormSpec, error) {
	p := web.Principal(r.Context())
	paid, err := s.service.Payment(r.Context(), p, idOf(r))
	if err != nil {
		return web.FormSpec{}, err
	}
	page := web.FormSpec{
		Title: "确认到账", Back: "/money-back", Button: "确认到账", Shape: needed(ui.SchemaOf[Receipt](), "fen", "on"), Values: url.Values{},
		Lead: paid.Name + "，" + paid.PurposeTitle + paid.Period + "，已拨付 " + ui.Yuan(int64(paid.Fen)) + " 元，已追回 " + ui.Yuan(int64(paid.Reclaimed)) + " 元。",
	}
	page.Values.Set("/on", nursery.DateOf(s.service.Now()).String())
	page.Values.Set("/fen", strconv.FormatFloat(float64(paid.Fen-paid.Reclaimed)/100, 'f', 2, 64))
	return page, nil
}

func (s *pages) registerAccounts() {
	s.Tile(61, "/payee-account", "收款账户", "补贴和奖补拨付到哪个账户")
	web.FormPage(s.Site, "/payee-account", s.askAccount, func(r *http.Request, in BankAccount) (string, string, error) {
		p := web.Principal(r.Context())
		_, err := s.service.PutAccount(r.Context(), p, web.Key(r), p.Institution, in)
		return "/payments", "收款账户已保存。", err
	}, nursery.RoleInstitution)
	s.Page("GET /payee-accounts/{institution}", web.Only(func(w http.ResponseWriter, r *http.Request) error {
		page := web.Frame{Title: "收款账户", Back: "/payments"}
		a, err := s.service.Account(r.Context(), web.Principal(r.Context()), r.PathValue("institution"))
		if refused := (*casework.Error)(nil); errors.As(err, &refused) && refused.Code == casework.CodeNotFound {
			return s.Show(w, r, page, noAccountPage())
		}
		if err != nil {
			return err
		}
		return s.Show(w, r, page, accountPage(a, a.Name))
	}, nursery.RoleFinance))
}

// askAccount asks for the account, with what was entered last.
func (s *pages) askAccount(r *http.Request) (web.FormSpec, error) {
	p := web.Principal(r.Context())
	a, err := s.service.Account(r.Context(), p, p.Institution)
	page := web.FormSpec{
		Title: "收款账户", Back: "/payments", Button: "保存", Shape: ui.SchemaOf[BankAccount](), Values: url.Values{},
		Lead: "户名须与机构登记的名称一致。加密保存，只有本机构和所在县区财政部门能看到，财政部门每次查阅都会登记。",
	}
	if err == nil && a.Version > 0 {
		page.Values, page.Button = ui.FormOf(page.Shape, a.BankAccount).Values, "更正"
		page.Lead += "上次填写：" + nursery.Minute(*a.EnteredAt) + "。以前填写的保留备查。"
	}
	return page, err
}
