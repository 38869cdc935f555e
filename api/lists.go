package api

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// Listing is the input shared by all operations that return a page.
type Listing struct {
	After string `query:"after" maxLength:"400" doc:"上一页答复中的 next"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"25" doc:"每页条数"`
}

// PublicCounty is the input of an operation that returns a page of a county's publications.
type PublicCounty struct {
	Listing
	County string `query:"county" required:"true" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码" example:"140403"`
}

// List registers a list, by pages at the path and as a whole, as Page and Exports do. Id is the name of the list in the IDs of its
// operations.
func List[I, Filter, View any](g Group, path, id, title, description string, list casework.List[Filter, View], split func(*I) (Listing, Filter), statuses ...int) {
	Page(g.Op("GET "+path, "list"+id, title, description, statuses...), list, split)
	Exports(g, path, id, title, list, statuses...)
}

// Page registers an operation that returns a page of a list. Split returns the page and the filter that its input asks for.
func Page[I, Filter, View any](op Operation, list casework.List[Filter, View], split func(*I) (Listing, Filter)) {
	Handle(op, func(ctx context.Context, in *I) (casework.Page[View], error) {
		p := Principal(ctx)
		if p == (nursery.Principal{}) {
			p = casework.Anyone
		}
		page, filter := split(in)
		return list.Page(ctx, op.api.service, p, filter, casework.PageRequest(page))
	})
}

// Exports registers a list as a whole, at most casework.ExportMost rows: as a workbook at the path with .xlsx and as CSV at the path
// with .csv. The columns are those of the list; its filter is read from the query.
func Exports[Filter, View any](g Group, path, id, title string, list casework.List[Filter, View], statuses ...int) {
	for _, format := range []casework.Format{casework.Workbook, casework.CSV} {
		op := g.Op("GET "+path+"."+string(format), "export"+id, "导出"+title, list.Note+fmt.Sprintf("最多 %d 行。", casework.ExportMost), statuses...)
		if format == casework.CSV {
			op.OperationID += "CSV"
			op.Summary += "（CSV）"
		}
		Download(op, format.Media(), title+"，"+format.Title(), func(ctx context.Context, in *Filter) (casework.File, error) {
			return list.Export(ctx, g.api.service, Principal(ctx), *in, format)
		})
	}
}
