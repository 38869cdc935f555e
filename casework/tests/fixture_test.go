package tests

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/sealing/sealingtest"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/testdata"
	"tuoyu/uploads"
)

var (
	applicant  = nursery.Principal{Account: "institution-140403-01", Role: nursery.RoleInstitution, County: "140403", Institution: "inst-140403-01"}
	clerk      = nursery.Principal{Account: "clerk-140403", Role: nursery.RoleClerk, County: "140403"}
	otherClerk = nursery.Principal{Account: "clerk-140403-2", Role: nursery.RoleClerk, County: "140403"}
	supervisor = nursery.Principal{Account: "supervisor-140403", Role: nursery.RoleSupervisor, County: "140403"}
	stranger   = nursery.Principal{Account: "clerk-140404", Role: nursery.RoleClerk, County: "140404"}
	market     = nursery.Principal{Account: "registrar-market-140403", Role: nursery.RoleRegistrar, County: "140403", Registrar: nursery.MarketRegulation}
	admin      = nursery.Principal{Account: "administrator", Role: nursery.RoleAdministrator, County: "140400"}
)

// fixture is a test environment: casework with a database of its own while Temporal is unavailable, which must not lose
// any input.
type fixture struct {
	*processes.Services
	db *store.DB
	t  *testing.T
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	db := storetest.New(t)
	loaded, err := rules()
	require.NoError(t, err)
	blobs, err := store.NewDiskBlobs(t.TempDir(), 1<<16)
	require.NoError(t, err)
	away, err := client.NewLazyClient(client.Options{
		HostPort:          "127.0.0.1:1",
		ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: 100 * time.Millisecond},
	})
	require.NoError(t, err)
	t.Cleanup(away.Close)
	d := &fixture{db: db, t: t, Services: processes.New(casework.Deps{
		DB: db, Temporal: away, Rules: loaded, CalendarCache: store.NewCalendarCache(db), Blobs: blobs, Fields: sealingtest.Fields(t),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), PublicURL: "http://127.0.0.1:8080",
		Now: func() time.Time { return time.Date(2026, 11, 2, 10, 0, 0, 0, nursery.Shanghai) },
	})}
	d.signedIn(everybody...)
	d.signedIn(otherClerk, second, nursery.Principal{Account: "clerk-140403-3", Role: nursery.RoleClerk, County: county})
	return d
}

// signedIn records accounts, as happens when they sign in.
func (d *fixture) signedIn(people ...nursery.Principal) {
	d.t.Helper()
	for _, p := range people {
		require.NoError(d.t, d.Seen(d.t.Context(), p, ""))
	}
}

// deputy returns an account of the same office that has signed in.
func (d *fixture) deputy(p nursery.Principal) string {
	p.Account += "-deputy"
	d.signedIn(p)
	return p.Account
}

func application(t *testing.T) nursery.Application {
	t.Helper()
	a, err := testdata.Application("community")
	require.NoError(t, err)
	a.Institution.County, a.Institution.Township = "140403", "140403001"
	for i := range a.Papers {
		a.Papers[i].Attachment = ""
	}
	return a
}

func (d *fixture) strings(query string, args ...any) (values []string) {
	d.t.Helper()
	require.NoError(d.t, d.db.As(d.t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		values, err = q.Strings(d.t.Context(), query, args...)
		return err
	}))
	return values
}

func (d *fixture) exec(statement string, args ...any) {
	d.t.Helper()
	require.NoError(d.t, d.db.As(d.t.Context(), nursery.Engine, func(q *store.Queries) error {
		return q.Exec(d.t.Context(), statement, args...)
	}))
}

func refused(t *testing.T, err error, codes ...string) *casework.Error {
	t.Helper()
	var e *casework.Error
	require.True(t, errors.As(err, &e), "%v is no refusal, want %s", err, codes)
	require.Contains(t, codes, e.Code)
	require.NotEmpty(t, e.Message)
	return e
}

