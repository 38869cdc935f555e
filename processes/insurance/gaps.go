package insurance

import (
	"context"
	"fmt"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RosterGaps is what a roster lacks so far.
type RosterGaps struct {
	Refused      int // rows of the last rosters that were not taken
	Institutions []InstitutionGap
}

// InstitutionGap is the number of children in care at an institution who are not on the roster.
type InstitutionGap struct {
	Name     string
	Children int
}

// gapsNamed is how many institutions a warning names.
const gapsNamed = 8

// Warning returns what is missing; empty if nothing is.
func (g RosterGaps) Warning() string {
	var parts []string
	if g.Refused > 0 {
		parts = append(parts, fmt.Sprintf("最近导入的名册中有 %d 行没有接收", g.Refused))
	}
	if n := len(g.Institutions); n > 0 {
		var names []string
		children := 0
		for i, gap := range g.Institutions {
			if children += gap.Children; i < gapsNamed {
				names = append(names, fmt.Sprintf("%s %d 名", gap.Name, gap.Children))
			}
		}
		all := strings.Join(names, "、")
		if n > gapsNamed {
			all += " 等"
		}
		parts = append(parts, fmt.Sprintf("%d 所机构的 %d 名在托婴幼儿不在名册：%s", n, children, all))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "；") + "。归集结束后即按现有名册核对，以后只能补报。"
}

// RosterGaps returns what the roster of a month lacks so far. Errors: not_found, forbidden.
func (s *Service) RosterGaps(ctx context.Context, p nursery.Principal, caseNo string) (RosterGaps, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (RosterGaps, error) {
		c, _, err := insuranceCase.Read(ctx, s.Service, q, p, "insurance.roster", caseNo)
		if err != nil {
			return RosterGaps{}, err
		}
		refused, err := q.LastRefused(ctx, c.CaseNo)
		if err != nil {
			return RosterGaps{}, fmt.Errorf("count rows: %w", err)
		}
		gaps := RosterGaps{Refused: int(refused)}
		rows, err := q.NotOnRoster(ctx, c.CaseNo)
		for _, row := range rows {
			gaps.Institutions = append(gaps.Institutions, InstitutionGap{row.Name, int(row.Children)})
		}
		return gaps, err
	})
}
