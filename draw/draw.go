// Package draw implements the random selection behind a half-year's inspections 双随机抽取 (优化营商环境条例 art. 54): which two
// officers visit each institution, and which institutions are visited a second time without notice. It reads no clock
// and no random source: the same input and seed produce the same result anywhere, so anybody who has the published
// record can repeat the draw.
//
// # The algorithm, tuoyu-draw-1
//
// Every hash is SHA-256 over the UTF-8 text of its parts joined by line feeds; hashes are written in lower-case
// hexadecimal and sorted as text.
//
//	commitment = SHA-256(canonical JSON of the Committed record, RFC 8785)
//	seed       = SHA-256(commitment, purpose, nonce, public value, day of the draw), for the purposes "pairs" and "random"
//
// Pairs: candidates are processed in the order of H(seed, "order", id). Each is assigned the two eligible officers with
// the least load so far, the one with the smaller H(seed, "officer", candidate, officer) first. Then, as long as some
// officer has at least two visits more than another who can be reached by a chain of candidates, one visit is moved
// along the shortest such chain; officers and candidates are tried in the order of H(seed, "level", id). The result has
// the least possible differences of load.
//
// Random visits: a candidate of weight w holds the w tickets H(seed, "ticket", id, 1) … H(seed, "ticket", id, w), and
// is ranked by the smallest of them; the first n are drawn. A candidate's chance to rank first is its share of all
// weights. Their officers are chosen as above by the seed of the random visits, on top of the loads of the pairs, and
// exclude the two who make the institution's regular visit.
package draw

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// Algorithm identifies the algorithm; a change to any result requires a new name.
const Algorithm = "tuoyu-draw-1"

// The purposes for which a seed is derived.
const (
	Pairs  = "pairs"
	Random = "random"
)

// Officers is the number of officers at a visit (行政处罚法 art. 42).
const Officers = 2

// Candidate is an institution to be visited 受检机构.
type Candidate struct {
	ID       string   `json:"id" doc:"机构编号"`
	County   string   `json:"county" doc:"县区代码"`
	Township string   `json:"township" doc:"乡镇、街道"`
	Risk     int      `json:"risk_points" doc:"风险分值；权重为分值加一"`
	Last     []string `json:"last" doc:"上一次到该机构检查的人员编号"`
}

// Weight returns the number of tickets the candidate holds in the random draw.
func (c Candidate) Weight() int { return c.Risk + 1 }

// Exclusion is an institution that is not visited, with the reason 不列入的机构及理由.
type Exclusion struct {
	ID     string `json:"id" doc:"机构编号"`
	Reason string `json:"reason" doc:"理由"`
}

// Inspector is an officer of the register 检查人员.
type Inspector struct {
	ID        string   `json:"id" doc:"检查人员编号"`
	County    string   `json:"county" doc:"县区代码"`
	Conflicts []string `json:"conflicts" doc:"应当回避的机构"`
	Load      int      `json:"load" doc:"本半年度已承担的检查次数"`
}

// Input is the input of the draw. The order of its lists does not matter.
type Input struct {
	County     string      `json:"county" doc:"县区代码"`
	Half       string      `json:"half" doc:"半年度"`
	Candidates []Candidate `json:"candidates" doc:"受检机构"`
	Exclusions []Exclusion `json:"exclusions" doc:"不列入的机构"`
	Inspectors []Inspector `json:"inspectors" doc:"检查人员"`
	RandomSize int         `json:"random_size" doc:"随机抽查家数"`
}

// Assignment is the officers assigned to a candidate. Inspectors has two names in alphabetical order, or none if fewer
// than two are eligible.
type Assignment struct {
	Candidate  string   `json:"candidate" doc:"机构编号"`
	Inspectors []string `json:"inspectors" doc:"检查人员编号"`
}

// digest returns SHA-256 over the parts joined by line feeds, in hexadecimal.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:])
}

// MayGo reports whether the officer may visit the candidate: the officer belongs to its county, has no conflict of
// interest (行政处罚法 art. 43), and did not make the last visit.
func MayGo(i Inspector, c Candidate) bool {
	return i.County == c.County && !slices.Contains(i.Conflicts, c.ID) && !slices.Contains(c.Last, i.ID)
}

