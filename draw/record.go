package draw

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Committed is what is fixed and published before the outcome can be known 承诺内容. The nonces themselves stay secret
// until they are used; the record contains their hashes, so they cannot be exchanged afterwards.
type Committed struct {
	Algorithm   string `json:"algorithm" doc:"抽取算法" example:"tuoyu-draw-1"`
	Input       Input  `json:"input" doc:"受检机构、不列入的机构、检查人员和抽查家数"`
	PairsNonce  string `json:"pairs_nonce_sha256" doc:"指派用密数的 SHA-256"`
	RandomNonce string `json:"random_nonce_sha256" doc:"抽查用密数的 SHA-256"`
}

// Record is the published record of a draw 抽取公开记录. What is not revealed yet is empty: the public value and the pairs
// until the draw, the random visits until they are over, since they are unannounced.
type Record struct {
	CaseNo      string       `json:"case_no" doc:"计划编号"`
	Committed   Committed    `json:"committed" doc:"承诺内容"`
	Commitment  string       `json:"commitment" doc:"承诺值：承诺内容规范 JSON 的 SHA-256"`
	CommittedAt string       `json:"committed_at" doc:"承诺公布时间，RFC 3339"`
	PublicValue string       `json:"public_value" doc:"见证人录入的公开值，承诺公布之后才产生"`
	PublicAt    string       `json:"public_at" doc:"公开值发布时间，RFC 3339"`
	Source      string       `json:"public_source" doc:"公开值的来源"`
	DrawnOn     string       `json:"drawn_on" doc:"抽取日期"`
	PairsNonce  string       `json:"pairs_nonce" doc:"指派用密数"`
	RandomNonce string       `json:"random_nonce" doc:"抽查用密数，半年度结束后公开"`
	Pairs       []Assignment `json:"pairs" doc:"各机构的检查人员"`
	Random      []Assignment `json:"random" doc:"随机抽查的机构和检查人员，半年度结束后公开"`
}

// HashNonce returns the hash of a nonce, which is committed to instead of the nonce itself.
func HashNonce(nonce string) string { return digest(nonce) }

// Commit returns the committed content, with its lists sorted, and the commitment.
func Commit(in Input, pairsNonce, randomNonce string) (Committed, string) {
	c := Committed{Algorithm: Algorithm, Input: sorted(in), PairsNonce: HashNonce(pairsNonce), RandomNonce: HashNonce(randomNonce)}
	return c, c.commitment()
}

func (c Committed) commitment() string {
	c.Input = sorted(c.Input)
	sum := sha256.Sum256(Canonical(c))
	return hex.EncodeToString(sum[:])
}

// Seed derives the seed of a purpose from the commitment, the secret nonce and the public value that was unknown at the
// time.
func Seed(commitment, purpose, nonce, publicValue, drawnOn string) string {
	return digest(commitment, purpose, nonce, publicValue, drawnOn)
}

// Open computes the result of the committed draw, once both nonces and the public value are known.
func (c Committed) Open(commitment, pairsNonce, randomNonce, publicValue, drawnOn string) (pairs, random []Assignment) {
	pairs = DrawPairs(c.Input, Seed(commitment, Pairs, pairsNonce, publicValue, drawnOn))
	return pairs, DrawRandom(c.Input, pairs, Seed(commitment, Random, randomNonce, publicValue, drawnOn))
}

// sorted returns the input with every list sorted and none of them nil.
func sorted(in Input) Input {
	in.Candidates = append([]Candidate{}, in.Candidates...)
	for i, c := range in.Candidates {
		in.Candidates[i].Last = append([]string{}, slices.Sorted(slices.Values(c.Last))...)
	}
	slices.SortFunc(in.Candidates, func(a, b Candidate) int { return cmp.Compare(a.ID, b.ID) })
	in.Exclusions = append([]Exclusion{}, in.Exclusions...)
	slices.SortFunc(in.Exclusions, func(a, b Exclusion) int { return cmp.Compare(a.ID, b.ID) })
	in.Inspectors = append([]Inspector{}, in.Inspectors...)
	for n, i := range in.Inspectors {
		in.Inspectors[n].Conflicts = append([]string{}, slices.Sorted(slices.Values(i.Conflicts))...)
	}
	slices.SortFunc(in.Inspectors, func(a, b Inspector) int { return cmp.Compare(a.ID, b.ID) })
	return in
}

// Verified is the result of repeating a draw 核验结果.
type Verified struct {
	Commitment  bool     // published: the list was fixed beforehand
	Pairs       bool     // revealed, so recomputed
	Random      bool     // revealed, so recomputed
	Differences []string // Chinese; each names a difference; none if all agree
}

