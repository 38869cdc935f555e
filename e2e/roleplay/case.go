package roleplay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"tuoyu/nursery"
)

// The paths of the API that stories use.
const (
	pathFilings       = "/api/v1/filings"
	pathCases         = "/api/v1/cases"
	pathTasks         = "/api/v1/tasks"
	pathAttachments   = "/api/v1/attachments"
	pathDocuments     = "/api/v1/documents"
	pathRegistrations = "/api/v1/registrations"
	pathCounties      = "/api/v1/counties"
)

// Started is the response to an applicant whose case was accepted.
type Started struct {
	CaseNo       string `json:"case_no"`
	TrackingCode string `json:"tracking_code"`
	Stage        string `json:"stage"`
}

// Case is a case in the API, reduced to the fields that stories use.
type Case struct {
	CaseNo         string              `json:"case_no"`
	Kind           string              `json:"kind"`
	County         string              `json:"county"`
	Institution    string              `json:"institution"`
	SiteKind       string              `json:"site_kind"`
	Stage          nursery.Stage       `json:"stage"`
	Stages         []WayStage          `json:"stages"`
	Status         nursery.CaseStatus  `json:"status"`
	Holder         string              `json:"holder"`
	DueOn          nursery.Date        `json:"due_on"`
	DueProvisional bool                `json:"due_provisional"`
	Overdue        bool                `json:"overdue"`
	Version        int                 `json:"version"`
	Timeline       []Event             `json:"timeline"`
	Decisions      []nursery.Decision  `json:"decisions"`
	Documents      []Document          `json:"documents"`
	Tasks          []Task              `json:"tasks"`
	Gaps           []nursery.Reason    `json:"gaps"`
	Clocks         []Clock             `json:"clocks"`
	Application    nursery.Application `json:"application"`
	Children       []Child             `json:"children"`
}

// WayStage is a stage in the progress of a case.
type WayStage struct {
	Stage nursery.Stage `json:"stage"`
	Place string        `json:"place"`
}

// Clock is a legal time limit of a case.
type Clock struct {
	Name      string       `json:"name"`
	LimitDays int          `json:"limit_days"`
	DueOn     nursery.Date `json:"due_on"`
	State     string       `json:"state"`
	EndedOn   nursery.Date `json:"ended_on"`
}

// Child is a related case that was opened by another one.
type Child struct {
	CaseNo string        `json:"case_no"`
	Kind   string        `json:"kind"`
	Stage  nursery.Stage `json:"stage"`
}

// Event is a line of the timeline.
type Event struct {
	Kind  string         `json:"kind"`
	Actor string         `json:"actor"`
	Role  string         `json:"role"`
	Note  string         `json:"note"`
	At    time.Time      `json:"at"`
	Data  map[string]any `json:"data"`
}

// Document is a document of a case.
type Document struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Title  string `json:"title"`
	Number string `json:"number"`
	Code   string `json:"verification_code"`
	State  string `json:"state"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Task is a task of a case.
type Task struct {
	ID       string       `json:"id"`
	CaseNo   string       `json:"case_no"`
	Kind     string       `json:"kind"`
	Title    string       `json:"title"`
	Role     string       `json:"role"`
	Assignee string       `json:"assignee"`
	Outcomes []Offer      `json:"outcomes"`
	State    string       `json:"state"`
	Outcome  string       `json:"outcome"`
	DueOn    nursery.Date `json:"due_on"`
	ClosedBy string       `json:"closed_by"`
}

// Offer is one possible outcome of a task.
type Offer struct {
	Outcome nursery.Outcome `json:"outcome"`
	Title   string          `json:"title"`
}

// Completed is the response to a user who completed a task.
type Completed struct {
	Task      string    `json:"task"`
	Outcome   string    `json:"outcome"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Delivered bool      `json:"delivered"`
	Note      string    `json:"note"`
}

// Review is what a clerk found in addition to the rules.
type Review struct {
	Findings []Finding `json:"findings"`
}

