package insurance

import (
	"context"
	"net/http"
	"strconv"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/sheets"
)

// RosterNumber is the path parameters with the number of a case and of one of its rosters.
type RosterNumber struct {
	api.CaseNumber
	Number int `path:"number" minimum:"1" doc:"第几次导入"`
}

// BatchNumber is the query parameter with the number of a month's batch.
type BatchNumber struct {
	Send int `query:"send" minimum:"1" default:"1" doc:"第几批"`
}

func (s *Service) rosterOperations(g api.Group) {
	reportAt := func(r InsuranceRoster) string {
		return api.PathOf("insurance-batches", r.CaseNo) + "/rosters/" + strconv.Itoa(r.Number)
	}
	api.Create(g.Op("POST /api/v1/insurance-batches/{case_no}/roster", "addRoster", "报送名册",
		"每页不超过 1000 名。不能接收的行说明原因，不影响其他行；已登记的婴幼儿更新而不重复，可以重新报送。"), api.ExecuteOnCase(s.TakeRoster), reportAt)
	api.Create(g.Op("POST /api/v1/insurance-batches/{case_no}/roster-files", "addRosterFile", "报送名册文件",
		"请求内容即 Excel 工作簿或 CSV 文件。须有姓名、证件号码、出生日期、性别、户籍情况各栏；可有证件类型、监护人姓名、监护人电话、告知日期、同意书、死亡日期、迁出日期、新生儿各栏。").
		File(sheets.Media, "text/csv"), func(ctx context.Context, in *struct {
		api.OnCase
		api.Upload
		Source string `query:"source" enum:"civil,health" required:"true" doc:"名册来源：民政公安户籍数据或卫生健康数据"`
	}) (InsuranceRoster, error) {
		return s.TakeRosterFile(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Source, in.Content())
	}, reportAt)
	api.Handle(g.Op("POST /api/v1/insurance-batches/{case_no}/roster-files/check", "checkRosterFile", "核对名册文件",
		"与报送名册文件相同，但只核对，不写入：逐行给出结果、每一处问题和更新的内容。未能核验的次数照常计算。").
		File(sheets.Media, "text/csv"), func(ctx context.Context, in *struct {
		api.OnCase
		api.Upload
		Source string `query:"source" enum:"civil,health" required:"true" doc:"名册来源：民政公安户籍数据或卫生健康数据"`
	}) (RosterCheck, error) {
		return s.CheckRosterFile(ctx, api.Principal(ctx), in.CaseNo, in.Source, in.Content())
	})
	api.Handle(g.Op("POST /api/v1/insurance-batches/{case_no}/rosters/{number}/undo", "undoRoster", "撤销名册导入",
		"当日撤销一次名册导入：其后没有核对、处理和更正的行恢复到导入以前，其余保留，并说明原因。", http.StatusConflict), func(ctx context.Context, in *struct {
		api.Command
		RosterNumber
	}) (RosterUndo, error) {
		return s.UndoRoster(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Number)
	})
	api.Template(g, "/api/v1/insurance-batches/roster-template.xlsx", "getInsuranceRosterTemplate", "投保名册模板", RosterTemplate)
	api.Template(g, "/api/v1/insurance-batches/answers-template.xlsx", "getInsuranceAnswersTemplate", "投保答复模板", AnswersTemplate)

	api.Handle(g.Op("GET /api/v1/insurance-batches/{case_no}/rosters/{number}", "getRosterReport", "名册导入结果", ""),
		func(ctx context.Context, in *RosterNumber) (InsuranceRoster, error) {
			return s.RosterReport(ctx, api.Principal(ctx), in.CaseNo, in.Number)
		})
	api.Download(g.Op("GET /api/v1/insurance-batches/{case_no}/rosters/{number}/faults.xlsx", "exportRosterReport", "导出未接收的行", ""), sheets.Media, "未接收的行及原因，Excel",
		func(ctx context.Context, in *RosterNumber) (casework.File, error) {
			report, err := s.RosterReport(ctx, api.Principal(ctx), in.CaseNo, in.Number)
			if err != nil {
				return casework.File{}, err
			}
			return RosterFaultFile(report)
		})
}

func (s *Service) lineOperations(g api.Group) {
	api.Handle(g.Op("GET /api/v1/insurance-batches/{case_no}/lines", "listInsuranceLines", "投保明细",
		"仅承保机构可读，读取即留痕。各行依编号排列，以制表符连接各栏、换行结尾，逐行计 SHA-256 即本批哈希。"), func(ctx context.Context, in *struct {
		api.CaseNumber
		BatchNumber
		After string `query:"after" maxLength:"400" doc:"上一页答复中的 next"`
		Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"500" doc:"每页条数"`
	}) (InsuranceLinesPage, error) {
		return s.InsuranceLines(ctx, api.Principal(ctx), in.CaseNo, in.Send, casework.PageRequest{After: in.After, Limit: in.Limit})
	})
	api.Download(g.Op("GET /api/v1/insurance-batches/{case_no}/lines.xlsx", "exportInsuranceLines", "导出投保明细", ""), sheets.Media, "投保明细，Excel",
		func(ctx context.Context, in *struct {
			api.CaseNumber
			BatchNumber
		}) (casework.File, error) {
			list, err := s.AllInsuranceLines(ctx, api.Principal(ctx), in.CaseNo, in.Send)
			if err != nil {
				return casework.File{}, err
			}
			return LinesFile(list)
		})
	api.Handle(g.Op("POST /api/v1/insurance-batches/{case_no}/answers", "answerInsurance", "承保答复",
		"每页不超过 1000 名；承保的填保单号，未承保的填原因。重复发送只计一次。全部答复后办结待办。"), api.ExecuteOnCase(s.AnswerInsurance))
}

func (s *Service) exceptionOperations(g api.Group) {
	api.Page(g.Op("GET /api/v1/insurance-batches/{case_no}/exceptions", "listInsuranceExceptions", "投保例外", "未能投保、待县区处理的婴幼儿；读取即留痕。"), Exceptions,
		func(in *struct {
			api.CaseNumber
			api.Listing
		}) (api.Listing, ExceptionFilter) {
			return in.Listing, ExceptionFilter{CaseNo: in.CaseNo}
		})
	api.Handle(g.Op("POST /api/v1/insurance-batches/{case_no}/exceptions", "settleInsuranceExceptions", "处理投保例外",
		"已更正的重新核对，合格的另批补报。全部处理后办结待办。"), api.ExecuteOnCase(s.SettleExceptions))
}
