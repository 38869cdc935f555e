package buildsite

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// BuildLedger returns the current ledger 工作台账 of a plan; for a county office, only its own sites.
func (s *Service) BuildLedger(ctx context.Context, p nursery.Principal, plan string) (BuildLedger, error) {
	ledger, _, err := s.ledger(ctx, p, plan)
	return ledger, err
}

func (s *Service) ledger(ctx context.Context, p nursery.Principal, name string) (BuildLedger, nursery.BuildPlan, error) {
	if err := s.Authorize(ctx, p, "build.list", casework.Resource{}); err != nil {
		return BuildLedger{}, nursery.BuildPlan{}, err
	}
	return s.ledgerAs(ctx, p, name)
}

func (s *Service) ledgerAs(ctx context.Context, p nursery.Principal, name string) (ledger BuildLedger, plan nursery.BuildPlan, err error) {
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		ledger, plan, err = s.ReadLedger(ctx, q, name)
		return err
	})
	return ledger, plan, err
}

// ReadLedger reads a plan with the lines visible to the principal of q. Sites and milestones are read in two queries,
// whatever their number.
func (s *Service) ReadLedger(ctx context.Context, q *store.Queries, name string) (BuildLedger, nursery.BuildPlan, error) {
	var plan nursery.BuildPlan
	row, err := q.BuildPlanByName(ctx, name)
	if store.IsNotFound(err) {
		return BuildLedger{}, plan, casework.NewNotFound()
	}
	if err != nil {
		return BuildLedger{}, plan, fmt.Errorf("read plan: %w", err)
	}
	if err := json.Unmarshal(row.Document, &plan); err != nil {
		return BuildLedger{}, plan, fmt.Errorf("decode plan: %w", err)
	}
	sites, err := q.BuildSitesOfPlan(ctx, name)
	if err != nil {
		return BuildLedger{}, plan, fmt.Errorf("read sites: %w", err)
	}
	rows, err := q.BuildMilestonesOfPlan(ctx, name)
	if err != nil {
		return BuildLedger{}, plan, err
	}
	reports, err := q.WaitingReportsOfPlan(ctx, name)
	if err != nil {
		return BuildLedger{}, plan, err
	}
	waiting := map[string]int{}
	for _, r := range reports {
		waiting[r.CaseNo] = int(r.Waiting)
	}
	milestones := map[string][]store.BuildMilestone{}
	for _, m := range rows {
		milestones[m.CaseNo] = append(milestones[m.CaseNo], m)
	}
	ledger := BuildLedger{
		Plan: plan.Name, Title: plan.Title, Source: plan.Source, AsOf: s.Today(), Deadline: plan.Deadline, Lines: []BuildLine{},
	}
	for _, site := range sites {
		ledger.Seats += int(site.Seats)
		ledger.SeatsCounted += int(site.SeatsCounted)
		line := lineOf(site, milestones[site.CaseNo], s.Today())
		line.Waiting = waiting[site.CaseNo]
		ledger.Lines = append(ledger.Lines, line)
	}
	return ledger, plan, nil
}

// ofCounty returns the ledger with the sites of one county.
func (l BuildLedger) ofCounty(county string) BuildLedger {
	all := l.Lines
	l.Lines, l.Seats, l.SeatsCounted = []BuildLine{}, 0, 0
	for _, line := range all {
		if line.County == county {
			l.Lines = append(l.Lines, line)
			l.Seats += line.Seats
			l.SeatsCounted += line.SeatsCounted
		}
	}
	return l
}

// countyTotals is the sum of the lines of one county.
type countyTotals struct {
	BuildCounty
	planned, actual *big.Rat // seats × percent
	reds            int
}

// ByCounty sums the lines of a ledger by county.
func ByCounty(lines []BuildLine) []*countyTotals {
	var all []*countyTotals
	for _, line := range lines {
		i := slices.IndexFunc(all, func(c *countyTotals) bool { return c.County == line.County })
		if i < 0 {
			i = len(all)
			all = append(all, &countyTotals{
				BuildCounty: BuildCounty{County: line.County, CountyName: line.CountyName}, planned: new(big.Rat), actual: new(big.Rat),
			})
		}
		c := all[i]
		c.Sites++
		c.Seats += line.Seats
		c.SeatsCounted += line.SeatsCounted
		c.reds += line.Reds
		if line.CompletedOn.IsZero() {
			c.Light = worseLight(c.Light, line.Light)
		} else {
			c.Built++
		}
		if !line.ReceiptOn.IsZero() {
			c.Filed++
		}
		c.planned.Add(c.planned, weighted(line.Planned, line.Seats))
		c.actual.Add(c.actual, weighted(line.Actual, line.Seats))
	}
	return all
}

