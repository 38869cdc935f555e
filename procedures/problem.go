package procedures

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is a fault of a procedure, with its place in a file.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Code    string `json:"code"` // of Checks; never changed
	Message string `json:"message"`
	Notice  bool   `json:"notice,omitempty"` // it does not prevent publication
}

// String returns the problem as one line: file, line, column, message and code.
func (p Problem) String() string {
	kind := "错误"
	if p.Notice {
		kind = "提示"
	}
	return fmt.Sprintf("%s:%d:%d: %s：%s [%s]", p.File, p.Line, p.Column, kind, p.Message, p.Code)
}

// IsError reports whether the problem prevents publication.
func (p Problem) IsError() bool { return !p.Notice }

// Faulty reports whether any of the problems prevents publication.
func Faulty(list []Problem) bool {
	return slices.ContainsFunc(list, Problem.IsError)
}

// place is a position in a file; its line is 0 for what the file does not contain.
type place struct {
	file      string
	line, col int
}

func (p place) is() bool { return p.line > 0 }

// or returns the place, or another one for what the file does not contain.
func (p place) or(other place) place {
	if p.is() {
		return p
	}
	return other
}

// problems collects problems.
type problems struct{ list []Problem }

// add records a violation of the check of that code; args are those of its message.
func (p *problems) add(code string, at place, args ...any) {
	c := checkOf(code)
	problem := Problem{
		File: at.file, Line: max(1, at.line), Column: max(1, at.col), Code: code, Message: fmt.Sprintf(c.Message, args...), Notice: c.Notice,
	}
	if !slices.Contains(p.list, problem) {
		p.list = append(p.list, problem)
	}
}

// unknown records a reference to something that does not exist, with the most similar name that does.
func (p *problems) unknown(kind string, name text, have []string) {
	p.add("ref."+kind, name.at, name.s, didYouMean(name.s, have))
}

func (p *problems) sorted() []Problem {
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Code, b.Code),
			strings.Compare(a.Message, b.Message))
	})
	return p.list
}

// didYouMean returns a hint with the most similar of the names, or with all of them if none is similar and they are few.
func didYouMean(name string, have []string) string {
	best, least := "", len([]rune(name))/2+1
	for _, other := range have {
		if d := distance(name, other); d < least || d == least && best != "" && other < best {
			best, least = other, d
		}
	}
	switch {
	case best != "":
		return "，是否想写“" + best + "”？"
	case len(have) == 0:
		return "，这里还没有可以引用的名称。"
	case len(have) <= 12:
		return "。可以写：" + strings.Join(have, "、") + "。"
	}
	return "。"
}

// distance returns the number of insertions, deletions, replacements and transpositions of neighbours between two words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			changed := 1
			if x[i-1] == y[j-1] {
				changed = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+changed)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
