package targets

import (
	"cmp"
	"context"
	"html/template"
	"strings"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/web/ui"
)

// name returns the name of the report's files.
func (r MonthReport) name() string { return r.Scope + "托育服务月报 " + r.Month }

// lineSheet is the table of the targets of a report.
func (r MonthReport) lineSheet() casework.Sheet[MonthReportLine] {
	sheet := casework.Sheet[MonthReportLine]{Title: "月报", Columns: []casework.Column[MonthReportLine]{
		{Title: "目标", Value: func(l MonthReportLine) any { return l.Title }},
		{Title: "要求", Value: func(l MonthReportLine) any { return l.Goal }},
		{Title: "时限", Value: func(l MonthReportLine) any { return l.By }},
		{Title: "本月", Head: r.Month, Value: func(l MonthReportLine) any { return cmp.Or(l.Unavailable, l.Now.Value) }},
		{Title: "上月", Head: r.Before, Value: func(l MonthReportLine) any { return cmp.Or(l.Before.Value, "—") }},
		{Title: "比上月", Value: func(l MonthReportLine) any { return cmp.Or(l.Change, "—") }},
		{Title: "上年同月", Head: r.YearAgo, Value: func(l MonthReportLine) any { return cmp.Or(l.YearAgo.Value, "—") }},
		{Title: "比上年", Value: func(l MonthReportLine) any { return cmp.Or(l.YearChange, "—") }},
		{Title: "分子", FilesOnly: true, Value: func(l MonthReportLine) any { return l.Now.Numerator }},
		{Title: "分母", FilesOnly: true, Value: func(l MonthReportLine) any { return l.Now.Denominator }},
	}}
	if r.Scope != "长治市" {
		sheet.Columns = append(sheet.Columns, casework.Column[MonthReportLine]{Title: "全市", Value: func(l MonthReportLine) any {
			if l.City == nil {
				return "—"
			}
			return cmp.Or(l.City.Value, "—")
		}})
	}
	return sheet
}

// flowSheet is the table of what was done month by month.
var flowSheet = casework.Sheet[MonthFlow]{Title: "逐月办理", Columns: []casework.Column[MonthFlow]{
	{Title: "月份", Value: func(f MonthFlow) any { return f.Month }},
	{Title: "收到备案申请", Value: func(f MonthFlow) any { return f.Received }},
	{Title: "其中已发回执", Value: func(f MonthFlow) any { return f.Receipts }},
	{Title: "平均天数", Value: func(f MonthFlow) any { return cmp.Or(f.Days, "—") }},
	{Title: "检查机构", Value: func(f MonthFlow) any { return f.Visits }},
	{Title: "体检婴幼儿", Value: func(f MonthFlow) any { return f.Children }},
	{Title: "计划建成托位", Value: func(f MonthFlow) any { return f.SeatsDue }},
	{Title: "已建成托位", Value: func(f MonthFlow) any { return f.SeatsBuilt }},
}}

// countySheet is the table of the counties by one target.
func (r MonthReport) countySheet(title string) casework.Sheet[CountyFigure] {
	return casework.Sheet[CountyFigure]{Title: title, Columns: []casework.Column[CountyFigure]{
		{Title: "县区", Value: func(f CountyFigure) any { return f.CountyName }},
		{Title: "本月", Head: r.Month, Value: func(f CountyFigure) any { return cmp.Or(f.Now.Value, "—") }},
		{Title: "上月", Head: r.Before, Value: func(f CountyFigure) any { return cmp.Or(f.Before.Value, "—") }},
		{Title: "比上月", Value: func(f CountyFigure) any { return cmp.Or(f.Change, "—") }},
		{Title: "上年同月", Head: r.YearAgo, Value: func(f CountyFigure) any { return cmp.Or(f.YearAgo.Value, "—") }},
		{Title: "比上年", Value: func(f CountyFigure) any { return cmp.Or(f.YearChange, "—") }},
	}}
}

// countyLine is the figure of a target in a county, of a workbook.
type countyLine struct {
	target string
	CountyFigure
}