// Verify recomputes the draw from a published record and returns the differences. It also requires that the public
// value was issued after the list was committed to, which makes the draw fair. It does not check what is not revealed
// yet.
func Verify(r Record) Verified {
	v := Verified{Commitment: true}
	differ := func(format string, args ...any) { v.Differences = append(v.Differences, fmt.Sprintf(format, args...)) }
	if r.Committed.Algorithm != Algorithm {
		differ("算法：记录为 %q，本程序只核验 %q", r.Committed.Algorithm, Algorithm)
		return v
	}
	if computed := r.Committed.commitment(); computed != r.Commitment {
		differ("承诺值：公布为 %s，按承诺内容计算为 %s", r.Commitment, computed)
	}
	committed, err := time.Parse(time.RFC3339, r.CommittedAt)
	if err != nil {
		differ("承诺公布时间：没有公布或格式有误")
	}
	if r.PairsNonce == "" {
		if len(r.Pairs) > 0 {
			differ("指派结果：密数没有公开，却已有结果")
		}
		return v
	}
	v.Pairs = true
	switch public, wrong := time.Parse(time.RFC3339, r.PublicAt); {
	case wrong != nil:
		differ("公开值发布时间：没有公布或格式有误")
	case err == nil && !public.After(committed):
		differ("公开值发布时间：%s 不晚于承诺公布时间 %s，名单可能在公开值之后才确定", r.PublicAt, r.CommittedAt)
	}
	if r.Source == "" {
		differ("公开值的来源：没有公布")
	}
	if HashNonce(r.PairsNonce) != r.Committed.PairsNonce {
		differ("指派用密数：与承诺的不一致")
	}
	if r.PublicValue == "" || r.DrawnOn == "" {
		differ("公开值或抽取日期：没有公布")
	}
	pairs := DrawPairs(r.Committed.Input, Seed(r.Commitment, Pairs, r.PairsNonce, r.PublicValue, r.DrawnOn))
	v.Differences = append(v.Differences, compare("指派结果", r.Pairs, pairs)...)
	if r.RandomNonce == "" {
		if len(r.Random) > 0 {
			differ("抽查结果：密数没有公开，却已有结果")
		}
		return v
	}
	v.Random = true
	if HashNonce(r.RandomNonce) != r.Committed.RandomNonce {
		differ("抽查用密数：与承诺的不一致")
	}
	random := DrawRandom(r.Committed.Input, pairs, Seed(r.Commitment, Random, r.RandomNonce, r.PublicValue, r.DrawnOn))
	v.Differences = append(v.Differences, compare("抽查结果", r.Random, random)...)
	return v
}

// compare returns a text for each line in which two results differ.
func compare(what string, published, computed []Assignment) (differences []string) {
	for i := range max(len(published), len(computed)) {
		was, is := "无", "无"
		if i < len(published) {
			was = published[i].text()
		}
		if i < len(computed) {
			is = computed[i].text()
		}
		if was != is {
			differences = append(differences, fmt.Sprintf("%s第 %d 行：公布为 %s，重新抽取为 %s", what, i+1, was, is))
		}
	}
	return differences
}

func (a Assignment) text() string {
	return a.Candidate + "（" + strings.Join(a.Inspectors, "、") + "）"
}

// Canonical returns v as JSON by RFC 8785: members sorted by name, no white space, minimal escaping. The only numbers
// it supports are integers up to 2⁵³, which is all that a record contains.
func Canonical(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("draw: " + err.Error())
	}
	var tree any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		panic("draw: " + err.Error())
	}
	return canonical(nil, tree)
}

func canonical(out []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names) // every name of a record is ASCII, for which this is the order of UTF-16 as well
		out = append(out, '{')
		for i, name := range names {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(canonicalText(out, name), ':')
			out = canonical(out, v[name])
		}
		return append(out, '}')
	case []any:
		out = append(out, '[')
		for i, element := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = canonical(out, element)
		}
		return append(out, ']')
	case string:
		return canonicalText(out, v)
	case json.Number:
		return append(out, v...)
	case bool:
		return fmt.Append(out, v)
	}
	return append(out, "null"...)
}

func canonicalText(out []byte, s string) []byte {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	out = append(out, '"')
	for _, r := range s {
		switch escaped, ok := short[r]; {
		case ok:
			out = append(out, escaped...)
		case r < ' ':
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, string(r)...)
		}
	}
	return append(out, '"')
}
