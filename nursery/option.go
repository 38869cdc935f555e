package nursery

import "strings"

// OptionTitles returns the titles of the values of a choice, by value, from the description of a schema: each value, a space and its
// title, separated by 、 or a semicolon. A description of another form has none.
func OptionTitles(description string) map[string]string {
	titles := map[string]string{}
	for part := range strings.FieldsFuncSeq(description, func(r rune) bool { return strings.ContainsRune("、；;", r) }) {
		if value, title, ok := strings.Cut(strings.TrimSpace(part), " "); ok {
			titles[value] = title
		}
	}
	return titles
}
