package funds

import (
	"context"
	"net/http"
	"strconv"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/sheets"
)

// Tag is the group of operations about money.
var Tag = api.Tag{Name: "资金与拨付", Description: "专项资金的下达、占用、拨付与追回，拨付批次与银行文件，收款账户"}

// FundNumber is the path parameter with the number of a fund.
type FundNumber struct {
	ID int64 `path:"id" minimum:"1" doc:"资金编号"`
}

// RunNumber is the path parameter with the number of a payment run.
type RunNumber struct {
	Number string `path:"number" maxLength:"40" doc:"批次编号" example:"BF-140403-2026-000001-6"`
}

type statement struct {
	Lines []StatementLine `json:"lines" doc:"各行"`
	Total StatementLine   `json:"total" doc:"合计"`
}

type readyPayments struct {
	Items []Ready `json:"items" doc:"待拨付的款项，先核定的在前"`
}

// Operations registers the operations about funds, payments, payment runs and accounts.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	api.List(g, "/api/v1/funds", "Funds", "专项资金", "市级见全市余额，县区见本县区余额。", Funds, func(in *struct {
		api.Listing
		FundFilter
	}) (api.Listing, FundFilter) {
		return in.Listing, in.FundFilter
	})
	api.Create(g.Op("POST /api/v1/funds", "createFund", "登记专项资金", "按下达文件登记，登记后不能更改。"), api.Execute(s.CreateFund), func(f Fund) string {
		return api.PathOf("funds", strconv.FormatInt(f.ID, 10))
	})
	api.Handle(g.Op("GET /api/v1/funds/{id}", "getFund", "专项资金详情", ""), func(ctx context.Context, in *FundNumber) (Fund, error) {
		return s.Fund(ctx, api.Principal(ctx), in.ID)
	})
	api.Page(g.Op("GET /api/v1/funds/{id}/postings", "listPostings", "资金流水", ""), Postings, func(in *struct {
		api.Listing
		PostingFilter
	}) (api.Listing, PostingFilter) {
		return in.Listing, in.PostingFilter
	})
	api.Handle(g.Op("POST /api/v1/funds/{id}/allocations", "allocateFund", "下达到县区", "等待资金的拨付随即占用，先核定的在前。"), func(ctx context.Context, in *struct {
		api.With[Moved]
		FundNumber
	}) (Fund, error) {
		return s.Allocate(ctx, api.Principal(ctx), in.Key, in.ID, in.Body)
	})
	api.Handle(g.Op("POST /api/v1/funds/{id}/take-backs", "takeBackFund", "从县区收回", "收回未使用的，或者已追回的。"), func(ctx context.Context, in *struct {
		api.With[TakenBack]
		FundNumber
	}) (Fund, error) {
		return s.TakeBack(ctx, api.Principal(ctx), in.Key, in.ID, in.Body)
	})
	api.Handle(g.Op("GET /api/v1/fund-statement", "getFundStatement", "拨付对账单", "按机构、县区或者用途汇总，与资金流水一致。"), func(ctx context.Context, in *StatementFilter) (statement, error) {
		lines, err := s.Statement(ctx, api.Principal(ctx), *in)
		return statement{lines, Total(lines)}, err
	})
	api.Download(g.Op("GET /api/v1/fund-statement.xlsx", "exportFundStatement", "导出拨付对账单", ""), sheets.Media, "拨付对账单，Excel", func(ctx context.Context, in *StatementFilter) (casework.File, error) {
		lines, err := s.Statement(ctx, api.Principal(ctx), *in)
		if err != nil {
			return casework.File{}, err
		}
		return StatementSheet.File(append(lines, Total(lines)), casework.Workbook)
	})
	s.paymentOperations(g)
	s.runOperations(g)
}

