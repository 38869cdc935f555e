package draw_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tuoyu/draw"
)

const (
	pairsNonce  = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"
	randomNonce = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
	publicValue = "3391.76"
	day         = "2026-07-02"
)

// example is a draw whose result was computed independently, in another language, from the description of the
// algorithm.
func example() draw.Input {
	in := draw.Input{County: "140403", Half: "2026H2", RandomSize: 2, Exclusions: []draw.Exclusion{{ID: "inst-9", Reason: "停业装修"}}}
	for _, c := range []draw.Candidate{{ID: "inst-1"}, {ID: "inst-2", Risk: 3, Last: []string{"j-1"}}, {ID: "inst-3"}, {ID: "inst-4", Risk: 9, Last: []string{"j-2", "j-3"}}} {
		c.County, c.Township = "140403", "太行西街街道"
		in.Candidates = append(in.Candidates, c)
	}
	for _, id := range []string{"j-1", "j-2", "j-3", "j-4", "j-5"} {
		i := draw.Inspector{ID: id, County: "140403"}
		if id == "j-3" {
			i.Conflicts = []string{"inst-3"}
		}
		in.Inspectors = append(in.Inspectors, i)
	}
	return in
}

func drawn(in draw.Input) draw.Record {
	c, commitment := draw.Commit(in, pairsNonce, randomNonce)
	r := draw.Record{Committed: c, Commitment: commitment, PublicValue: publicValue, DrawnOn: day, PairsNonce: pairsNonce, RandomNonce: randomNonce,
		CommittedAt: "2026-07-01T09:00:00+08:00", PublicAt: "2026-07-01T15:00:00+08:00", Source: "收盘指数"}
	r.Pairs, r.Random = c.Open(commitment, pairsNonce, randomNonce, publicValue, day)
	return r
}

func TestTheExampleIsDrawnAsByHand(t *testing.T) {
	r := drawn(example())
	require.Equal(t, "3a5cd7c417ce56289bbcf2ee4f81f254a6dee2f4ae7d546b70f05b741b2854d2", r.Commitment)
	require.Equal(t, "8cde9c76a723e19b5bd29507f418b27a5ad5ab6fbabe6beeb0914397c4f176a8", draw.Seed(r.Commitment, draw.Pairs, pairsNonce, publicValue, day))
	require.Equal(t, "3190a31c2c9ad0955cce092968bee6258508ad71f4290d4824ffdb504fb2710c", draw.Seed(r.Commitment, draw.Random, randomNonce, publicValue, day))
	require.Equal(t, []draw.Assignment{
		{Candidate: "inst-1", Inspectors: []string{"j-3", "j-5"}},
		{Candidate: "inst-2", Inspectors: []string{"j-2", "j-4"}},
		{Candidate: "inst-3", Inspectors: []string{"j-1", "j-2"}},
		{Candidate: "inst-4", Inspectors: []string{"j-4", "j-5"}},
	}, r.Pairs)
	require.Equal(t, []draw.Assignment{
		{Candidate: "inst-4", Inspectors: []string{"j-1", "j-3"}},
		{Candidate: "inst-1", Inspectors: []string{"j-2", "j-4"}},
	}, r.Random)
	require.Equal(t, draw.Verified{Commitment: true, Pairs: true, Random: true}, draw.Verify(r))
}

func TestCanonicalJSONIsThatOfRFC8785(t *testing.T) {
	require.Equal(t, `{"a":[1,true,"\"\\\n\u001f<长\u2028"],"b":""}`, strings.ReplaceAll(string(draw.Canonical(map[string]any{
		"b": "", "a": []any{1, true, "\"\\\n\x1f<长\u2028"},
	})), "\u2028", `\u2028`))
}

func TestWhatWasTamperedWithIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*draw.Record)
		want   string
	}{
		"a candidate left out": {func(r *draw.Record) { r.Committed.Input.Candidates = r.Committed.Input.Candidates[1:] }, "承诺值："},
		"risk points changed":  {func(r *draw.Record) { r.Committed.Input.Candidates[0].Risk = 7 }, "承诺值："},
		"an exclusion added": {func(r *draw.Record) {
			r.Committed.Input.Exclusions = append(r.Committed.Input.Exclusions, draw.Exclusion{ID: "x"})
		}, "承诺值："},
		"another nonce":              {func(r *draw.Record) { r.PairsNonce = randomNonce }, "指派用密数：与承诺的不一致"},
		"another random nonce":       {func(r *draw.Record) { r.RandomNonce = pairsNonce }, "抽查用密数：与承诺的不一致"},
		"another public value":       {func(r *draw.Record) { r.PublicValue = "3391.77" }, "指派结果第 "},
		"no public value":            {func(r *draw.Record) { r.PublicValue = "" }, "公开值或抽取日期：没有公布"},
		"another day":                {func(r *draw.Record) { r.DrawnOn = "2026-07-03" }, "指派结果第 "},
		"an officer exchanged":       {func(r *draw.Record) { r.Pairs[2].Inspectors[1] = "j-4" }, "指派结果第 3 行：公布为 inst-3（j-1、j-4），重新抽取为 inst-3（j-1、j-2）"},
		"a line of the pairs gone":   {func(r *draw.Record) { r.Pairs = r.Pairs[:3] }, "指派结果第 4 行：公布为 无，重新抽取为 inst-4（j-4、j-5）"},
		"another one drawn":          {func(r *draw.Record) { r.Random[1].Candidate = "inst-3" }, "抽查结果第 2 行：公布为 inst-3（j-2、j-4），重新抽取为 inst-1（j-2、j-4）"},
		"another algorithm":          {func(r *draw.Record) { r.Committed.Algorithm = "dice" }, `算法：记录为 "dice"，本程序只核验 "tuoyu-draw-1"`},
		"a result before its nonce":  {func(r *draw.Record) { r.PairsNonce = "" }, "指派结果：密数没有公开，却已有结果"},
		"a value known before":       {func(r *draw.Record) { r.PublicAt = "2026-07-01T08:59:59+08:00" }, "不晚于承诺公布时间"},
		"a value of the same moment": {func(r *draw.Record) { r.PublicAt = "2026-07-01T01:00:00Z" }, "不晚于承诺公布时间"},
		"no time of the value":       {func(r *draw.Record) { r.PublicAt = "" }, "公开值发布时间：没有公布"},
		"no time of the commitment":  {func(r *draw.Record) { r.CommittedAt = "" }, "承诺公布时间：没有公布"},
		"no source of the value":     {func(r *draw.Record) { r.Source = "" }, "公开值的来源：没有公布"},
		"random before its nonce":    {func(r *draw.Record) { r.RandomNonce = "" }, "抽查结果：密数没有公开，却已有结果"},
	} {
		t.Run(name, func(t *testing.T) {
			r := drawn(example())
			c.change(&r)
			require.Contains(t, strings.Join(draw.Verify(r).Differences, "\n"), c.want)
		})
	}
}

func TestARecordThatReadersCouldReadDifferentlyIsRefused(t *testing.T) {
	raw, err := json.Marshal(drawn(example()))
	require.NoError(t, err)
	r, err := draw.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, draw.Verified{Commitment: true, Pairs: true, Random: true}, draw.Verify(r))
	text := string(raw)
	for name, forged := range map[string]string{
		"a member twice":           `{"pairs":[],` + text[1:],
		"a member in capitals":     `{"PAIRS":[],` + text[1:],
		"a member nobody knows":    `{"winner":"inst-1",` + text[1:],
		"one twice further inside": strings.Replace(text, `"county":`, `"county":"140404","county":`, 1),
		"two records":              text + text,
		"half a record":            text[:len(text)/2],
		"no record":                "",
	} {
		_, err := draw.Parse([]byte(forged))
		require.Error(t, err, name)
	}
}

