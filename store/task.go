package store

import "tuoyu/nursery"

// TakenAs reports whether the task was closed by that answer: by its outbox row, or, if it was closed before these rows
// were recorded, by the same account with the same outcome.
func (t Task) TakenAs(completion string, outcome nursery.Outcome, actor string) bool {
	if t.State != "closed" {
		return false
	}
	if t.Completion != nil {
		return *t.Completion == completion
	}
	return t.Outcome != nil && *t.Outcome == string(outcome) && t.ClosedBy != nil && *t.ClosedBy == actor
}