// Workbook returns the report as a workbook: all targets, then a sheet for each project with its counties, and what was done month by
// month. Errors are those of Report.
func (s *Service) Workbook(ctx context.Context, p nursery.Principal, in ReportQuery) (casework.File, error) {
	r, err := s.Report(ctx, p, in)
	if err != nil {
		return casework.File{}, err
	}
	var all []MonthReportLine
	var tables []sheets.Table
	for _, part := range r.Projects {
		all = append(all, part.Lines...)
		sheet := r.lineSheet()
		sheet.Title = part.Project
		table := sheet.Table(part.Lines)
		table.Notes = [][]any{{part.Project + " " + part.Title}, {r.Scope, "截至", r.AsOf.String()}}
		tables = append(tables, table)
	}
	var counties []countyLine
	for _, l := range all {
		for _, f := range l.Counties {
			counties = append(counties, countyLine{l.Title, f})
		}
	}
	first := r.lineSheet().Table(all)
	first.Notes = [][]any{{r.name()}, {r.Plan}, {"截至", r.AsOf.String()}}
	tables = append([]sheets.Table{first}, tables...)
	if len(counties) > 0 {
		sheet := casework.Sheet[countyLine]{Title: "各县区", Columns: []casework.Column[countyLine]{{Title: "目标", Value: func(l countyLine) any { return l.target }}}}
		for _, c := range r.countySheet("").Columns {
			sheet.Columns = append(sheet.Columns, casework.Column[countyLine]{Title: c.Title, Value: func(l countyLine) any { return c.Value(l.CountyFigure) }})
		}
		tables = append(tables, sheet.Table(counties))
	}
	return casework.WorkbookOf(r.name(), append(tables, flowSheet.Table(r.Flows))...)
}

// printed is a report as its template prints it.
type printed struct {
	MonthReport
	Name     string
	AsOfText string
	Lines    []printedPart
	Charts   []template.HTML
	Counties []template.HTML
}

type printedPart struct {
	Title string
	Rows  []MonthReportLine
}

// printed returns the sheet of a report.
func (r MonthReport) printed(ctx context.Context) (documents.Sheet, error) {
	content := printed{MonthReport: r, Name: r.Scope + "托育服务月报（" + r.Month + "）", AsOfText: r.AsOf.Long()}
	for _, part := range r.Projects {
		title := part.Project + "　" + part.Title
		if part.Project == part.Title {
			title = part.Title
		}
		content.Lines = append(content.Lines, printedPart{title, part.Lines})
	}
	draw := func(c ui.Chart) (template.HTML, error) {
		var b strings.Builder
		err := ui.ChartForPrint(c).Render(ctx, &b)
		return template.HTML(b.String()), err
	}
	for _, c := range flowCharts(r.Flows) {
		picture, err := draw(c)
		if err != nil {
			return documents.Sheet{}, err
		}
		content.Charts = append(content.Charts, picture)
	}
	for _, l := range r.compared() {
		if l.line.Percent {
			picture, err := draw(countyChart("c-"+l.ID, l))
			if err != nil {
				return documents.Sheet{}, err
			}
			content.Counties = append(content.Counties, picture)
		}
	}
	return documents.Sheet{Template: "targets/report.html", Title: r.name(), Subject: r.Plan, Content: content}, nil
}

// PDF returns the report as a PDF, with charts. Errors are those of Report, and renderer_unavailable.
func (s *Service) PDF(ctx context.Context, p nursery.Principal, in ReportQuery) (casework.File, error) {
	r, err := s.Report(ctx, p, in)
	if err != nil {
		return casework.File{}, err
	}
	if s.Renderer == nil {
		return casework.File{}, casework.NewError(casework.CodeRendererUnavailable, "打印服务暂不可用，请稍后再试，或导出 Excel。")
	}
	sheet, err := r.printed(ctx)
	if err != nil {
		return casework.File{}, err
	}
	pdf, err := s.Renderer.RenderSheet(ctx, sheet)
	if err != nil {
		return casework.File{}, &casework.Error{Code: casework.CodeRendererUnavailable, Message: "打印服务暂不可用，请稍后再试，或导出 Excel。", Err: err}
	}
	return casework.File{Name: r.name() + ".pdf", Media: "application/pdf", Content: pdf}, nil
}