func TestAFilingIsKeptWhileTheEngineIsAway(t *testing.T) {
	d := newFixture(t)
	in := casework.StartFiling{Application: application(t)}
	started, err := d.StartFiling(t.Context(), applicant, "k1", in)
	require.NoError(t, err)
	require.Equal(t, nursery.StageSubmitted, started.Stage)
	require.Equal(t, []string{"start start/" + started.CaseNo}, d.strings(`SELECT kind || ' ' || id FROM outbox WHERE delivered_at IS NULL`))

	again, err := d.StartFiling(t.Context(), applicant, "k1", in)
	require.NoError(t, err)
	require.Equal(t, started, again)
	require.Len(t, d.strings(`SELECT case_no FROM cases`), 1)

	in.Application.Institution.Phone = "0355-2021234"
	_, err = d.StartFiling(t.Context(), applicant, "k1", in)
	refused(t, err, casework.CodeKeyReused)
	_, err = d.StartFiling(t.Context(), applicant, "k2", in)
	refused(t, err, casework.CodeFilingAlreadyOpen)
	_, err = d.StartFiling(t.Context(), applicant, "", in)
	refused(t, err, casework.CodeKeyRequired)
	require.Len(t, d.strings(`SELECT case_no FROM cases`), 1)
}

func TestEveryWrongFieldIsNamedAtOnceAndNothingIsLeftBehind(t *testing.T) {
	d := newFixture(t)
	a := application(t)
	a.Institution.USCC = a.Institution.USCC[:17] + "?"
	a.Institution.Phone = "12"
	a.Institution.Township = "140404001"
	a.Classes = append(a.Classes, a.Classes[0])
	a.Staff[0].Class = "nowhere"
	a.Papers[0].Attachment = "A-none"
	_, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: a})
	e := refused(t, err, casework.CodeInvalid)
	var named []string
	for _, f := range e.Fields {
		named = append(named, f.Location)
	}
	require.ElementsMatch(t, []string{
		"/application/institution/uscc", "/application/institution/phone", "/application/institution/township",
		"/application/classes/" + itoa(len(a.Classes)-1), "/application/staff/0/class", "/application/papers/0/attachment",
	}, named)
	for _, table := range []string{"cases", "institutions", "idempotency_keys", "outbox", "applications", "case_counters"} {
		require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM `+table), table)
	}
}

func itoa(n int) string { raw, _ := json.Marshal(n); return string(raw) }

func TestOnlyWhoseItIsMayFileOrLook(t *testing.T) {
	d := newFixture(t)
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: application(t)})
	require.NoError(t, err)
	_, err = d.Case(t.Context(), stranger, started.CaseNo)
	refused(t, err, casework.CodeNotFound)
	_, err = d.Case(t.Context(), clerk, "BA-140403-2026-999999-0")
	refused(t, err, casework.CodeNotFound)
	for _, who := range []nursery.Principal{market, admin} { // they never see a case, so there is none for them
		_, err = d.Case(t.Context(), who, started.CaseNo)
		refused(t, err, casework.CodeNotFound)
	}
	_, err = d.StartFiling(t.Context(), stranger, "k", casework.StartFiling{Institution: "inst-140403-02", Application: application(t)})
	refused(t, err, casework.CodeNotFound)
	_, err = d.StartFiling(t.Context(), clerk, "k", casework.StartFiling{Application: application(t)})
	refused(t, err, casework.CodeInvalid)

	seen, err := d.Case(t.Context(), applicant, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, "材料核对", seen.StageTitle)
	require.Equal(t, []string{"submitted"}, kinds(seen.Timeline))
}

func kinds(timeline []casework.Event) (all []string) {
	for _, e := range timeline {
		all = append(all, e.Kind)
	}
	return all
}

func TestADraftIsSavedWithVersionsAndHandedIn(t *testing.T) {
	d := newFixture(t)
	a := nursery.Application{Institution: nursery.Institution{County: "140403"}}
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: a, Draft: true})
	require.NoError(t, err)
	require.Equal(t, nursery.StageDraft, started.Stage)

	a = application(t)
	saved, err := d.CorrectFiling(t.Context(), applicant, "k2", started.CaseNo, casework.Correction{Application: a, Version: 1})
	require.NoError(t, err)
	require.Equal(t, 2, saved.Version)
	_, err = d.CorrectFiling(t.Context(), applicant, "k3", started.CaseNo, casework.Correction{Application: a, Version: 1})
	refused(t, err, casework.CodeVersionStale)
	require.Empty(t, d.strings(`SELECT id FROM outbox`))

	submitted, err := d.SubmitFiling(t.Context(), applicant, "k4", started.CaseNo)
	require.NoError(t, err)
	require.True(t, submitted.Submitted)
	require.Len(t, d.strings(`SELECT id FROM outbox WHERE kind = 'start'`), 1)
	_, err = d.SubmitFiling(t.Context(), applicant, "k5", started.CaseNo)
	refused(t, err, casework.CodeNotOpenForChange)
	require.Equal(t, []string{"1", "2"}, d.strings(`SELECT version::text FROM applications ORDER BY version`))
}

func TestADraftIsWithdrawnWithoutTheEngine(t *testing.T) {
	d := newFixture(t)
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: application(t), Draft: true})
	require.NoError(t, err)
	done, err := d.Withdraw(t.Context(), applicant, "k2", started.CaseNo, "改变计划")
	require.NoError(t, err)
	require.Equal(t, nursery.StageWithdrawn, done.Stage)
	_, err = d.Withdraw(t.Context(), applicant, "k3", started.CaseNo, "再撤")
	refused(t, err, casework.CodeTooLateToWithdraw)
}

func TestCorrectionsMayTouchOnlyWhatIsOpen(t *testing.T) {
	d := newFixture(t)
	a := application(t)
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: a})
	require.NoError(t, err)
	_, err = d.CorrectFiling(t.Context(), applicant, "k2", started.CaseNo, casework.Correction{Application: a, Version: 1})
	refused(t, err, casework.CodeNotOpenForChange)

	d.exec(`UPDATE cases SET stage = 'corrections'`)
	d.exec(`INSERT INTO gaps (case_no, county, institution, round, reason, fields, told_at)
		VALUES ($1, '140403', 'inst-140403-01', 1, '{}', '{/institution/phone}', now())`, started.CaseNo)
	a.Institution.Phone, a.Institution.Name = "0355-2021234", "换个名字"
	_, err = d.CorrectFiling(t.Context(), applicant, "k3", started.CaseNo, casework.Correction{Application: a, Version: 1})
	e := refused(t, err, casework.CodeFieldNotOpen)
	require.Equal(t, "/application/institution/name", e.Fields[0].Location)
	require.Len(t, e.Fields, 1)

	a.Institution.Name = application(t).Institution.Name
	saved, err := d.CorrectFiling(t.Context(), applicant, "k4", started.CaseNo, casework.Correction{Application: a, Version: 1})
	require.NoError(t, err)
	require.Equal(t, 2, saved.Version)
}

func TestUploadsAreSniffedNamedScannedAndGuarded(t *testing.T) {
	d := newFixture(t)
	up := func(p nursery.Principal, name, content string) (casework.Attachment, error) {
		return d.Upload(t.Context(), p, casework.Upload{Name: name, Body: strings.NewReader(content)})
	}
	kept, err := up(applicant, `..\..\消防 证明;x.exe`, string(testdata.PDF("fire safety")))
	require.NoError(t, err)
	require.Equal(t, "消防 证明x.pdf", kept.Name)
	require.Equal(t, "application/pdf", kept.MediaType)
	require.Equal(t, "unscanned", kept.Scan)
	_, err = up(applicant, "a.pdf", "MZ\x90\x00 program")
	refused(t, err, casework.CodeAttachmentType)
	_, err = up(applicant, "a.html", "<html><script>")
	refused(t, err, casework.CodeAttachmentType)
	_, err = up(applicant, "big.pdf", "%PDF-1.4\n"+strings.Repeat("x", 1<<16))
	refused(t, err, casework.CodeAttachmentTooLarge)

	_, content, err := d.OpenAttachment(t.Context(), applicant, kept.ID)
	require.NoError(t, err)
	content.Close()
	for _, who := range []nursery.Principal{clerk, stranger, admin, {Account: "x", Role: nursery.RoleHospital, County: "140403"}} {
		_, _, err := d.OpenAttachment(t.Context(), who, kept.ID)
		require.Error(t, err)
	}
	d.Scan = refuseAll{}
	_, err = up(applicant, "a.pdf", string(testdata.PDF("infected")))
	refused(t, err, casework.CodeAttachmentInfected)
}

type refuseAll struct{}

func (refuseAll) Scan(context.Context, io.Reader) error { return uploads.ErrInfected }

func TestScanCommandRefusesByExitCode(t *testing.T) {
	require.NoError(t, uploads.CommandScanner{"cat"}.Scan(t.Context(), strings.NewReader("clean")))
	require.ErrorIs(t, uploads.CommandScanner{"grep", "-qv", "virus"}.Scan(t.Context(), strings.NewReader("virus")), uploads.ErrInfected)
	require.Error(t, uploads.CommandScanner{"no-such-scanner"}.Scan(t.Context(), strings.NewReader("x")))
}

func TestTrackingNeedsNumberAndCode(t *testing.T) {
	d := newFixture(t)
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: application(t)})
	require.NoError(t, err)
	seen, err := public.Status(t.Context(), d.Service, strings.ToLower(started.CaseNo), strings.ReplaceAll(started.TrackingCode, "-", " "))
	require.NoError(t, err)
	require.Equal(t, "材料核对", seen.StageTitle)
	require.NotEmpty(t, seen.Next)

	other, err := d.StartFiling(t.Context(), nursery.Principal{Account: "institution-140403-02", Role: nursery.RoleInstitution, County: "140403",
		Institution: "inst-140403-02"}, "k1", casework.StartFiling{Application: application(t)})
	require.NoError(t, err)
	var answers []casework.Error
	for _, try := range [][2]string{
		{started.CaseNo, other.TrackingCode}, {started.CaseNo, "x"}, {started.CaseNo, ""}, {"BA-140403-2026-000099-0", started.TrackingCode},
		{"nonsense", started.TrackingCode}, {"", ""}, {"' OR 1=1 --", "%"},
	} {
		_, err := public.Status(t.Context(), d.Service, try[0], try[1])
		answers = append(answers, *refused(t, err, casework.CodeNotFound))
	}
	for _, a := range answers {
		require.Equal(t, answers[0], a)
	}
}

func TestSettingsAreSetByTheAdministratorWithinTheLaw(t *testing.T) {
	d := newFixture(t)
	set := func(p nursery.Principal, key, name, value string) error {
		_, err := d.SetSetting(t.Context(), p, key, "140403", name, json.RawMessage(value), "会议纪要")
		return err
	}
	refused(t, set(clerk, "a", "filing.silence", `"accept"`), casework.CodeForbidden)
	refused(t, set(admin, "b", "filing.receipt_days", `6`), casework.CodeSettingNotAllowed)
	refused(t, set(admin, "c", "filing.nothing", `6`), casework.CodeSettingNotAllowed)
	refused(t, set(admin, "d", "filing.silence", `"ignore"`), casework.CodeSettingNotAllowed)
	require.NoError(t, set(admin, "e", "filing.receipt_days", `3`))
	require.NoError(t, set(admin, "f", "filing.receipt_days", `4`))
	now, err := d.Settings(t.Context(), clerk, "140403")
	require.NoError(t, err)
	require.Equal(t, "filing.receipt_days", now.Settings[0].Name)
	require.JSONEq(t, "4", string(now.Settings[0].Value))
	require.Len(t, now.History, 2)
	_, err = d.Settings(t.Context(), stranger, "140403")
	refused(t, err, casework.CodeNotFound)
}

func TestARegistrarSpeaksForItsOwnRegister(t *testing.T) {
	d := newFixture(t)
	r, err := testdata.Registration("community")
	require.NoError(t, err)
	r.County, r.Registrar = "140403", nursery.CivilAffairs
	_, err = d.PushRegistration(t.Context(), market, "k1", r)
	refused(t, err, casework.CodeRegistrarNotYours)
	r.Nature, r.Registrar = nursery.SocialService, nursery.MarketRegulation
	_, err = d.PushRegistration(t.Context(), market, "k2", r)
	require.Equal(t, "/registrar", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	r.Nature = nursery.ForProfit
	_, err = d.PushRegistration(t.Context(), market, "k2", r)
	require.NoError(t, err)
	r.USCC = "911404030000000000"
	_, err = d.PushRegistration(t.Context(), market, "k3", r)
	require.Equal(t, "/uscc", refused(t, err, casework.CodeInvalid).Fields[0].Location)
}