// Finding is one finding, in the papers or on site.
type Finding struct {
	Rule    string `json:"rule,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// Visit is the record of a visit.
type Visit struct {
	Findings    []Finding    `json:"findings"`
	RectifyDays int          `json:"rectify_working_days,omitempty"`
	VisitedOn   nursery.Date `json:"visited_on"`
	Attachments []string     `json:"attachments"`
}

// Note is an answer with a comment alone: of a countersigning officer, or of an institution that proves rectification.
type Note struct {
	Note        string   `json:"note"`
	Attachments []string `json:"attachments,omitempty"`
}

// Upload uploads a file and returns the number of the attachment.
func (a *Actor) Upload(ctx context.Context, name, mediaType string, content []byte) (string, error) {
	return a.UploadFor(ctx, "", name, mediaType, content)
}

// UploadFor uploads a file that belongs to an institution, as an office does; "" is the actor's own.
func (a *Actor) UploadFor(ctx context.Context, institution, name, mediaType string, content []byte) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if institution != "" {
		if err := form.WriteField("institution", institution); err != nil {
			return "", fmt.Errorf("upload %s: %w", name, err)
		}
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", fmt.Sprintf(`form-data; name="file"; filename=%q`, name))
	header.Set("Content-Type", mediaType)
	part, err := form.CreatePart(header)
	if err != nil {
		return "", fmt.Errorf("upload %s: %w", name, err)
	}
	if _, err := part.Write(content); err != nil {
		return "", fmt.Errorf("upload %s: %w", name, err)
	}
	if err := form.Close(); err != nil {
		return "", fmt.Errorf("upload %s: %w", name, err)
	}
	var stored struct {
		ID string `json:"id"`
	}
	err = a.Do(ctx, Request{
		Method: http.MethodPost, Path: pathAttachments, Body: body.Bytes(), ContentType: form.FormDataContentType(),
	}, &stored)
	return stored.ID, err
}

// Precheck evaluates the rules before anything is submitted.
func (a *Actor) Precheck(ctx context.Context, app nursery.Application) ([]nursery.Decision, error) {
	var checked struct {
		Decisions []nursery.Decision `json:"decisions"`
	}
	err := a.Post(ctx, pathFilings+"/precheck", "", map[string]any{"application": app}, &checked)
	return checked.Decisions, err
}

// File submits an application, or saves it as a draft.
func (a *Actor) File(ctx context.Context, key string, app nursery.Application, draft bool) (Started, error) {
	var s Started
	err := a.Post(ctx, pathFilings, key, map[string]any{"application": app, "draft": draft}, &s)
	if err == nil {
		a.users.release(a)
	}
	return s, err
}

// Correct changes what is open to correction in a case, and submits it if submit is true.
func (a *Actor) Correct(ctx context.Context, key, caseNo string, version int, app nursery.Application, submit bool) error {
	return a.Do(ctx, Request{Method: http.MethodPatch, Path: pathFilings + "/" + caseNo, Key: key, Body: map[string]any{
		"application": app, "version": version, "submit": submit,
	}}, nil)
}

// Withdraw withdraws a case.
func (a *Actor) Withdraw(ctx context.Context, key, caseNo, reason string) error {
	return a.Post(ctx, pathFilings+"/"+caseNo+"/withdraw", key, map[string]string{"reason": reason}, nil)
}

// Change files a change of a filed institution.
func (a *Actor) Change(ctx context.Context, key, caseNo string, app nursery.Application, reason string) (Started, error) {
	var s Started
	err := a.Post(ctx, pathFilings+"/"+caseNo+"/changes", key, map[string]any{"application": app, "reason": reason}, &s)
	return s, err
}

// Cancel requests the cancellation of a filing.
func (a *Actor) Cancel(ctx context.Context, key, caseNo string, c nursery.Cancellation) (Started, error) {
	var s Started
	err := a.Post(ctx, pathFilings+"/"+caseNo+"/cancel", key, c, &s)
	return s, err
}

// Register pushes the registrar's data on an institution.
func (a *Actor) Register(ctx context.Context, key string, reg nursery.Registration) error {
	return a.Post(ctx, pathRegistrations, key, reg, nil)
}

// Case reads a case.
func (a *Actor) Case(ctx context.Context, caseNo string) (Case, error) {
	var c Case
	err := a.Get(ctx, pathCases+"/"+caseNo, &c)
	return c, err
}

// Cases reads a page of the cases that the actor may see.
func (a *Actor) Cases(ctx context.Context, query url.Values) ([]Case, error) {
	var page struct {
		Items []Case `json:"items"`
	}
	err := a.Get(ctx, pathCases+"?"+query.Encode(), &page)
	return page.Items, err
}

// Complete completes a task.
func (a *Actor) Complete(ctx context.Context, key, task string, outcome nursery.Outcome, answer any) (Completed, error) {
	var done Completed
	if answer == nil {
		answer = struct{}{}
	}
	err := a.Post(ctx, pathTasks+"/"+task+"/complete", key, map[string]any{"outcome": outcome, "answer": answer}, &done)
	return done, err
}

// Download reads the file at a path.
func (a *Actor) Download(ctx context.Context, path string) ([]byte, error) {
	r := Request{Method: http.MethodGet, Path: path}
	res, err := a.Send(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name(), err)
	}
	if res.Status != http.StatusOK {
		return nil, a.Do(ctx, r, nil)
	}
	return res.Body, nil
}

// Paper reads the PDF of a document.
func (a *Actor) Paper(ctx context.Context, id string) ([]byte, error) {
	return a.Download(ctx, pathDocuments+"/"+id)
}

// Patience is how long Await waits for the engine, unless the client has another limit.
const Patience = 2 * time.Minute

// Await polls a case until wanted returns true. The error contains its last state.
func (a *Actor) Await(ctx context.Context, caseNo string, wanted func(Case) bool) (Case, error) {
	ctx, cancel := context.WithTimeout(ctx, a.users.patience)
	defer cancel()
	var last Case
	for {
		c, err := a.Case(ctx, caseNo)
		switch {
		case err == nil && wanted(c):
			return c, nil
		case err == nil:
			last = c
		case ctx.Err() == nil:
			return c, err
		}
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("case %s is not as awaited after %s: stage %s, holder %s, tasks %s, papers %s",
				caseNo, a.users.patience, last.Stage, last.Holder, openTasks(last), papers(last))
		case <-time.After(60 * time.Millisecond):
		}
	}
}

// AwaitTask waits until the case has a task of that kind.
func (a *Actor) AwaitTask(ctx context.Context, caseNo, kind string) (Task, error) {
	var found Task
	_, err := a.Await(ctx, caseNo, func(c Case) bool {
		for _, t := range c.Tasks {
			if t.Kind == kind && t.State == "open" && a.answers(t) {
				found = t
				return true
			}
		}
		return false
	})
	if err != nil {
		return found, errors.Join(fmt.Errorf("no task %s", kind), err)
	}
	return found, nil
}

// HasTask reports whether the actor's inbox contains a task of that kind.
func (a *Actor) HasTask(ctx context.Context, kind string) (bool, error) {
	var page struct {
		Items []Task `json:"items"`
	}
	err := a.Get(ctx, pathTasks+"?"+url.Values{"kind": {kind}, "limit": {"1"}}.Encode(), &page)
	return len(page.Items) > 0, err
}

// answers reports whether the actor may complete a task: it may be assigned to several roles at once, and a supervisor
// acts for the office.
func (a *Actor) answers(t Task) bool {
	for prefix, role := range map[string]nursery.Role{
		"institution-": nursery.RoleInstitution, "clinic-": nursery.RoleHospital, "hospital-": nursery.RoleHospital,
		"county-office-": nursery.RoleCountyOffice, "city-office": nursery.RoleCityOffice, "insurer": nursery.RoleInsurer,
		"finance-": nursery.RoleFinance, "city-finance": nursery.RoleCityFinance,
	} {
		if strings.HasPrefix(a.Account, prefix) {
			return t.Role == string(role)
		}
	}
	return true
}

// Stage returns a condition that holds if a case is in a stage.
func Stage(s nursery.Stage) func(Case) bool { return func(c Case) bool { return c.Stage == s } }

// Printed returns a condition that holds if a case is in a stage and all its documents are rendered.
func Printed(s nursery.Stage) func(Case) bool {
	return func(c Case) bool { return c.Stage == s && AllPrinted(c) }
}

// AllPrinted reports whether all documents of a case are rendered.
func AllPrinted(c Case) bool {
	return !slices.ContainsFunc(c.Documents, func(d Document) bool { return d.State == "pending" })
}

func openTasks(c Case) []string {
	list := []string{}
	for _, t := range c.Tasks {
		if t.State == "open" {
			list = append(list, t.Kind)
		}
	}
	return list
}

func papers(c Case) []string {
	list := []string{}
	for _, d := range c.Documents {
		list = append(list, d.Kind+" "+d.State)
	}
	return list
}

// Set changes a setting of a county, with a reason.
func (a *Actor) Set(ctx context.Context, key, county, name string, value any, reason string) error {
	return a.Do(ctx, Request{Method: http.MethodPut, Path: pathCounties + "/" + county + "/settings", Key: key, Body: map[string]any{
		"name": name, "value": value, "reason": reason,
	}}, nil)
}
