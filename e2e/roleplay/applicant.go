package roleplay

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

// Applicant is an institution with its application ready: dated to today, its papers uploaded.
type Applicant struct {
	*Actor
	Registration nursery.Registration
	serial       int
	day          nursery.Date
	uploaded     map[nursery.PaperKind]string
}

// serialsPerAccount is the number of credit codes of one account, used one after the other.
const serialsPerAccount = 370

// childrenPerAccount is the number of an account's successive applicants that have distinct children.
const childrenPerAccount = 40

// ErrNoAccount is the error if every institution account of a county has an open case.
var ErrNoAccount = errors.New("no institution account is free")

// NewApplicant reserves an institution account of the application's county without an open case, preferably one that
// never filed, and assigns it a unique credit code made with serial (0 to 9999). No other applicant of the client gets
// the account until this one has filed or leaves.
func NewApplicant(ctx context.Context, d *Users, name string, serial int) (*Applicant, error) {
	return newApplicant(ctx, d, name, func(freed) int { return serial })
}

// NextApplicant is like NewApplicant with a credit code derived from the account and what it has filed before, so that
// the same system results in the same code.
func NextApplicant(ctx context.Context, d *Users, name string) (*Applicant, error) {
	return newApplicant(ctx, d, name, func(f freed) int {
		return (f.number-1)*serialsPerAccount + f.cases%serialsPerAccount
	})
}

func newApplicant(ctx context.Context, d *Users, name string, serialOf func(freed) int) (*Applicant, error) {
	app, err := testdata.Application(name)
	if err != nil {
		return nil, err
	}
	reg, err := testdata.Registration(name)
	if err != nil {
		return nil, err
	}
	account, err := freeAccount(ctx, d, app.Institution.County)
	if err != nil {
		return nil, err
	}
	a := &Applicant{
		Actor: account.actor, serial: serialOf(account), day: nursery.DateOf(time.Now()), uploaded: map[nursery.PaperKind]string{},
	}
	if _, a.Registration, err = testdata.Another(app, reg, a.serial); err != nil {
		a.Leave()
		return nil, err
	}
	return a, nil
}

// freed is an account without an open case.
type freed struct {
	actor  *Actor
	number int // of the account within its county
	cases  int // number of its previous cases, all ended
}

func freeAccount(ctx context.Context, d *Users, county string) (freed, error) {
	d.handing.Lock()
	defer d.handing.Unlock()
	free, err := d.free(ctx, county, true)
	if err != nil {
		return freed{}, err
	}
	if len(free) == 0 {
		return freed{}, fmt.Errorf("%w: all of %s have a case open or are about to", ErrNoAccount, nursery.CountyName(county))
	}
	best := free[0]
	if last := free[len(free)-1]; last.cases == 0 {
		best = last
	}
	d.handed[best.actor.Account] = best.actor
	return best, nil
}

// FreeAccounts returns the number of institution accounts of a county without an open case.
func (d *Users) FreeAccounts(ctx context.Context, county string) (int, error) {
	d.handing.Lock()
	defer d.handing.Unlock()
	free, err := d.free(ctx, county, false)
	return len(free), err
}

// free lists the accounts of a county without an open case; if one is true, up to the first one that never filed. The
// caller holds handing.
func (d *Users) free(ctx context.Context, county string, one bool) ([]freed, error) {
	accounts, err := d.institutions(ctx, county)
	if err != nil {
		return nil, err
	}
	var list []freed
	for n := 1; n <= accounts; n++ {
		a := d.As(fmt.Sprintf("institution-%s-%02d", county, n))
		if d.handed[a.Account] != nil {
			continue
		}
		cases, err := a.Cases(ctx, url.Values{"limit": {"100"}})
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(cases, func(c Case) bool { return c.Status != nursery.CaseEnded }) {
			continue
		}
		list = append(list, freed{a, n, len(cases)})
		if one && len(cases) == 0 {
			break
		}
	}
	return list, nil
}

