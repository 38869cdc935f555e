package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
	"tuoyu/sheets"
)

const csvMedia = "text/csv"

// BatchNumber is the query parameter with the number of a month's batch.
type BatchNumber struct {
	Send int `query:"send" minimum:"1" default:"1" doc:"第几批"`
}

// rosterFile is a roster as a file, read by the handler.
type rosterFile struct {
	Command
	CaseNumber
	upload
	Source string `query:"source" enum:"civil,health" required:"true" doc:"名册来源：民政公安户籍数据或卫生健康数据"`
}

type reconciliation struct {
	Counties []insurance.InsuranceReconciled `json:"counties" doc:"各县区"`
}

func registerInsurance(a *api) {
	start := creating(operation(http.MethodPost, "/api/v1/insurance-batches", "startInsurance", tagInsurance, "开始一个月的投保"))
	start.Description = "每县区每月一件。未登记其他合法依据时，没有监护人单独同意的婴幼儿不送承保机构。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body insurance.InsuranceStart
	}) (*made[casework.Started], error) {
		started, err := a.service.StartInsurance(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s casework.Started) string { return pathOf("insurance-batches", s.CaseNo) })
	})
	registerInsuranceViews(a)
	registerInsuranceRoster(a)
	registerInsurer(a)
	registerInsurers(a)
	registerExceptions(a)
	registerClaims(a)
}

