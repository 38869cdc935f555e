package roleplay

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"tuoyu/nursery"
)

const pathInspections = "/api/v1/inspections"

// VisitPackage is the data that an officer downloads for a visit, reduced to the fields that stories use.
type VisitPackage struct {
	Institution string                  `json:"institution"`
	BaseVersion int                     `json:"base_version"`
	Items       []nursery.ChecklistItem `json:"items"`
	ETag        string                  `json:"etag"`
}

// SentVisit is a completed checklist as submitted.
type SentVisit struct {
	Visit       string        `json:"visit"`
	BaseVersion int           `json:"base_version"`
	Content     nursery.Visit `json:"content"`
}

// VisitVersion is a completed checklist as stored.
type VisitVersion struct {
	Visit   string `json:"visit"`
	Version int    `json:"version"`
	Hash    string `json:"hash"`
}

// StartInspection has a supervisor open a single visit, and returns its case.
func (a *Actor) StartInspection(ctx context.Context, key, institution, kind, first, second string) (string, error) {
	var started struct {
		CaseNo string `json:"case_no"`
	}
	err := a.Post(ctx, pathInspections, key, map[string]string{
		"institution": institution, "kind": kind, "first_inspector": first, "second_inspector": second,
	}, &started)
	return started.CaseNo, err
}

// FillVisit downloads the package of a visit and completes the checklist: all items conform except the named ones.
func (a *Actor) FillVisit(ctx context.Context, caseNo, visit string, on nursery.Date, photo []byte, serious bool, bad ...string) (SentVisit, error) {
	var pack VisitPackage
	if err := a.Get(ctx, pathInspections+"/"+caseNo+"/package", &pack); err != nil {
		return SentVisit{}, err
	}
	v := SentVisit{Visit: visit, BaseVersion: pack.BaseVersion, Content: nursery.Visit{VisitedOn: on, Serious: serious}}
	for _, item := range pack.Items {
		found := nursery.VisitItem{Rule: item.Rule, Result: nursery.ItemOK}
		if slices.Contains(bad, item.Rule) {
			found.Result, found.Note = nursery.ItemNotOK, "现场不符合要求"
			if item.Photo {
				id, err := a.UploadFor(ctx, pack.Institution, "现场照片.png", "image/png", photo)
				if err != nil {
					return v, err
				}
				found.Photos = []string{id}
			}
		}
		v.Content.Items = append(v.Content.Items, found)
	}
	return v, nil
}

// SendVisit submits a completed checklist.
func (a *Actor) SendVisit(ctx context.Context, key, caseNo string, v SentVisit) (VisitVersion, error) {
	var taken VisitVersion
	err := a.Do(ctx, Request{Method: http.MethodPut, Path: pathInspections + "/" + caseNo + "/visit", Key: key, Body: v}, &taken)
	return taken, err
}

// AnswerOwn waits until the case has a task for this user and completes it.
func (a *Actor) AnswerOwn(ctx context.Context, key, caseNo, kind string, outcome nursery.Outcome, form any) error {
	var task Task
	mine := func(c Case) bool {
		for _, t := range c.Tasks {
			theirs := t.Assignee == "" || t.Assignee == a.Account
			if t.Kind == kind && t.State == "open" && theirs && strings.HasPrefix(a.Account, strings.ReplaceAll(t.Role, "_", "-")) {
				task = t
				return true
			}
		}
		return false
	}
	if _, err := a.Await(ctx, caseNo, mine); err != nil {
		return fmt.Errorf("wait for %s: %w", kind, err)
	}
	_, err := a.Complete(ctx, key, task.ID, outcome, form)
	return err
}

// VisitDay is the answer that sets the day of a visit.
type VisitDay struct {
	On   nursery.Date `json:"visit_on"`
	Time string       `json:"visit_time"`
}

// Arrange has both officers accept, and the first set the day.
func Arrange(ctx context.Context, key func() string, caseNo string, first, second *Actor, on nursery.Date) error {
	for _, officer := range []*Actor{first, second} {
		if err := officer.AnswerOwn(ctx, key(), caseNo, "inspection.assignment", nursery.OutcomeTakeOn, Note{Note: "按时到场"}); err != nil {
			return err
		}
	}
	return first.AnswerOwn(ctx, key(), caseNo, "inspection.day", nursery.OutcomePropose, VisitDay{on, "09:30"})
}

// Sign has the officers and the institution sign the last submission.
func Sign(ctx context.Context, key func() string, caseNo string, first, second, institution *Actor) error {
	for _, officer := range []*Actor{first, second} {
		if err := officer.AnswerOwn(ctx, key(), caseNo, "inspection.sign", nursery.OutcomeSign, Note{Note: "属实"}); err != nil {
			return err
		}
	}
	return institution.AnswerOwn(ctx, key(), caseNo, "inspection.countersign", nursery.OutcomeSign, Note{Note: "无异议"})
}

// Visit has an officer complete and submit the checklist as soon as the case waits for it.
func (a *Actor) Visit(ctx context.Context, key, caseNo string, photo []byte, serious bool, bad ...string) error {
	if _, err := a.AwaitTask(ctx, caseNo, "inspection.visit"); err != nil {
		return err
	}
	v, err := a.FillVisit(ctx, caseNo, "visit-"+key, nursery.DateOf(time.Now()), photo, serious, bad...)
	if err == nil {
		_, err = a.SendVisit(ctx, key, caseNo, v)
	}
	return err
}