func (s *Service) paymentOperations(g api.Group) {
	api.List(g, "/api/v1/payments", "Payments", "拨付", "机构见本机构的。每笔拨付的金额来自一项裁定。", Payments, func(in *struct {
		api.Listing
		PaymentFilter
	}) (api.Listing, PaymentFilter) {
		return in.Listing, in.PaymentFilter
	})
	api.Handle(g.Op("GET /api/v1/payments/ready", "listReadyPayments", "可以列入批次的拨付", "最多 2000 笔，附不能列入的原因。"), func(ctx context.Context, _ *struct{}) (readyPayments, error) {
		list, err := s.ReadyPayments(ctx, api.Principal(ctx))
		return readyPayments{list}, err
	})
	api.Handle(g.Op("POST /api/v1/payments/{id}/receipts", "receivePayment", "确认退回的资金到账", "登记追回，并办结等待到账的待办。"), func(ctx context.Context, in *struct {
		api.With[Receipt]
		ID int64 `path:"id" minimum:"1" doc:"拨付编号"`
	}) (Payment, error) {
		return s.Receive(ctx, api.Principal(ctx), in.Key, in.ID, in.Body)
	})
	api.List(g, "/api/v1/money-to-come-back", "MoneyToComeBack", "待追回", "等待确认到账的，先到期的在前。", Dues, func(in *struct {
		api.Listing
		DueFilter
	}) (api.Listing, DueFilter) {
		return in.Listing, in.DueFilter
	})
	api.Handle(g.Op("GET /api/v1/institutions/{institution}/payee-account", "getPayeeAccount", "收款账户", "本机构和所在县区财政部门可读；财政部门读取即留痕。"), func(ctx context.Context, in *struct {
		Institution string `path:"institution" maxLength:"64" doc:"机构编号"`
	}) (PayeeAccount, error) {
		return s.Account(ctx, api.Principal(ctx), in.Institution)
	})
	api.Handle(g.Op("PUT /api/v1/institutions/{institution}/payee-account", "putPayeeAccount", "填写或更正收款账户", "加密保存，保留历次填写。"), func(ctx context.Context, in *struct {
		api.With[BankAccount]
		Institution string `path:"institution" maxLength:"64" doc:"机构编号"`
	}) (PayeeAccount, error) {
		return s.PutAccount(ctx, api.Principal(ctx), in.Key, in.Institution, in.Body)
	})
}

func (s *Service) runOperations(g api.Group) {
	api.List(g, "/api/v1/payment-runs", "PaymentRuns", "拨付批次", "", Runs, func(in *struct {
		api.Listing
		RunFilter
	}) (api.Listing, RunFilter) {
		return in.Listing, in.RunFilter
	})
	api.Create(g.Op("POST /api/v1/payment-runs", "drawPaymentRun", "拟定拨付批次", "审核过办件的人不能拟定。"), api.Execute(s.Draw), func(r Run) string {
		return api.PathOf("payment-runs", r.Number)
	})
	api.Handle(g.Op("GET /api/v1/payment-runs/{number}", "getPaymentRun", "拨付批次详情", ""), func(ctx context.Context, in *RunNumber) (RunDetail, error) {
		return s.PaymentRun(ctx, api.Principal(ctx), in.Number)
	})
	type onRun struct {
		api.Command
		RunNumber
	}
	api.Handle(g.Op("POST /api/v1/payment-runs/{number}/approve", "approvePaymentRun", "核准拨付批次", "由拟定人以外、没有审核过其中办件的人核准。"), func(ctx context.Context, in *onRun) (Run, error) {
		return s.Approve(ctx, api.Principal(ctx), in.Key, in.Number)
	})
	api.Handle(g.Op("POST /api/v1/payment-runs/{number}/discard", "discardPaymentRun", "作废拨付批次", "核准以前可以作废，其中的款项重新待拨付。"), func(ctx context.Context, in *onRun) (Run, error) {
		return s.Discard(ctx, api.Principal(ctx), in.Key, in.Number)
	})
	for format, id := range map[casework.Format]string{casework.Workbook: "exportBankFile", casework.CSV: "exportBankFileCSV"} {
		api.Download(g.Op("GET /api/v1/payment-runs/{number}/bank-file."+string(format), id, "银行文件（"+format.Title()+"）", "核准后下载；读取即留痕。", http.StatusConflict), format.Media(), "银行文件",
			func(ctx context.Context, in *RunNumber) (casework.File, error) {
				return s.BankFile(ctx, api.Principal(ctx), in.Number, format)
			})
	}
	type withFile struct {
		api.Command
		RunNumber
		api.Upload
	}
	api.Handle(g.Op("POST /api/v1/payment-runs/{number}/returns/check", "checkBankReturns", "核对银行返回文件", "只核对，不登记：逐行给出结果和每一处问题。").File(sheets.Media, "text/csv"),
		func(ctx context.Context, in *withFile) (ReturnsReport, error) {
			return s.CheckReturns(ctx, api.Principal(ctx), in.Number, in.Content())
		})
	api.Handle(g.Op("POST /api/v1/payment-runs/{number}/returns", "takeBankReturns", "登记银行返回文件",
		"请求内容即 Excel 工作簿或 CSV 文件，须有拨付编号、金额、办理结果各栏。没有问题的行登记为已拨付或者被退回，并办结各办件的拨付待办。").File(sheets.Media, "text/csv"),
		func(ctx context.Context, in *withFile) (ReturnsReport, error) {
			return s.TakeReturns(ctx, api.Principal(ctx), in.Key, in.Number, in.Content())
		})
}