func registerInsuranceViews(a *api) {
	register(a, operation(http.MethodGet, "/api/v1/insurance-batches", "listInsurance", tagInsurance, "投保月列表"), func(ctx context.Context, in *struct {
		Listing
		insurance.InsuranceFilter
	}) (*answer[casework.Page[insurance.InsuranceMonthSummary]], error) {
		return reply(insurance.Months.Page(ctx, a.service.Service, principal(ctx), in.InsuranceFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/insurance-batches", "InsuranceMonths", tagInsurance, "投保月列表", insurance.Months)

	one := operation(http.MethodGet, "/api/v1/insurance-batches/{case_no}", "getInsurance", tagInsurance, "投保月详情", http.StatusNotFound)
	one.Description = "人数、原因、各批内容哈希和保险费，不含个人信息。"
	register(a, one, func(ctx context.Context, in *CaseNumber) (*answer[insurance.InsuranceMonthDetail], error) {
		return reply(a.service.InsuranceMonth(ctx, principal(ctx), in.CaseNo))
	})

	export := operation(http.MethodGet, "/api/v1/insurance-batches/{case_no}/summary.xlsx", "exportInsurance", tagInsurance, "导出投保情况", http.StatusNotFound)
	register(a, downloading(export, sheets.Media, "投保情况，Excel，不含个人信息"), func(ctx context.Context, in *CaseNumber) (*file, error) {
		d, err := a.service.InsuranceMonth(ctx, principal(ctx), in.CaseNo)
		if err != nil {
			return nil, err
		}
		return a.file(insurance.MonthFile(d))
	})

	register(a, operation(http.MethodGet, "/api/v1/insurance-reconciliation", "getInsuranceReconciliation", tagInsurance, "对账"), func(ctx context.Context, in *struct {
		Month string `query:"month" required:"true" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"如 2026-11" doc:"月份"`
	}) (*answer[reconciliation], error) {
		counties, err := a.service.InsuranceReconciliation(ctx, principal(ctx), in.Month)
		return reply(reconciliation{counties}, err)
	})

	rate := operation(http.MethodGet, "/api/v1/indicators/insured-rate", "getInsuredRate", tagInsurance, "参保率", http.StatusNotFound)
	rate.Description = "以分数计算；显示值只舍不入。"
	register(a, rate, func(ctx context.Context, in *struct {
		County string       `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码；县区角色可不填"`
		On     nursery.Date `query:"on" doc:"截至日期，不填为今天"`
	}) (*answer[insurance.InsuredRate], error) {
		return reply(a.service.InsuredRate(ctx, principal(ctx), in.County, in.On))
	})
}

func registerInsuranceRoster(a *api) {
	page := creating(operation(http.MethodPost, "/api/v1/insurance-batches/{case_no}/roster", "addRoster", tagInsurance, "报送名册", http.StatusNotFound))
	page.Description = "每页不超过 1000 名。不能接收的行说明原因，不影响其他行；已登记的婴幼儿更新而不重复，可以重新报送。"
	register(a, page, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body insurance.InsurancePage
	}) (*made[insurance.InsuranceRoster], error) {
		report, err := a.service.TakeRoster(ctx, principal(ctx), in.Key, in.CaseNo, in.Body)
		return newAt(report, err, reportAt)
	})

	whole := creating(operation(http.MethodPost, "/api/v1/insurance-batches/{case_no}/roster-files", "addRosterFile", tagInsurance, "报送名册文件",
		http.StatusNotFound, http.StatusUnprocessableEntity))
	whole.Description = "请求内容即 Excel 工作簿或 CSV 文件。须有姓名、证件号码、出生日期、性别、户籍情况各栏；可有证件类型、监护人姓名、监护人电话、告知日期、同意书、死亡日期、迁出日期、新生儿各栏。"
	whole.Metadata = map[string]any{streams: true}
	register(a, whole, func(ctx context.Context, in *rosterFile) (*made[insurance.InsuranceRoster], error) {
		body := http.MaxBytesReader(in.answer, in.request.Body, a.maxUpload)
		report, err := a.service.TakeRosterFile(ctx, principal(ctx), in.Key, in.CaseNo, in.Source, &bounded{from: body, left: a.maxUpload, most: a.maxUpload})
		return newAt(report, err, reportAt)
	})
	binary := &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary"}
	a.huma.OpenAPI().Paths[whole.Path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		sheets.Media: {Schema: binary}, csvMedia: {Schema: binary},
	}}

	a.template("/api/v1/insurance-batches/roster-template.xlsx", "getInsuranceRosterTemplate", tagInsurance, "投保名册模板", insurance.RosterTemplate)
	a.template("/api/v1/insurance-batches/answers-template.xlsx", "getInsuranceAnswersTemplate", tagInsurance, "投保答复模板", insurance.AnswersTemplate)

	type upload struct {
		CaseNumber
		Number int `path:"number" minimum:"1" doc:"第几次导入"`
	}
	register(a, operation(http.MethodGet, "/api/v1/insurance-batches/{case_no}/rosters/{number}", "getRosterReport", tagInsurance, "名册导入结果", http.StatusNotFound),
		func(ctx context.Context, in *upload) (*answer[insurance.InsuranceRoster], error) {
			return reply(a.service.RosterReport(ctx, principal(ctx), in.CaseNo, in.Number))
		})
	export := operation(http.MethodGet, "/api/v1/insurance-batches/{case_no}/rosters/{number}/faults.xlsx", "exportRosterReport", tagInsurance, "导出未接收的行", http.StatusNotFound)
	register(a, downloading(export, sheets.Media, "未接收的行及原因，Excel"), func(ctx context.Context, in *upload) (*file, error) {
		report, err := a.service.RosterReport(ctx, principal(ctx), in.CaseNo, in.Number)
		if err != nil {
			return nil, err
		}
		return a.file(insurance.RosterFaultFile(report))
	})
}

func reportAt(r insurance.InsuranceRoster) string {
	return pathOf("insurance-batches", r.CaseNo) + "/rosters/" + strconv.Itoa(r.Number)
}

func registerInsurer(a *api) {
	lines := operation(http.MethodGet, "/api/v1/insurance-batches/{case_no}/lines", "listInsuranceLines", tagInsurance, "投保明细", http.StatusNotFound)
	lines.Description = "仅承保机构可读，读取即留痕。各行依编号排列，以制表符连接各栏、换行结尾，逐行计 SHA-256 即本批哈希。"
	register(a, lines, func(ctx context.Context, in *struct {
		CaseNumber
		BatchNumber
		After string `query:"after" maxLength:"400" doc:"上一页答复中的 next"`
		Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"500" doc:"每页条数"`
	}) (*answer[insurance.InsuranceLinesPage], error) {
		return reply(a.service.InsuranceLines(ctx, principal(ctx), in.CaseNo, in.Send, casework.PageRequest{After: in.After, Limit: in.Limit}))
	})
	export := operation(http.MethodGet, "/api/v1/insurance-batches/{case_no}/lines.xlsx", "exportInsuranceLines", tagInsurance, "导出投保明细", http.StatusNotFound)
	register(a, downloading(export, sheets.Media, "投保明细，Excel"), func(ctx context.Context, in *struct {
		CaseNumber
		BatchNumber
	}) (*file, error) {
		list, err := a.service.AllInsuranceLines(ctx, principal(ctx), in.CaseNo, in.Send)
		if err != nil {
			return nil, err
		}
		return a.file(insurance.LinesFile(list))
	})
	said := operation(http.MethodPost, "/api/v1/insurance-batches/{case_no}/answers", "answerInsurance", tagInsurance, "承保答复", http.StatusNotFound)
	said.Description = "每页不超过 1000 名；承保的填保单号，未承保的填原因。重复发送只计一次。全部答复后办结待办。"
	register(a, said, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body insurance.InsuranceAnswers
	}) (*answer[insurance.InsuranceAnswered], error) {
		return reply(a.service.AnswerInsurance(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})
}

func registerExceptions(a *api) {
	list := operation(http.MethodGet, "/api/v1/insurance-batches/{case_no}/exceptions", "listInsuranceExceptions", tagInsurance, "投保例外", http.StatusNotFound)
	list.Description = "未能投保、待县区处理的婴幼儿；读取即留痕。"
	register(a, list, func(ctx context.Context, in *struct {
		CaseNumber
		Listing
	}) (*answer[casework.Page[insurance.InsuranceException]], error) {
		return reply(insurance.Exceptions.Page(ctx, a.service.Service, principal(ctx), insurance.ExceptionFilter{CaseNo: in.CaseNo}, casework.PageRequest(in.Listing)))
	})
	settle := operation(http.MethodPost, "/api/v1/insurance-batches/{case_no}/exceptions", "settleInsuranceExceptions", tagInsurance, "处理投保例外", http.StatusNotFound)
	settle.Description = "已更正的重新核对，合格的另批补报。全部处理后办结待办。"
	register(a, settle, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body insurance.InsuranceResolution
	}) (*answer[insurance.InsuranceSettled], error) {
		return reply(a.service.SettleExceptions(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})
}

func registerClaims(a *api) {
	start := creating(operation(http.MethodPost, "/api/v1/insurance-claims", "startInsuranceClaim", tagInsurance, "报案"))
	start.Description = "由在托机构、所在县区或者承保机构报案；事故当日须有生效的保险。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body insurance.ClaimStart
	}) (*made[casework.Started], error) {
		started, err := a.service.StartClaim(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s casework.Started) string { return pathOf("insurance-claims", s.CaseNo) })
	})
	register(a, operation(http.MethodGet, "/api/v1/insurance-claims", "listInsuranceClaims", tagInsurance, "理赔列表"), func(ctx context.Context, in *struct {
		Listing
		insurance.InsuranceFilter
	}) (*answer[casework.Page[insurance.InsuranceClaimView]], error) {
		return reply(insurance.Claims.Page(ctx, a.service.Service, principal(ctx), in.InsuranceFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/insurance-claims", "InsuranceClaims", tagInsurance, "理赔列表", insurance.Claims)
	register(a, operation(http.MethodGet, "/api/v1/insurance-claims/{case_no}", "getInsuranceClaim", tagInsurance, "理赔详情", http.StatusNotFound),
		func(ctx context.Context, in *CaseNumber) (*answer[insurance.InsuranceClaimView], error) {
			return reply(a.service.InsuranceClaim(ctx, principal(ctx), in.CaseNo))
		})
}