// Available returns the number of officers who may make the regular visit, and the number left for a random visit after
// any two have made the regular one.
func Available(in Input, c Candidate) (regular, random int) {
	for _, i := range in.Inspectors {
		if MayGo(i, c) {
			regular++
		}
		if i.County == c.County && !slices.Contains(i.Conflicts, c.ID) {
			random++
		}
	}
	return regular, max(random-Officers, 0)
}

// DrawPairs assigns every candidate two officers. The result is in the order of the candidates' names.
func DrawPairs(in Input, seed string) []Assignment {
	return assign(in.Candidates, in.Inspectors, loadsOf(in), seed)
}

// DrawRandom draws in.RandomSize candidates by weight and assigns each two officers other than those of its regular
// visit. The result is in the order of the draw.
func DrawRandom(in Input, pairs []Assignment, seed string) []Assignment {
	regular := map[string][]string{}
	loads := loadsOf(in)
	for _, a := range pairs {
		regular[a.Candidate] = a.Inspectors
		for _, id := range a.Inspectors {
			loads[id]++
		}
	}
	drawn := slices.Clone(in.Candidates)
	tickets := make(map[string]string, len(drawn))
	for _, c := range drawn {
		tickets[c.ID] = smallestTicket(c, seed)
	}
	slices.SortFunc(drawn, func(a, b Candidate) int { return cmp.Compare(tickets[a.ID], tickets[b.ID]) })
	drawn = drawn[:min(max(in.RandomSize, 0), len(drawn))]
	for i := range drawn {
		drawn[i].Last = regular[drawn[i].ID]
	}
	byName := assign(drawn, in.Inspectors, loads, seed)
	result := make([]Assignment, len(drawn))
	for i, c := range drawn {
		at, _ := slices.BinarySearchFunc(byName, c.ID, func(a Assignment, id string) int { return cmp.Compare(a.Candidate, id) })
		result[i] = byName[at]
	}
	return result
}

func smallestTicket(c Candidate, seed string) string {
	least := ""
	for n := 1; n <= c.Weight(); n++ {
		if ticket := digest(seed, "ticket", c.ID, strconv.Itoa(n)); least == "" || ticket < least {
			least = ticket
		}
	}
	return least
}

func loadsOf(in Input) map[string]int {
	loads := make(map[string]int, len(in.Inspectors))
	for _, i := range in.Inspectors {
		loads[i.ID] = i.Load
	}
	return loads
}

// Spread returns the difference between the greatest and the least load after the assignments.
func Spread(in Input, assigned ...[]Assignment) int {
	loads := loadsOf(in)
	for _, list := range assigned {
		for _, a := range list {
			for _, id := range a.Inspectors {
				loads[id]++
			}
		}
	}
	least, most := 0, 0
	for n, i := range in.Inspectors {
		load := loads[i.ID]
		if n == 0 {
			least, most = load, load
		}
		least, most = min(least, load), max(most, load)
	}
	return most - least
}

// Improvable reports whether moving visits between officers could reduce the differences of load: regular visits before
// the random ones, or random visits after the regular ones.
func Improvable(in Input, pairs, random []Assignment) bool {
	loads := loadsOf(in)
	if newTable(in.Candidates, in.Inspectors, loads, "").take(pairs).pass() {
		return true
	}
	regular := map[string][]string{}
	for _, a := range pairs {
		regular[a.Candidate] = a.Inspectors
	}
	drawn := slices.Clone(in.Candidates)
	for i := range drawn {
		drawn[i].Last = regular[drawn[i].ID]
	}
	return newTable(drawn, in.Inspectors, loads, "").take(random).pass()
}

// table is an assignment under construction.
type table struct {
	candidates []Candidate // in the order of "level"
	inspectors []Inspector // in the order of "level"
	loads      map[string]int
	assigned   map[string][]string
}