func TestARecordIsVerifiedAsFarAsItIsRevealed(t *testing.T) {
	r := drawn(example())
	r.RandomNonce, r.Random = "", nil
	require.Equal(t, draw.Verified{Commitment: true, Pairs: true}, draw.Verify(r))
	r.PairsNonce, r.Pairs, r.PublicValue, r.DrawnOn = "", nil, "", ""
	require.Equal(t, draw.Verified{Commitment: true}, draw.Verify(r))
}

func TestTwoOfficersWhoMayNotGoLeaveACandidateWithoutAPair(t *testing.T) {
	in := example()
	in.Inspectors = in.Inspectors[:3]
	pairs := draw.DrawPairs(in, "seed")
	require.Equal(t, []draw.Assignment{
		{Candidate: "inst-1", Inspectors: pairs[0].Inspectors},
		{Candidate: "inst-2", Inspectors: []string{"j-2", "j-3"}},
		{Candidate: "inst-3", Inspectors: []string{"j-1", "j-2"}},
		{Candidate: "inst-4", Inspectors: []string{}},
	}, pairs)
}

func TestLoadsAreLevelledThroughOthers(t *testing.T) {
	// Officers a and b may visit every candidate, c and d only those for which the other two do not suffice: greedy
	// choice alone would leave a difference of 2.
	in := draw.Input{RandomSize: 0}
	for n := range 4 {
		in.Candidates = append(in.Candidates, draw.Candidate{ID: fmt.Sprintf("k%d", n)})
	}
	in.Inspectors = []draw.Inspector{{ID: "a"}, {ID: "b"}, {ID: "c", Conflicts: []string{"k0", "k1"}}, {ID: "d", Conflicts: []string{"k0", "k1"}}}
	for seed := range 50 {
		pairs := draw.DrawPairs(in, fmt.Sprint(seed))
		require.Equal(t, 0, draw.Spread(in, pairs), "seed %d", seed)
	}
}

func TestAGreaterWeightIsDrawnMoreOften(t *testing.T) {
	in := draw.Input{RandomSize: 1, Candidates: []draw.Candidate{{ID: "light"}, {ID: "heavy", Risk: 3}}}
	heavy := 0
	for seed := range 4000 {
		if draw.DrawRandom(in, nil, fmt.Sprint(seed))[0].Candidate == "heavy" {
			heavy++
		}
	}
	// 4 of 5 tickets: 3200 of 4000, four standard deviations are 101.
	require.InDelta(t, 3200, heavy, 101)
}

func inputs(most int) *rapid.Generator[draw.Input] {
	return rapid.Custom(func(t *rapid.T) draw.Input {
		in := draw.Input{County: "140403", Half: "2026H2"}
		for i := range rapid.IntRange(0, most).Draw(t, "inspectors") {
			in.Inspectors = append(in.Inspectors, draw.Inspector{
				ID: fmt.Sprintf("j-%d", i), County: rapid.SampledFrom([]string{"140403", "140403", "140403", "140404"}).Draw(t, "county"),
				Load: rapid.IntRange(0, 3).Draw(t, "load"),
			})
		}
		for c := range rapid.IntRange(0, most).Draw(t, "candidates") {
			candidate := draw.Candidate{ID: fmt.Sprintf("inst-%d", c), County: "140403", Risk: rapid.IntRange(0, 9).Draw(t, "risk")}
			for i := range in.Inspectors {
				switch rapid.IntRange(0, 7).Draw(t, "relation") {
				case 0:
					in.Inspectors[i].Conflicts = append(in.Inspectors[i].Conflicts, candidate.ID)
				case 1:
					if len(candidate.Last) < 2 {
						candidate.Last = append(candidate.Last, in.Inspectors[i].ID)
					}
				}
			}
			in.Candidates = append(in.Candidates, candidate)
		}
		in.RandomSize = rapid.IntRange(0, len(in.Candidates)).Draw(t, "random size")
		return in
	})
}

func TestEveryDrawIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs(9).Draw(t, "input")
		r := drawn(in)
		if v := draw.Verify(r); len(v.Differences) > 0 {
			t.Fatal(v.Differences)
		}
		if len(r.Pairs) != len(in.Candidates) || len(r.Random) != in.RandomSize {
			t.Fatalf("%d pairs of %d, %d random of %d", len(r.Pairs), len(in.Candidates), len(r.Random), in.RandomSize)
		}
		officers := map[string]draw.Inspector{}
		for _, i := range in.Inspectors {
			officers[i.ID] = i
		}
		regular := map[string][]string{}
		for n, a := range r.Pairs {
			c := in.Candidates[slices.IndexFunc(in.Candidates, func(c draw.Candidate) bool { return c.ID == a.Candidate })]
			if n > 0 && r.Pairs[n-1].Candidate >= a.Candidate {
				t.Fatal("a candidate comes twice or out of order")
			}
			if available, _ := draw.Available(in, c); (available >= 2) != (len(a.Inspectors) == 2) {
				t.Fatalf("%d officers may go, %d do", available, len(a.Inspectors))
			}
			regular[a.Candidate] = a.Inspectors
			fit(t, officers, a, c.Last)
		}
		seen := map[string]bool{}
		for _, a := range r.Random {
			if seen[a.Candidate] {
				t.Fatal("drawn twice")
			}
			seen[a.Candidate] = true
			fit(t, officers, a, regular[a.Candidate])
		}
		if draw.Improvable(in, r.Pairs, r.Random) {
			t.Fatal("loads could differ less")
		}
	})
}

func fit(t *rapid.T, officers map[string]draw.Inspector, a draw.Assignment, last []string) {
	if len(a.Inspectors) == 2 && a.Inspectors[0] == a.Inspectors[1] {
		t.Fatal("one officer is no two")
	}
	for _, id := range a.Inspectors {
		i := officers[id]
		switch {
		case i.County != "140403":
			t.Fatal("an officer of another county")
		case slices.Contains(i.Conflicts, a.Candidate):
			t.Fatal("a conflict of interest")
		case slices.Contains(last, id):
			t.Fatal("the same officer twice running")
		}
	}
}

func TestTheOrderOfTheInputDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs(9).Draw(t, "input")
		other := in
		other.Candidates, other.Inspectors = slices.Clone(in.Candidates), slices.Clone(in.Inspectors)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "shuffle"), 1))
		r.Shuffle(len(other.Candidates), func(i, j int) { other.Candidates[i], other.Candidates[j] = other.Candidates[j], other.Candidates[i] })
		r.Shuffle(len(other.Inspectors), func(i, j int) { other.Inspectors[i], other.Inspectors[j] = other.Inspectors[j], other.Inspectors[i] })
		for i, o := range other.Inspectors {
			other.Inspectors[i].Conflicts = slices.Clone(o.Conflicts)
			slices.Reverse(other.Inspectors[i].Conflicts)
		}
		a, b := drawn(in), drawn(other)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("%v\n%v", a, b)
		}
		seed := rapid.String().Draw(t, "seed")
		if fmt.Sprint(draw.DrawPairs(in, seed)) != fmt.Sprint(draw.DrawPairs(other, seed)) {
			t.Fatal("pairs follow the order of the input")
		}
	})
}

// least returns the minimum by trying every assignment.
func least(in draw.Input, n int, pairs []draw.Assignment) int {
	if n == len(in.Candidates) {
		return draw.Spread(in, pairs)
	}
	best := -1
	c := in.Candidates[n]
	for i, a := range in.Inspectors {
		for _, b := range in.Inspectors[i+1:] {
			if draw.MayGo(a, c) && draw.MayGo(b, c) {
				spread := least(in, n+1, append(pairs, draw.Assignment{Candidate: c.ID, Inspectors: []string{a.ID, b.ID}}))
				if best < 0 || spread < best {
					best = spread
				}
			}
		}
	}
	if best < 0 {
		return least(in, n+1, pairs)
	}
	return best
}

func TestLoadsDifferAsLittleAsTheyCan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs(5).Draw(t, "input")
		if got, want := draw.Spread(in, drawn(in).Pairs), least(in, 0, nil); got != want {
			t.Fatalf("loads differ by %d, could by %d", got, want)
		}
	})
}
