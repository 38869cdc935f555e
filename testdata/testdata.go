// Package testdata contains applications as an institution of 长治 would submit them: one of each site kind, and variants
// with a known error. Counties, townships, limits and credit codes have the form of real ones; names, addresses and
// numbers are examples and identify nobody.
package testdata

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tuoyu/nursery"
)

//go:embed filing
var files embed.FS

// AsOf is the day of receipt for which the dates in the applications are chosen: health checks, leases and papers are
// valid then. OnDay shifts them to another day.
var AsOf = nursery.NewDate(2026, 11, 2)

// Names lists the clean applications: one of each site kind, and the family point that has become an institution.
func Names() []string { return names("filing") }

// Variants lists the applications that differ from a clean one.
func Variants() []string { return names("filing/variants") }

func names(folder string) []string {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		panic(fmt.Sprintf("list embedded %s: %v", folder, err))
	}
	var list []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && !e.IsDir() {
			list = append(list, name)
		}
	}
	return list
}

// variant is a JSON merge patch (RFC 7396) over a clean application.
type variant struct {
	Of    string          `json:"of"`
	Patch json.RawMessage `json:"patch"`
}

// Application returns the application of that name, clean or variant, or an error if there is none.
func Application(name string) (nursery.Application, error) {
	raw, _, err := application(name)
	if err != nil {
		return nursery.Application{}, err
	}
	var app nursery.Application
	if err := json.Unmarshal(raw, &app); err != nil {
		return nursery.Application{}, fmt.Errorf("decode application %s: %w", name, err)
	}
	return app, nil
}

// Registration returns the registrar's data on the institution in the application of that name; a variant has the
// registration of the application it differs from.
func Registration(name string) (nursery.Registration, error) {
	var reg nursery.Registration
	_, of, err := application(name)
	if err != nil {
		return reg, err
	}
	raw, err := files.ReadFile(path.Join("filing/registrations", of+".json"))
	if err != nil {
		return reg, fmt.Errorf("read registration %s: %w", of, err)
	}
	if err := json.Unmarshal(raw, &reg); err != nil {
		return reg, fmt.Errorf("decode registration %s: %w", of, err)
	}
	return reg, nil
}

// application returns the JSON of an application and the name of the clean one it is based on.
func application(name string) (raw []byte, of string, err error) {
	raw, err = files.ReadFile(path.Join("filing", name+".json"))
	if err == nil {
		return raw, name, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("read application %s: %w", name, err)
	}
	raw, err = files.ReadFile(path.Join("filing/variants", name+".json"))
	if err != nil {
		return nil, "", fmt.Errorf("no application %s; there are %s and %s", name,
			strings.Join(Names(), ", "), strings.Join(Variants(), ", "))
	}
	var v variant
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, "", fmt.Errorf("decode variant %s: %w", name, err)
	}
	clean, of, err := application(v.Of)
	if err != nil {
		return nil, "", fmt.Errorf("variant %s: %w", name, err)
	}
	raw, err = MergePatch(clean, v.Patch)
	if err != nil {
		return nil, "", fmt.Errorf("variant %s: %w", name, err)
	}
	return raw, of, nil
}

// MergePatch applies a JSON merge patch (RFC 7396): members given replace, null removes, lists replace as a whole.
func MergePatch(target, patch []byte) ([]byte, error) {
	var t, p any
	if err := json.Unmarshal(target, &t); err != nil {
		return nil, fmt.Errorf("decode target: %w", err)
	}
	if err := json.Unmarshal(patch, &p); err != nil {
		return nil, fmt.Errorf("decode patch: %w", err)
	}
	out, err := json.Marshal(merge(t, p))
	if err != nil {
		return nil, fmt.Errorf("encode merged: %w", err)
	}
	return out, nil
}

func merge(target, patch any) any {
	members, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := target.(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	for name, value := range members {
		if value == nil {
			delete(object, name)
			continue
		}
		object[name] = merge(object[name], value)
	}
	return object
}

// WithAttachments returns the application with every attachment replaced by the result of id for the kind of its paper:
// the papers as uploaded.
func WithAttachments(app nursery.Application, id func(nursery.PaperKind) string) nursery.Application {
	app.Papers = slices.Clone(app.Papers)
	for i, p := range app.Papers {
		if p.Attachment != "" {
			app.Papers[i].Attachment = id(p.Kind)
		}
	}
	return app
}

// Another returns the application and its registration as those of another legal person: n, from 0 to 9999, is part of
// the credit code, so that no two institutions share one.
func Another(app nursery.Application, reg nursery.Registration, n int) (nursery.Application, nursery.Registration, error) {
	was := nursery.USCC(reg.USCC)
	code, err := nursery.MakeUSCC(was.Prefix(), was.Division(), fmt.Sprintf("%s%04d", was.OrganisationCode()[:4], n))
	if err != nil {
		return app, reg, fmt.Errorf("make credit code %d: %w", n, err)
	}
	app.Papers = slices.Clone(app.Papers)
	for i, p := range app.Papers {
		if p.Number == reg.USCC {
			app.Papers[i].Number = string(code)
		}
	}
	if app.Institution.USCC == reg.USCC {
		app.Institution.USCC = string(code)
	}
	reg.USCC = string(code)
	return app, reg, nil
}

// OnDay returns the application with every date shifted by the days between AsOf and day, so that what is valid on AsOf
// is valid on day.
func OnDay(app nursery.Application, day nursery.Date) nursery.Application {
	days := AsOf.DaysUntil(day)
	move := func(d *nursery.Date) {
		if !d.IsZero() {
			*d = d.AddDays(days)
		}
	}
	move(&app.Premises.LeaseFrom)
	move(&app.Premises.LeaseUntil)
	move(&app.Hygiene.EvaluatedOn)
	app.Staff, app.Papers = slices.Clone(app.Staff), slices.Clone(app.Papers)
	for i := range app.Staff {
		move(&app.Staff[i].HealthCheckedOn)
		move(&app.Staff[i].BackgroundOn)
	}
	for i := range app.Papers {
		move(&app.Papers[i].IssuedOn)
		move(&app.Papers[i].ExpiresOn)
	}
	return app
}
