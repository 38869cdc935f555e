package procedure

import (
	"context"
	"encoding/json"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
)

// PublicityDetail is what is or was published of a case, with the form for an objection while one may be raised.
type PublicityDetail struct {
	Publicity
	Form json.RawMessage // nil when the period is over
	Role nursery.Role    // who may object
}

// PublicityOf returns what was published of a case last, as p sees it: casework.Anyone what is published to everybody. Error: not_found.
func (s *Service) PublicityOf(ctx context.Context, p nursery.Principal, caseNo string) (PublicityDetail, error) {
	row, err := s.published(ctx, p, caseNo)
	if err != nil {
		return PublicityDetail{}, err
	}
	d := PublicityDetail{Publicity: Publicity{
		CaseNo: row.CaseNo, Kind: nursery.CaseKind(row.Kind), Title: row.Title, Institution: row.InstitutionName, County: row.County, Body: row.Body,
		OpenedOn: row.OpenedOn, LastOn: row.LastOn, Open: row.EndedAt == nil && !row.LastOn.Before(s.Today()),
	}}
	if !d.Open {
		return d, nil
	}
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := casework.CaseOf(ctx, q.CaseByNumber, caseNo)
		if err != nil {
			return err
		}
		r, err := s.RevisionOf(ctx, q, caseNo)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(r.Plan.Stages, func(st procedures.Stage) bool { return st.Name == c.Stage && st.Publish != nil })
		if at < 0 || c.Status != string(nursery.CaseOpen) {
			d.Open = false
			return nil
		}
		d.Role = r.Plan.Stages[at].Publish.Role
		d.Form, _ = r.FormOf(r.Plan.Forms[r.Plan.Stages[at].Publish.Objection].Name)
		return nil
	})
	return d, err
}
