package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// taskKinds are the kinds of task that a role is asked, or any role.
func taskKinds(r nursery.Role) (list []Option) {
	for _, p := range workflows.Processes() {
		for _, t := range p.Tasks {
			if r == "" || slices.Contains(t.Roles, r) {
				list = append(list, Option{t.Name, t.Label()})
			}
		}
	}
	return list
}

// opinions parts the decisions of the rules on the case into those made when the task was opened, the one that the task names first, and
// earlier ones.
func (v TaskView) opinions() (now, before []casework.DecisionView) {
	if v.Task.Decision == nil || v.Case == nil {
		return nil, nil
	}
	step := v.Task.Decision.ID[:strings.LastIndexByte(v.Task.Decision.ID, '/')+1]
	for _, d := range v.Case.Decisions {
		switch {
		case d.ID == v.Task.Decision.ID:
			now = slices.Insert(now, 0, d)
		case step != "" && strings.HasPrefix(d.ID, step):
			now = append(now, d)
		default:
			before = append(before, d)
		}
	}
	return now, before
}

// atMost writes a count that is counted up to a hundred.
func atMost(n int) string {
	if n >= 100 {
		return "99+"
	}
	return strconv.Itoa(n)
}

// shown writes any value the rules saw or asked for.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "是"
		}
		return "否"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return knownWord(v)
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = shown(item)
		}
		return strings.Join(words, "、")
	case map[string]any:
		return ""
	}
	return ""
}

// seenAndAsked returns the value that a rule found and the value it requires; "" if the reason has neither.
func seenAndAsked(r nursery.Reason) string {
	var parts []string
	if seen := shown(r.Seen); seen != "" {
		parts = append(parts, "所见："+seen)
	}
	if limit := shown(r.Limit); limit != "" {
		parts = append(parts, "要求："+limit)
	}
	return strings.Join(parts, "；")
}

// Citations writes the citations of a reason one after the other.
func Citations(basis []nursery.Citation) string {
	texts := make([]string, len(basis))
	for i, c := range basis {
		texts[i] = documents.Cite(c)
	}
	return strings.Join(texts, "；")
}

// substance returns the component for the task of v. It is empty for a kind without one, and where the process does not
// show its content to the principal.
func (s *Site) substance(ctx context.Context, v TaskView) (templ.Component, error) {
	page := s.taskPages[v.Task.Kind]
	if page.Subject == nil {
		return templ.NopComponent, nil
	}
	shown, err := page.Subject(ctx, v)
	if err != nil {
		if refused := s.UserError(ctx, err); refused.Kind() == casework.NotFound || refused.Kind() == casework.Forbidden || refused.Kind() == casework.Conflict {
			return templ.NopComponent, nil
		}
		return nil, err
	}
	return shown, nil
}
