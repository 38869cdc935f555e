package funds

import (
	"fmt"
	"net/http"
	"strconv"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerRuns() {
	s.Nav("/payment-runs", "拨付批次", web.Places{nursery.RoleFinance: 2, nursery.RoleCityFinance: 3})
	web.AddListing(s.Site, runsListing)
	s.Page("GET /payment-runs/new", web.Only(s.askRun, nursery.RoleFinance))
	s.Page("POST /payment-runs/new", s.drawRun)
	s.Page("GET /payment-runs/returns-template", web.Template("银行返回文件模板.xlsx", ReturnsTemplate))
	s.Page("GET /payment-runs/{number}", s.run)
	s.Page("POST /payment-runs/{number}/approve", s.approve)
	s.Page("POST /payment-runs/{number}/discard", s.discard)
	s.Page("GET /payment-runs/{number}/bank-file", func(w http.ResponseWriter, r *http.Request) error {
		format := web.ExportFormat(r)
		if format == "" {
			format = casework.Workbook
		}
		return web.SendFile(w)(s.service.BankFile(r.Context(), web.Principal(r.Context()), r.PathValue("number"), format))
	})
	s.ImportPages(web.ImportPage{
		Kind: ReturnsImport, Upload: "/payment-runs/{number}/returns", Title: "核对银行返回文件", Missing: "请选择银行返回文件。",
		About: func(r *http.Request) string { return r.PathValue("number") },
		Again: s.notRead,
		Back:  func(about string) string { return "/payment-runs/" + about },
		Done: func(done casework.Imported) (string, string) {
			said := fmt.Sprintf("已登记 %d 笔的结果，以前已登记 %d 笔。", done.Added, done.Same)
			if done.Draft != "" {
				return "/imports/" + ReturnsImport.Name + "/" + done.Draft, said + fmt.Sprintf("另有 %d 行有问题，没有登记，请更正。", done.Refused)
			}
			return "/payment-runs/" + done.About, said
		},
	})
}

var runsListing = web.Listing[RunFilter, Run]{
	List: Runs, Path: "/payment-runs", Title: "拨付批次", Rows: 25, Live: true, None: "还没有拨付批次", Hint: "财政部门从待拨付的款项中拟定批次，由另一人核准后交银行办理。",
	Choices: func(nursery.Principal) []web.Choice {
		choice := web.Choice{Name: "state", Label: "状态"}
		for _, state := range []string{runDrafted, runApproved, runSettled, runDiscarded} {
			choice.Options = append(choice.Options, ui.Option{Value: state, Label: runTitles[state]})
		}
		return []web.Choice{choice}
	},
	Acts: func(p nursery.Principal) []web.Link {
		if p.Role == nursery.RoleFinance {
			return []web.Link{{Path: "/payment-runs/new", Title: "拟定批次", Main: true}}
		}
		return nil
	},
	Looks: func(web.Reader) ui.Looks[Run] {
		return ui.Looks[Run]{
			"批次编号": ui.HeadCell(func(r Run) ui.RowHead {
				return ui.RowHead{Link: "/payment-runs/" + r.Number, Name: fmt.Sprintf("%s拨付 %d 笔", r.CountyName, r.Payments), Below: r.Number}
			}),
			"状态": ui.TagCell(func(r Run) (string, string) { return runTone(r.State), r.StateTitle }),
		}
	},
}

func runTone(state string) string {
	return map[string]string{runDrafted: "warn", runApproved: "warn", runSettled: "good"}[state]
}

func paymentTone(state ledger.State) string {
	return map[ledger.State]string{ledger.Unfunded: "warn", ledger.Paid: "good", ledger.Bounced: "bad"}[state]
}

// drawing is the page on which a run is drawn up.
type drawing struct {
	Ready  []Ready
	Held   []Ready // that cannot be in a run of the reader
	Sum    casework.Fen
	Chosen map[int64]bool // nil: all
	Fault  string
}

func (s *pages) askRun(w http.ResponseWriter, r *http.Request) error {
	return s.showDrawing(w, r, http.StatusOK, drawing{})
}

func (s *pages) showDrawing(w http.ResponseWriter, r *http.Request, status int, v drawing) error {
	list, err := s.service.ReadyPayments(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.Hindrance != "" {
			v.Held = append(v.Held, one)
			continue
		}
		v.Ready, v.Sum = append(v.Ready, one), v.Sum+one.Fen
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "拟定拨付批次", Wide: true, Back: "/payment-runs"}, drawingPage(v))
}

func (s *pages) drawRun(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	var in DrawRun
	v := drawing{Chosen: map[int64]bool{}}
	for _, text := range r.PostForm["payment"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			continue // no payment of the page
		}
		in.Payments, v.Chosen[id] = append(in.Payments, id), true
	}
	run, err := s.service.Draw(r.Context(), web.Principal(r.Context()), web.Key(r), in)
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict {
			return err
		}
		v.Fault = refused.Message
		for _, f := range refused.Fields {
			v.Fault += f.Message + "。"
		}
		return s.showDrawing(w, r, int(refused.Kind()), v)
	}
	return s.Done(w, r, "/payment-runs/"+run.Number, "批次已拟定，请另一人核准。")
}

// runView is a run as its reader sees it.
type runView struct {
	RunDetail
	Reader nursery.Principal
	Fault  string // of the file that was sent
}

func (s *pages) run(w http.ResponseWriter, r *http.Request) error {
	return s.showRun(w, r, http.StatusOK, "")
}

func (s *pages) showRun(w http.ResponseWriter, r *http.Request, status int, fault string) error {
	p := web.Principal(r.Context())
	d, err := s.service.PaymentRun(r.Context(), p, r.PathValue("number"))
	if err != nil {
		return err
	}
	if format := web.ExportFormat(r); format != "" {
		return web.SendFile(w)(Payments.Sheet.File(d.Lines, format))
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "拨付批次 " + d.Number, Wide: true, Live: true, Back: "/payment-runs"}, runPage(runView{d, p, fault}))
}

// notRead shows the run again with what is wrong with the return file.
func (s *pages) notRead(w http.ResponseWriter, r *http.Request, err error) error {
	refused, ok := s.ImportError(r, err)
	if !ok {
		return err
	}
	return s.showRun(w, r, int(refused.Kind()), web.FileMessage(refused))
}

func (s *pages) approve(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	run, err := s.service.Approve(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("number"))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/payment-runs/"+run.Number, "已核准，请下载银行文件交银行办理。")
}

func (s *pages) discard(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	run, err := s.service.Discard(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("number"))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/payment-runs/"+run.Number, "批次已作废，其中的款项重新待拨付。")
}

// lineCells is the table of the payments of a run.
var lineCells = ui.CellsOf(Payments.Sheet, paymentLooks, "收款机构", "用途", "期间", "金额（元）", "状态", "办理日期")

// paymentLooks is how the columns of payments look.
var paymentLooks = ui.Looks[Payment]{
	"拨付编号": ui.HeadCell(func(p Payment) ui.RowHead {
		return ui.RowHead{Link: "/cases/" + p.CaseNo, Name: p.Reference, Below: p.CaseNo}
	}),
	"收款机构": ui.PartyCell(func(p Payment) (name, code string) { return p.Name, p.Institution }),
	"状态":   ui.StyledCell("", paymentState),
}