func weighted(r nursery.Rate, seats int) *big.Rat {
	exact, _ := new(big.Rat).SetString(r.Exact)
	return exact.Mul(exact, big.NewRat(int64(seats), 1))
}

func worseLight(a, b nursery.Light) nursery.Light {
	for _, light := range []nursery.Light{nursery.Red, nursery.Amber, nursery.Green} {
		if a == light || b == light {
			return light
		}
	}
	return ""
}

// BuildMap returns the wall map 挂图作战 of a plan, by county.
func (s *Service) BuildMap(ctx context.Context, p nursery.Principal, plan string) ([]BuildCounty, error) {
	ledger, _, err := s.ledger(ctx, p, plan)
	if err != nil {
		return nil, err
	}
	counties := []BuildCounty{}
	for _, c := range ByCounty(ledger.Lines) {
		seats := big.NewRat(1, int64(c.Seats))
		c.Planned, c.Actual = nursery.RateOf(c.planned.Mul(c.planned, seats)), nursery.RateOf(c.actual.Mul(c.actual, seats))
		c.LightTitle, c.Covered = c.Light.Title(), c.Filed > 0
		counties = append(counties, c.BuildCounty)
	}
	return counties, nil
}

// BuildRanking ranks the counties of a plan by progress, seats and punctuality, with each component (项目5 names 完成进度
// as one of the criteria; the weights are the plan's own). Equal scores share a rank.
func (s *Service) BuildRanking(ctx context.Context, p nursery.Principal, name string) (BuildRanking, error) {
	if err := s.Authorize(ctx, p, "build.list", casework.Resource{}); err != nil {
		return BuildRanking{}, err
	}
	// A rank among twelve requires all twelve: an office sees every county's rank and score, and no other county's
	// sites.
	ledger, plan, err := s.ledgerAs(ctx, nursery.Engine, name)
	if err != nil {
		return BuildRanking{}, err
	}
	ranking := BuildRanking{Plan: name, AsOf: ledger.AsOf, Verified: plan.Terms.Verified, Ranks: []BuildRank{}}
	scores := map[string]*big.Rat{}
	for _, c := range ByCounty(ledger.Lines) {
		rank, score := rankOf(c, plan.Terms)
		scores[c.County] = score
		ranking.Ranks = append(ranking.Ranks, rank)
	}
	slices.SortFunc(ranking.Ranks, func(a, b BuildRank) int {
		if d := scores[b.County].Cmp(scores[a.County]); d != 0 {
			return d
		}
		return strings.Compare(a.County, b.County)
	})
	for i := range ranking.Ranks {
		r := &ranking.Ranks[i]
		r.Rank = i + 1
		if i > 0 && scores[r.County].Cmp(scores[ranking.Ranks[i-1].County]) == 0 {
			r.Rank = ranking.Ranks[i-1].Rank
		}
	}
	return ranking, nil
}

// rankOf computes the score of a county.
func rankOf(c *countyTotals, terms nursery.BuildTerms) (BuildRank, *big.Rat) {
	hundred := big.NewRat(100, 1)
	progress := new(big.Rat).Quo(c.actual, big.NewRat(int64(c.Seats), 1))
	seats := big.NewRat(100*int64(min(c.SeatsCounted, c.Seats)), int64(c.Seats))
	onTime := big.NewRat(int64(max(100-20*c.reds, 0)), 1)
	rank, score := BuildRank{County: c.County, CountyName: c.CountyName}, new(big.Rat)
	for _, part := range []struct {
		title, basis string
		points       int
		share        *big.Rat
	}{
		{"完成进度", "核定进度，按托位加权", terms.Progress, progress},
		{"托位完成", fmt.Sprintf("计入托位 %d 个，计划 %d 个", c.SeatsCounted, c.Seats), terms.Seats, seats},
		{"按期推进", fmt.Sprintf("红灯 %d 次，每次扣减五分之一", c.reds), terms.OnTime, onTime},
	} {
		got := new(big.Rat).Mul(part.share, new(big.Rat).Quo(big.NewRat(int64(part.points), 1), hundred))
		score.Add(score, got)
		rank.Parts = append(rank.Parts, ScorePart{
			Title: part.title, Points: part.points, Share: nursery.RateOf(part.share), Score: nursery.RateOf(got), Basis: part.basis,
		})
	}
	rank.Score = nursery.RateOf(score)
	return rank, score
}
