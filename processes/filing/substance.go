package filing

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// SiteFinding is the officers' finding on the site of a filing: what has to be rectified, or countersigned.
type SiteFinding struct {
	VisitedOn nursery.Date     `json:"visited_on,omitzero"`
	Conforms  bool             `json:"conforms"`
	Note      string           `json:"note,omitempty"`
	Photos    []string         `json:"photos,omitempty"`
	Defects   []nursery.Reason `json:"defects,omitempty"`
}

// SiteFinding returns the last finding on the site; nil if there is none yet. The institution sees it after
// rectification was ordered, without the officers' note.
func (s *Service) SiteFinding(ctx context.Context, p nursery.Principal, caseNo string) (*SiteFinding, error) {
	var found *SiteFinding
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, err := casework.CaseOf(ctx, q.CaseByNumber, caseNo)
		if err != nil {
			return err
		}
		if err := s.AuthorizeCase(ctx, p, "case.read", c); err != nil {
			return err
		}
		tasks, err := q.TasksOfCase(ctx, c.CaseNo)
		if err != nil {
			return err
		}
		visited := lastVisited(tasks, p.Role == nursery.RoleInstitution)
		if visited == nil {
			return nil
		}
		rows, err := q.DecisionsOfCase(ctx, c.CaseNo)
		if err != nil {
			return err
		}
		made := make([]nursery.Decision, len(rows))
		for i, row := range rows {
			if err := json.Unmarshal(row.Output, &made[len(rows)-1-i]); err != nil { // the latest comes last and takes precedence
				return fmt.Errorf("decode decision: %w", err)
			}
		}
		read, err := activities.ReadSiteFinding(visited.Answer, made)
		if err != nil {
			return err
		}
		found = &SiteFinding{VisitedOn: read.VisitedOn, Conforms: *visited.Outcome == string(nursery.OutcomeConform), Photos: read.Photos, Defects: read.Defects}
		if p.Role != nursery.RoleInstitution {
			found.Note = read.Note
		}
		return nil
	})
	return found, err
}

// lastVisited returns the task of the visit that counts: the last one, or the last one followed by an order to rectify.
func lastVisited(tasks []store.Task, ordered bool) *store.Task {
	var visited, told *store.Task
	for i, task := range tasks {
		switch task.Kind {
		case "filing.site_visit", "filing.recheck":
			if task.Outcome != nil && len(task.Answer) > 0 {
				visited = &tasks[i]
			}
		case "filing.rectify":
			told = visited
		}
	}
	if ordered {
		return told
	}
	return visited
}
