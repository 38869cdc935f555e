package public

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"tuoyu/casework"
	"tuoyu/definition"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
)

// guideOfProcedure completes the guide of a published procedure from its own files: its parameters are those of its newest revision.
// Error: not_found where no revision is in force.
func guideOfProcedure(s *casework.Service, g *Guide) error {
	r, err := s.Catalogue.Newest(g.Kind, g.County, s.Today())
	if errors.Is(err, published.ErrNone) {
		return casework.NewNotFound()
	}
	if err != nil {
		return fmt.Errorf("guide of %s: %w", g.Kind, err)
	}
	g.Limits = LimitsOf(r.Procedure)
	g.Law = lawOf(r.Live.Basis)
	return nil
}

// LimitsOf returns the time limits of a procedure, with the values of its parameters.
func LimitsOf(p *procedures.Procedure) (list []GuideLimit) {
	for _, l := range p.Definition().Guide.Limits {
		list = append(list, limitOf(p, l))
	}
	return list
}

func limitOf(p *procedures.Procedure, l definition.Limit) GuideLimit {
	if l.Parameter == "" {
		unit := procedures.WorkingDays
		if l.Calendar {
			unit = procedures.CalendarDays
		}
		return GuideLimit{l.Title, strconv.Itoa(l.Days) + " " + counted(unit), "由事项规定", true}
	}
	param := p.Parameter(l.Parameter)
	if param.Value == nil {
		return GuideLimit{l.Title, "尚未公布", param.Title, false}
	}
	return GuideLimit{l.Title, fmt.Sprint(param.Value) + " " + counted(param.Unit), cmp.Or(param.Sample, param.Title), param.Verified}
}
