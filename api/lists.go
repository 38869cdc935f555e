package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"tuoyu/casework"
)

// exports registers a list as a whole, at most casework.ExportMost rows: as a workbook at the path with .xlsx and as CSV at the path
// with .csv. The columns are those of the list; its filter is read from the query.
func exports[Filter, View any](a *api, path, id, tag, title string, list casework.List[Filter, View], statuses ...int) {
	for _, format := range []casework.Format{casework.Workbook, casework.CSV} {
		op := operation(http.MethodGet, path+"."+string(format), "export"+id, tag, "导出"+title, statuses...)
		if format == casework.CSV {
			op.OperationID += "CSV"
			op.Summary += "（CSV）"
		}
		op.Description = list.Note + fmt.Sprintf("最多 %d 行。", casework.ExportMost)
		register(a, downloading(op, format.Media(), title+"，"+format.Title()), func(ctx context.Context, in *Filter) (*file, error) {
			return a.file(list.Export(ctx, a.service.Service, principal(ctx), *in, format))
		})
	}
}

// file answers with a file to download.
func (a *api) file(f casework.File, err error) (*file, error) {
	if err != nil {
		return nil, err
	}
	return a.send(io.NopCloser(bytes.NewReader(f.Content)), f.Name, f.Media, int64(len(f.Content))), nil
}
