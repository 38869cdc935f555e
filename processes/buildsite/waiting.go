package buildsite

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// WaitingReport is a report that the city has not decided yet, with its site.
type WaitingReport struct {
	BuildReportEntry
	Site, Plan, County string
}

// ReportFilter narrows the reports that wait to a county.
type ReportFilter struct {
	County string `query:"county"`
}

// WaitingReports is the list of reports that wait for the city, the oldest first. A county sees its own.
var WaitingReports = casework.List[ReportFilter, WaitingReport]{
	Act: "build.list", Indexes: []string{"build_reports_waiting"},
	Read: func(ctx context.Context, r casework.ListReading[ReportFilter]) ([]casework.ListRow[WaitingReport], error) {
		rows, err := r.Q.WaitingReports(ctx, store.WaitingReportsParams{After: r.After.No, County: casework.CountyOf(r.Principal, r.Filter.County), PageSize: r.Limit})
		if err != nil {
			return nil, err
		}
		lines := make([]casework.ListRow[WaitingReport], len(rows))
		for i, row := range rows {
			entry, err := reportOf(row.BuildReport)
			if err != nil {
				return nil, err
			}
			lines[i].View = WaitingReport{entry, row.Name, row.Plan, row.BuildReport.County}
			lines[i].At.No = entry.ID
		}
		return lines, nil
	},
	Sheet: casework.Sheet[WaitingReport]{Title: "待核定的进度报送", Columns: []casework.Column[WaitingReport]{
		{Title: "建设点", Value: func(x WaitingReport) any { return x.Site }},
		{Title: "县区", FilesOnly: true, Value: func(x WaitingReport) any { return nursery.CountyName(x.County) }},
		{Title: "办件编号", FilesOnly: true, Value: func(x WaitingReport) any { return x.CaseNo }},
		{Title: "节点", Value: func(x WaitingReport) any { return x.Milestone.Title() }},
		{Title: "报送进度%", Head: "进度", Value: func(x WaitingReport) any { return x.Percent }},
		{Title: "进展说明", Head: "说明", Value: func(x WaitingReport) any { return x.Note }},
		{Title: "佐证材料份数", Head: "佐证材料", Value: func(x WaitingReport) any { return len(x.Evidence) }},
		{Title: "报送人", FilesOnly: true, Value: func(x WaitingReport) any { return x.ReportedBy }},
		{Title: "报送时间", Head: "报送", Value: func(x WaitingReport) any { return x.ReportedAt }},
	}},
}

// CountWaitingReports returns the number of reports that wait for p, up to a thousand. Errors: those of the list.
func (s *Service) CountWaitingReports(ctx context.Context, p nursery.Principal) (int64, error) {
	if err := s.Authorize(ctx, p, "build.list", casework.Resource{}); err != nil {
		return 0, err
	}
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (int64, error) { return q.CountWaitingReports(ctx) })
}

const reportsPath = "/build/reports"

func (s *pages) registerReports() {
	s.Waiting(reportsPath, "待核定报送", s.service.CountWaitingReports, nursery.RoleCityOffice)
	web.AddListing(s.Site, s.reportsListing())
}

// reportsListing is the page of the reports that wait, several of which the city accepts at once.
func (s *pages) reportsListing() web.Listing[ReportFilter, WaitingReport] {
	return web.Listing[ReportFilter, WaitingReport]{
		List: WaitingReports, Path: reportsPath, Title: "待核定的进度报送", Back: "/build", Rows: 50, Live: true,
		None: "没有待核定的进度报送", Hint: "县区报送的进度会出现在这里，核定后计入。",
		Looks: func(web.Reader) ui.Looks[WaitingReport] {
			return ui.Looks[WaitingReport]{
				"建设点": ui.HeadCell(func(x WaitingReport) ui.RowHead {
					return ui.RowHead{Link: "/build/" + x.CaseNo, Name: x.Site, Below: nursery.CountyName(x.County) + " " + x.CaseNo}
				}),
				"报送进度%":  ui.StyledCell("number", func(x WaitingReport) templ.Component { return ui.Text(strconv.Itoa(x.Percent) + "%") }),
				"佐证材料份数": ui.StyledCell("number", func(x WaitingReport) templ.Component { return ui.Text(strconv.Itoa(len(x.Evidence)) + " 份") }),
			}
		},
		Batch: web.Batches[WaitingReport]{
			ID: func(v web.Reader, x WaitingReport) (id, name string) {
				if v.Role == nursery.RoleCityOffice {
					id = x.CaseNo + "/" + strconv.FormatInt(x.ID, 10)
				}
				return id, x.Site + x.Milestone.Title()
			},
			Name: func(v web.Reader, id string) (ui.RowHead, error) {
				caseNo, report, err := reportID(id)
				if err != nil {
					return ui.RowHead{}, err
				}
				d, err := s.service.BuildSite(v.Context(), v.Principal, caseNo)
				head := ui.RowHead{Link: "/build/" + caseNo, Name: d.Name, Below: d.CountyName + " " + caseNo}
				for _, x := range d.Reports {
					if x.ID == report {
						head.Name += " " + x.Milestone.Title() + " " + strconv.Itoa(x.Percent) + "%"
					}
				}
				return head, err
			},
			Acts: []web.BatchAct{{
				Name: "accept", Title: "核定", Done: "已核定", Question: "核定所选的报送？核定后计入进度，不能撤回。",
				For: func(p nursery.Principal) bool { return p.Role == nursery.RoleCityOffice },
				Do: func(v web.Reader, key, id string, _ url.Values) error {
					caseNo, report, err := reportID(id)
					if err != nil {
						return err
					}
					_, err = s.service.DecideBuildReport(v.Context(), v.Principal, key, caseNo, report, BuildVerdict{Accept: true})
					return err
				},
			}},
		},
	}
}

// reportID splits the identifier of a row: the number of the case and the report. Error: not_found.
func reportID(id string) (caseNo string, report int64, err error) {
	caseNo, text, _ := strings.Cut(id, "/")
	if report, err = strconv.ParseInt(text, 10, 64); err != nil {
		return "", 0, fmt.Errorf("read report %w", casework.NewNotFound())
	}
	return caseNo, report, nil
}
