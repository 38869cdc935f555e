package roleplay

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

const pathChildren = "/api/v1/children"

// ChildRecord is what a role may read of a child, reduced to the fields that stories use.
type ChildRecord struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Identity      string `json:"identity"`
	GuardianPhone string `json:"guardian_phone"`
}

// RosterReport is the result of importing a roster, by row.
type RosterReport struct {
	Import   int64 `json:"import"`
	Enrolled int   `json:"enrolled"`
	Already  int   `json:"already"`
	Refused  []struct {
		Row     int    `json:"row"`
		Column  string `json:"column"`
		Message string `json:"message"`
	} `json:"refused"`
}

// Enrol enrols a child in a class of the actor's institution from a day on and returns the child's identifier.
func (a *Actor) Enrol(ctx context.Context, key string, child nursery.Child, class string, from nursery.Date) (string, error) {
	var enrolled struct {
		ID string `json:"id"`
	}
	err := a.Post(ctx, pathChildren, key, map[string]any{"child": child, "class": class, "entered_on": from}, &enrolled)
	return enrolled.ID, err
}

// EndEnrolment ends a child's enrolment at the actor's institution.
func (a *Actor) EndEnrolment(ctx context.Context, key, child string, leave nursery.Leave, on nursery.Date) error {
	return a.Post(ctx, pathChildren+"/"+child+"/leave", key, map[string]any{"leave": leave, "left_on": on}, nil)
}

// ReadChild reads a child's record for a purpose.
func (a *Actor) ReadChild(ctx context.Context, child string, purpose nursery.ReadingPurpose) (ChildRecord, error) {
	var c ChildRecord
	err := a.Get(ctx, pathChildren+"/"+child+"?purpose="+url.QueryEscape(string(purpose)), &c)
	return c, err
}

// Consent uploads a guardian's consent for a purpose and records it as given on a day.
func (a *Actor) Consent(ctx context.Context, key, child string, purpose nursery.ConsentPurpose, on nursery.Date) error {
	paper, err := a.UploadFor(ctx, "", "consent.pdf", "application/pdf", testdata.PDF("consent-"+string(purpose)))
	if err != nil {
		return err
	}
	return a.Post(ctx, pathChildren+"/"+child+"/consents", key, map[string]any{"purpose": purpose, "evidence": paper, "given_on": on}, nil)
}

// WithdrawConsent withdraws a guardian's consent.
func (a *Actor) WithdrawConsent(ctx context.Context, key, child string, purpose nursery.ConsentPurpose) error {
	return a.Post(ctx, fmt.Sprintf("%s/%s/consents/%s/withdrawal", pathChildren, child, purpose), key, nil, nil)
}

// Roster returns CSV text that enrols children into a class from a day on.
func Roster(children []nursery.Child, class string, from nursery.Date) []byte {
	var out bytes.Buffer
	out.WriteString("姓名,证件类型,证件号码,出生日期,性别,居住县区,班级,入托日期,监护人姓名,监护人电话\n")
	sexes := map[nursery.Sex]string{nursery.Male: "男", nursery.Female: "女"}
	for _, c := range children {
		fmt.Fprintf(&out, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", c.Name, c.IdentityKind.Title(), c.Identity, c.BornOn, sexes[c.Sex], c.County, class, from,
			c.GuardianName, c.GuardianPhone)
	}
	return out.Bytes()
}

// ImportRoster imports a roster.
func (a *Actor) ImportRoster(ctx context.Context, key string, roster []byte) (RosterReport, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "roster.csv")
	if err != nil {
		return RosterReport{}, err
	}
	_, _ = part.Write(roster) // writing to a buffer never fails
	if err := form.Close(); err != nil {
		return RosterReport{}, err
	}
	var report RosterReport
	err = a.Do(ctx, Request{
		Method: http.MethodPost, Path: pathChildren + "/roster", Key: key, Body: body.Bytes(), ContentType: form.FormDataContentType(),
	}, &report)
	return report, err
}

const pathAttendance = "/api/v1/attendance"

// Attend enters every child of a class as present on a day.
func (a *Actor) Attend(ctx context.Context, key, class string, on nursery.Date) error {
	type line struct {
		Child string                  `json:"child"`
		State nursery.AttendanceState `json:"state"`
	}
	var sheet struct {
		Version  int64  `json:"version"`
		Children []line `json:"children"`
	}
	query := url.Values{"class": {class}, "on": {on.String()}}
	if err := a.Get(ctx, pathAttendance+"?"+query.Encode(), &sheet); err != nil {
		return err
	}
	for i := range sheet.Children {
		sheet.Children[i].State = nursery.Present
	}
	return a.Do(ctx, Request{Method: http.MethodPut, Path: pathAttendance, Key: key, Body: map[string]any{
		"class": class, "on": on, "version": sheet.Version, "children": sheet.Children,
	}}, nil)
}
