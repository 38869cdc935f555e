package casework

import (
	"context"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Search is what was typed into the search box of a list, recognised: the number of a case or its beginning, or else a text.
type Search struct {
	CaseNo string // with its hyphens
	Text   string // part of a name, an identifier or a unified social credit code
}

var (
	compactCaseNumber = regexp.MustCompile(`^[A-Z]{2}[0-9]{6,16}[0-9A-Z]?$`)
	compactUSCC       = regexp.MustCompile(`^[0-9A-Z]{18}$`)
	notInCodes        = strings.NewReplacer(" ", "", "-", "", "—", "", "–", "", "−", "", "_", "")
)

// ReadSearch recognises what was typed. Numbers and codes are read whatever spaces, hyphens, case and width they are typed in.
func ReadSearch(typed string) Search {
	typed = strings.TrimSpace(typed)
	compact := strings.ToUpper(notInCodes.Replace(norm.NFKC.String(typed)))
	switch {
	case compactCaseNumber.MatchString(compact):
		var parts []string
		for _, length := range []int{2, 6, 4, 6, 1} {
			part := compact[:min(length, len(compact))]
			if compact = compact[len(part):]; part != "" {
				parts = append(parts, part)
			}
		}
		return Search{CaseNo: strings.Join(parts, "-")}
	case compactUSCC.MatchString(compact):
		return Search{Text: compact}
	}
	return Search{Text: typed}
}

// whole reports whether s is the whole number of a case.
func (s Search) whole() bool { return len(s.CaseNo) == len("BA-140403-2026-000017-5") }

// Found is what a search restricts a list of cases to: numbers with a beginning, and parties unless they are nil.
type Found struct {
	Prefix  string
	Parties []string
}

// Find returns what the list is restricted to by what was typed, of the parties that the principal sees; to nothing if nothing was.
func (r ListReading[Filter]) Find(ctx context.Context, typed string) (Found, error) {
	search := ReadSearch(typed)
	if search.Text == "" {
		return Found{Prefix: search.CaseNo}, nil
	}
	parties, err := r.Q.PartiesFound(ctx, search.Text)
	return Found{Parties: append([]string{}, parties...)}, err
}

// CheckSearch returns invalid for a text that nothing can be called.
func CheckSearch(typed string) error {
	if wrong := CheckText("q", typed, 60); wrong != nil {
		return NewError(CodeInvalid, "不能这样查找。", *wrong)
	}
	return nil
}
