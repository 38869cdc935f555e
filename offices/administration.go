package offices

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tuoyu/calendar"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RulePack is a loaded pack of rules 规则包, with its contents.
type RulePack struct {
	Name     string       `json:"name" doc:"标识"`
	Title    string       `json:"title" doc:"名称"`
	From     nursery.Date `json:"from" doc:"施行之日"`
	Until    nursery.Date `json:"until,omitzero" doc:"停止施行之日，现行的为空"`
	InForce  bool         `json:"in_force" doc:"今日是否施行"`
	Revision string       `json:"revision" doc:"内容摘要"`
	Rules    int          `json:"rules" doc:"规则数"`
	Unread   int          `json:"unread" doc:"依据或参数尚未核对原文的规则数，现行规则包方有"`
	Tests    int          `json:"tests" doc:"测试数"`
	Counties []string     `json:"counties,omitempty" doc:"另有参数的县区"`
	Sets     []RuleSet    `json:"sets" doc:"规则集"`
}

// RuleSet is one rule set of a pack.
type RuleSet struct {
	Name  string `json:"name" doc:"标识"`
	Title string `json:"title" doc:"名称"`
	Rules int    `json:"rules" doc:"规则数"`
	Tests int    `json:"tests" doc:"测试数"`
}

// RulePacks lists the loaded packs of rules, the newest first.
func (s *Service) RulePacks(ctx context.Context, p nursery.Principal) ([]RulePack, error) {
	if err := s.Authorize(ctx, p, "rules.read", casework.Resource{}); err != nil {
		return nil, err
	}
	packs := []RulePack{}
	for _, loaded := range s.Rules.Status().Packs {
		pack := RulePack{
			Name: loaded.Name, Title: loaded.Title, From: loaded.From, Until: loaded.Until, Revision: loaded.Revision,
			Rules: loaded.Rules, Tests: loaded.Tests, Counties: loaded.Counties, Sets: []RuleSet{},
		}
		pack.InForce = !s.Today().Before(pack.From) && (pack.Until.IsZero() || s.Today().Before(pack.Until))
		for _, set := range loaded.Sets {
			pack.Sets = append(pack.Sets, RuleSet(set))
		}
		if pack.InForce {
			rules, err := s.Rules.Rules(s.Today(), "")
			if err != nil {
				return nil, err
			}
			for _, rule := range rules {
				if !rule.Verified {
					pack.Unread++
				}
			}
		}
		packs = append(packs, pack)
	}
	slices.Reverse(packs)
	return packs, nil
}

// CalendarYear is a year of days off as the State Council published it 放假安排.
type CalendarYear struct {
	Year        int        `json:"year" doc:"年份"`
	Off         int        `json:"off" doc:"放假日数"`
	Makeup      int        `json:"makeup" doc:"调休上班日数"`
	Source      string     `json:"source" doc:"来源"`
	PublishedAt *time.Time `json:"published_at,omitempty" doc:"载入时间，随程序发布的为空"`
	LoadedBy    string     `json:"loaded_by,omitempty" doc:"载入人账号，随程序发布的为空"`
}

// CalendarYears lists the years used to compute due dates, the newest first: those compiled into the program, and those
// loaded since, which replace them.
func (s *Service) CalendarYears(ctx context.Context, p nursery.Principal) ([]CalendarYear, error) {
	if err := s.Authorize(ctx, p, "calendar.read", casework.Resource{}); err != nil {
		return nil, err
	}
	known := calendar.Published()
	at, by := map[int]time.Time{}, map[int]string{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.CalendarYears(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			year, err := calendar.Load(row.Days)
			if err != nil {
				return fmt.Errorf("read calendar year %d: %w", row.Year, err)
			}
			known = known.With(year)
			at[year.Number()], by[year.Number()] = row.PublishedAt, row.LoadedBy
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	years := []CalendarYear{}
	for _, year := range slices.Backward(known.List()) {
		y := CalendarYear{Year: year.Number(), Source: strings.Join(year.Sources(), " ")}
		for _, day := range year.Days() {
			if day.Off {
				y.Off++
			} else {
				y.Makeup++
			}
		}
		if t, ok := at[y.Year]; ok {
			y.PublishedAt, y.LoadedBy = &t, by[y.Year]
		}
		years = append(years, y)
	}
	return years, nil
}
