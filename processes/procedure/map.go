package procedure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/drawing"
	"tuoyu/store"
)

// ProcedureMap is a procedure with the cases that are in each stage.
type ProcedureMap struct {
	Kind   nursery.CaseKind `json:"kind" doc:"事项代码"`
	Title  string           `json:"title" doc:"事项名称"`
	Label  string           `json:"label" doc:"版本"`
	Open   int              `json:"open" doc:"在办件数"`
	Stages []MapStage       `json:"stages" doc:"各环节"`
	SVG    string           `json:"svg" doc:"办理图（SVG）"`
}

// MapStage is a stage with its open cases.
type MapStage struct {
	Stage  nursery.Stage `json:"stage" doc:"环节"`
	Title  string        `json:"title" doc:"环节名称"`
	Cases  int           `json:"cases" doc:"在办件数"`
	Late   int           `json:"late" doc:"其中逾期的"`
	Oldest *time.Time    `json:"oldest,omitempty" doc:"等待最久的一件从何时开始"`
}

// Map returns where the open cases of a procedure are, in the scope of p. Errors: not_found, forbidden.
func (s *Service) Map(ctx context.Context, p nursery.Principal, kind, county string) (ProcedureMap, error) {
	if err := s.Authorize(ctx, p, "procedure.map", casework.Resource{}); err != nil {
		return ProcedureMap{}, err
	}
	r, err := s.lastOf(nursery.CaseKind(kind))
	if isNone(err) {
		return ProcedureMap{}, casework.NewNotFound()
	}
	if err != nil {
		return ProcedureMap{}, err
	}
	rows, err := casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) ([]store.StagesOfKindRow, error) {
		return q.StagesOfKind(ctx, store.StagesOfKindParams{Kind: kind, County: casework.CountyOf(p, county)})
	})
	if err != nil {
		return ProcedureMap{}, fmt.Errorf("count cases by stage: %w", err)
	}
	m := ProcedureMap{Kind: r.Kind(), Title: r.Live.Title, Label: r.Live.Label, Stages: []MapStage{}}
	var at []string
	for _, i := range r.Live.Order {
		stage := r.Plan.Stages[i]
		if stage.Verb == procedures.VerbEnd {
			continue
		}
		shown := MapStage{Stage: nursery.Stage(stage.Name), Title: r.Live.Stages[i].Title}
		if k := slices.IndexFunc(rows, func(row store.StagesOfKindRow) bool { return row.Stage == stage.Name }); k >= 0 {
			shown.Cases, shown.Late, shown.Oldest = int(rows[k].Cases), int(rows[k].Late), &rows[k].Oldest
			at = append(at, stage.Name)
		}
		m.Open += shown.Cases
		m.Stages = append(m.Stages, shown)
	}
	m.SVG = drawing.SVG(r.Procedure, drawing.Marks{At: at})
	return m, nil
}
