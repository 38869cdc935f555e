package activities

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PlannedInspection is a visit that has been decided on, by the half-year's plan, the draw, a complaint, or a
// supervisor.
type PlannedInspection struct {
	ID              string // of its cause; a second request with the same ID opens nothing
	County          string
	Institution     string
	Half            string // 2026H2
	Kind            string // regular, random or complaint
	FirstInspector  string
	SecondInspector string
	PlanCase        string // the plan's case, or the complaint's; empty for a single visit
}

// ErrNotInspectable is the error for an institution that is not filed in that county, so that there is nothing to
// inspect.
var ErrNotInspectable = errors.New("the institution is not filed in the county")

// OpenInspection opens the inspection case 督导评估 of a planned visit, as the engine, and queues its start in the outbox.
// It returns the case number, the same one for the same p.ID. Errors: ErrNotInspectable, and what p lacks. An
// institution may have several open ones with different p.IDs.
func OpenInspection(ctx context.Context, q *store.Queries, p PlannedInspection, at time.Time) (caseNo string, err error) {
	if p.ID == "" || p.FirstInspector == "" || p.SecondInspector == "" || p.FirstInspector == p.SecondInspector {
		return "", errors.New("open inspection: an ID and two inspectors are needed")
	}
	if _, err := nursery.ParseHalfYear(p.Half); err != nil {
		return "", fmt.Errorf("open inspection %s: %w", p.ID, err)
	}
	opened, err := q.InspectionOfPlanned(ctx, p.ID)
	if err == nil || !store.IsNotFound(err) {
		return opened, err
	}
	institution, err := q.InstitutionForStep(ctx, p.Institution)
	if err != nil && !store.IsNotFound(err) {
		return "", fmt.Errorf("read institution: %w", err)
	}
	standing := institution.Status == "filed" || institution.Status == "rectifying"
	if err != nil || institution.County != p.County || !standing || len(institution.Application) == 0 {
		return "", ErrNotInspectable
	}
	// Concurrent requests for the same visit wait for each other at the institution's row.
	if opened, err = q.InspectionOfPlanned(ctx, p.ID); err == nil || !store.IsNotFound(err) {
		return opened, err
	}
	code := sha256.Sum256([]byte(documents.NewCode())) // not disclosed to anybody
	c := store.Case{
		Kind: string(nursery.KindInspection), County: p.County, Institution: p.Institution, About: p.ID, Subject: institution.Name,
		SiteKind: institution.SiteKind, Stage: string(nursery.StageAssigning), Status: string(nursery.CaseOpen),
		Holder: string(nursery.RoleInspector), TrackingHash: code[:], SubmittedBy: nursery.Engine.Account,
	}
	if p.PlanCase != "" && p.Kind != nursery.InspectComplaint { // the institution does not see complaints
		c.ParentCase = &p.PlanCase
	}
	if c, err = NewCase(ctx, q, nursery.InspectionPrefix, c, at); err != nil {
		return "", err
	}
	err = q.InsertInspection(ctx, store.InsertInspectionParams{
		CaseNo: c.CaseNo, Planned: &p.ID, PlanCase: p.PlanCase, County: p.County, Institution: p.Institution, Kind: p.Kind, Half: p.Half,
		FirstInspector: p.FirstInspector, SecondInspector: p.SecondInspector, Checklist: json.RawMessage("[]"), OpenedAt: at,
	})
	if err != nil {
		return "", err
	}
	// The outbox is scheduled by wall clock, even if a case's own time has been moved forward.
	_, err = KeepStart(ctx, q, c, at, time.Now())
	return c.CaseNo, err
}
