package steps

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// countiesSet is the set of rows that the effect draft.county_ranking fills.
const countiesSet = "counties"

// countyRow is a row of the ranking of counties. What is not known is left out, so that the rules answer unknown.
type countyRow struct {
	County   string `json:"county"`
	Progress *int32 `json:"progress,omitempty"`
	Enrolled *int32 `json:"enrolled,omitempty"`
	Quality  *int32 `json:"quality,omitempty"`
}

// draftCountyRanking fills the set counties with the figures of each county in the three dimensions of 项目5 (P05-R6): the progress of
// the public demonstration nurseries by the building plan that was started last, in ten-thousandths; the children in care at filed
// institutions on the last day of the period that the facts state, or on the day of the step if that is earlier; and as quality the
// share of the filed institutions without a serious finding that is not put right, in thousandths. A county without a site in the
// plan has no progress, and one without a filed institution no quality. Rows that are there already stay.
func draftCountyRanking(ctx context.Context, c *Call) error {
	of, q := c.Case(), c.Queries
	set, err := c.draftedSet(countiesSet)
	if err != nil {
		return err
	}
	text, _ := c.Known.Facts["period"].(string)
	_, day, ok := monthsOf(text)
	if !ok {
		return stuck("procedure_period")
	}
	if c.Today().Before(day) {
		day = c.Today()
	}
	figures, err := countyFigures(ctx, q, day)
	if err != nil {
		return err
	}
	var keys, contents []string
	for _, county := range nursery.Counties() {
		raw, err := json.Marshal(figures[county.Code])
		if err != nil {
			return fmt.Errorf("encode figures of a county: %w", err)
		}
		keys, contents = append(keys, county.Code), append(contents, string(raw))
	}
	_, err = q.DraftRows(ctx, store.DraftRowsParams{
		Kind: of.Kind, CaseNo: of.CaseNo, SetName: set.Name, Keys: keys, Contents: contents, County: of.County, Institution: of.Institution,
		Plan: c.Revision.Hash, EnteredBy: nursery.Engine.Account, At: c.At(),
	})
	if err != nil {
		return fmt.Errorf("draft figures of counties: %w", err)
	}
	return nil
}

// countyFigures returns the figures of every county.
func countyFigures(ctx context.Context, q *store.Queries, day nursery.Date) (map[string]*countyRow, error) {
	rows := map[string]*countyRow{}
	for _, county := range nursery.Counties() {
		rows[county.Code] = &countyRow{County: county.Code, Enrolled: new(int32)}
	}
	progress, err := q.CountyProgress(ctx)
	if err != nil {
		return nil, fmt.Errorf("read progress of building: %w", err)
	}
	for _, p := range progress {
		if row := rows[p.County]; row != nil {
			row.Progress = &p.Progress
		}
	}
	enrolled, err := q.InCareCounts(ctx, store.InCareCountsParams{OnDay: day})
	if err != nil {
		return nil, fmt.Errorf("count children in care: %w", err)
	}
	for _, e := range enrolled {
		if row := rows[e.County]; row != nil {
			row.Enrolled = &e.Children
		}
	}
	quality, err := q.CountyQuality(ctx)
	if err != nil {
		return nil, fmt.Errorf("count institutions without serious findings: %w", err)
	}
	for _, f := range quality {
		if row := rows[f.County]; row != nil {
			share := f.Sound * 1000 / f.Institutions
			row.Quality = &share
		}
	}
	return rows, nil
}