func newTable(candidates []Candidate, inspectors []Inspector, loads map[string]int, seed string) *table {
	t := &table{
		candidates: slices.Clone(candidates), inspectors: slices.Clone(inspectors), loads: loads, assigned: map[string][]string{},
	}
	slices.SortFunc(t.candidates, func(a, b Candidate) int { return cmp.Compare(digest(seed, "level", a.ID), digest(seed, "level", b.ID)) })
	slices.SortFunc(t.inspectors, func(a, b Inspector) int { return cmp.Compare(digest(seed, "level", a.ID), digest(seed, "level", b.ID)) })
	return t
}

// take records assignments that are already made.
func (t *table) take(made []Assignment) *table {
	for _, a := range made {
		t.assigned[a.Candidate] = slices.Clone(a.Inspectors)
		for _, id := range a.Inspectors {
			t.loads[id]++
		}
	}
	return t
}

func assign(candidates []Candidate, inspectors []Inspector, loads map[string]int, seed string) []Assignment {
	t := newTable(candidates, inspectors, loads, seed)
	order := slices.Clone(candidates)
	slices.SortFunc(order, func(a, b Candidate) int { return cmp.Compare(digest(seed, "order", a.ID), digest(seed, "order", b.ID)) })
	for _, c := range order {
		t.choose(c, seed)
	}
	for t.pass() {
	}
	result := make([]Assignment, 0, len(candidates))
	for _, c := range candidates {
		pair := slices.Sorted(slices.Values(t.assigned[c.ID]))
		result = append(result, Assignment{Candidate: c.ID, Inspectors: append([]string{}, pair...)})
	}
	slices.SortFunc(result, func(a, b Assignment) int { return cmp.Compare(a.Candidate, b.Candidate) })
	return result
}

// choose assigns the candidate the two least loaded eligible officers.
func (t *table) choose(c Candidate, seed string) {
	var free []string
	for _, i := range t.inspectors {
		if MayGo(i, c) {
			free = append(free, i.ID)
		}
	}
	if len(free) < Officers {
		return
	}
	slices.SortFunc(free, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.loads[a], t.loads[b]),
			cmp.Compare(digest(seed, "officer", c.ID, a), digest(seed, "officer", c.ID, b)))
	})
	t.assigned[c.ID] = slices.Clone(free[:Officers])
	for _, id := range free[:Officers] {
		t.loads[id]++
	}
}

// link is a step of a chain: the officer and the candidate by which another officer was reached.
type link struct{ from, candidate string }

// pass searches, from the most loaded officers down, for the shortest chain of candidates along which one visit can be
// moved to an officer with at least two fewer, and moves it. It returns false if there is none: then no assignment has
// smaller differences of load, since assignments are a flow with convex costs and such chains are its only
// improvements.
func (t *table) pass() bool {
	givers := slices.Clone(t.inspectors)
	slices.SortStableFunc(givers, func(a, b Inspector) int { return cmp.Compare(t.loads[b.ID], t.loads[a.ID]) })
	for _, giver := range givers {
		if taker, by := t.reach(giver.ID); taker != "" {
			for at := taker; at != giver.ID; {
				l := by[at]
				pair := t.assigned[l.candidate]
				pair[slices.Index(pair, l.from)] = at
				at = l.from
			}
			t.loads[giver.ID]--
			t.loads[taker]++
			return true
		}
	}
	return false
}

// reach searches breadth first; each officer is reached once, so no candidate changes one officer twice along a chain.
func (t *table) reach(giver string) (taker string, by map[string]link) {
	by = map[string]link{giver: {}}
	for queue := []string{giver}; len(queue) > 0; queue = queue[1:] {
		from := queue[0]
		if t.loads[from] <= t.loads[giver]-2 {
			return from, by
		}
		for _, c := range t.candidates {
			if !slices.Contains(t.assigned[c.ID], from) {
				continue
			}
			for _, i := range t.inspectors {
				if _, seen := by[i.ID]; seen || slices.Contains(t.assigned[c.ID], i.ID) || !MayGo(i, c) {
					continue
				}
				by[i.ID] = link{from, c.ID}
				queue = append(queue, i.ID)
			}
		}
	}
	return "", by
}