// FirstChild returns the serial of the applicant's first generated child; no other applicant of the county has the
// same.
func (a *Applicant) FirstChild() int {
	return 1 + a.serial/serialsPerAccount*childrenPerAccount + a.serial%serialsPerAccount%childrenPerAccount
}

// Leave releases the account of an applicant that will not file.
func (a *Applicant) Leave() { a.users.release(a.Actor) }

// release ends the reservation of the account: from then on its cases determine whether it is free.
func (d *Users) release(a *Actor) {
	d.handing.Lock()
	defer d.handing.Unlock()
	if d.handed[a.Account] == a {
		delete(d.handed, a.Account)
	}
}

// Prepare returns the application of that name as this applicant would submit it; it uploads files not uploaded yet.
func (a *Applicant) Prepare(ctx context.Context, name string) (nursery.Application, error) {
	app, err := testdata.Application(name)
	if err != nil {
		return app, err
	}
	reg, err := testdata.Registration(name)
	if err != nil {
		return app, err
	}
	if app, _, err = testdata.Another(testdata.OnDay(app, a.day), reg, a.serial); err != nil {
		return app, err
	}
	for _, p := range app.Papers {
		if p.Attachment == "" || a.uploaded[p.Kind] != "" {
			continue
		}
		if a.uploaded[p.Kind], err = a.upload(ctx, p.Kind); err != nil {
			return app, err
		}
	}
	return testdata.WithAttachments(app, func(k nursery.PaperKind) string { return a.uploaded[k] }), nil
}

// upload uploads a scan of the paper: certificates of people as pictures, everything else as PDF.
func (a *Applicant) upload(ctx context.Context, kind nursery.PaperKind) (string, error) {
	if kind == nursery.StaffHealth || kind == nursery.StaffQualification {
		return a.Upload(ctx, string(kind)+".png", "image/png", testdata.PNG(uint8(a.serial)))
	}
	return a.Upload(ctx, string(kind)+".pdf", "application/pdf", testdata.PDF(fmt.Sprintf("%s %04d", kind, a.serial)))
}

// Uploaded returns the attachment of a kind of paper.
func (a *Applicant) Uploaded(kind nursery.PaperKind) string { return a.uploaded[kind] }

// Institution returns the applicant's identity in tuoyu, as in the provider's account.
func (a *Applicant) Institution() string {
	return "inst-" + strings.TrimPrefix(a.Account, "institution-")
}

// County returns the county in which the applicant files.
func (a *Applicant) County() string { return a.Registration.County }

// Clerk returns the clerk who reviews the applicant's papers.
func (a *Applicant) Clerk() *Actor { return a.users.As("clerk-" + a.County()) }

// CountyOffice returns the office of the applicant's county.
func (a *Applicant) CountyOffice() *Actor { return a.users.As("county-office-" + a.County()) }

// Supervisor returns the supervisor of the clerk, who receives the clerk's overdue tasks.
func (a *Applicant) Supervisor() *Actor { return a.users.As("supervisor-" + a.County()) }

// Inspector returns the n-th officer who visits the applicant, from 1 to 3.
func (a *Applicant) Inspector(n int) *Actor {
	account := "inspector-" + a.County()
	if n > 1 {
		account = fmt.Sprintf("%s-%d", account, n)
	}
	return a.users.As(account)
}

// Registrar returns the authority that registers the applicant.
func (a *Applicant) Registrar() *Actor {
	word := map[nursery.Registrar]string{
		nursery.StaffingOffice: "staffing", nursery.CivilAffairs: "civil", nursery.MarketRegulation: "market",
	}[a.Registration.Registrar]
	return a.users.As("registrar-" + word + "-" + a.County())
}

// RegistrationOf returns the registrar's data on the applicant once it is registered as in the application of that
// name.
func (a *Applicant) RegistrationOf(name string) (nursery.Registration, error) {
	app, err := testdata.Application(name)
	if err != nil {
		return nursery.Registration{}, err
	}
	reg, err := testdata.Registration(name)
	if err != nil {
		return reg, err
	}
	_, reg, err = testdata.Another(app, reg, a.serial)
	return reg, err
}
