package tests

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/filing"
)

func TestADraftWithFaultyValuesIsSavedAndNotSubmitted(t *testing.T) {
	d := newFixture(t)
	a := application(t)
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: a, Draft: true})
	require.NoError(t, err)

	typed := filing.Typed{Values: url.Values{"/institution/phone": {"0355-20"}}, Faults: []casework.FieldError{{Location: "/institution/phone", Message: "不是电话号码"}}}
	a.Institution.Phone = ""
	saved, err := d.SaveSection(t.Context(), applicant, "k2", started.CaseNo, casework.Correction{Application: a, Version: 1}, "institution", typed)
	require.NoError(t, err)
	require.Equal(t, 2, saved.Version)
	sections, err := d.TypedSections(t.Context(), applicant, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, map[string]filing.Typed{"institution": typed}, sections)
	for _, other := range []nursery.Principal{neighbour, anotherCounty} {
		sections, err = d.TypedSections(t.Context(), other, started.CaseNo)
		require.NoError(t, err)
		require.Empty(t, sections, other.Account)
	}

	_, err = d.SubmitFiling(t.Context(), applicant, "k3", started.CaseNo)
	refusal := refused(t, err, casework.CodeInvalid)
	require.Equal(t, []casework.FieldError{{Location: "/application/institution/phone", Message: "机构：不是电话号码"}}, refusal.Fields)
	_, err = d.CorrectFiling(t.Context(), applicant, "k4", started.CaseNo, casework.Correction{Application: a, Version: 2, Submit: true})
	refused(t, err, casework.CodeInvalid)
	require.Empty(t, d.strings(`SELECT id FROM outbox`))

	_, err = d.SaveSection(t.Context(), applicant, "k5", started.CaseNo, casework.Correction{Application: application(t), Version: 2}, "institution", filing.Typed{})
	require.NoError(t, err)
	require.Empty(t, d.strings(`SELECT section FROM draft_sections`))
	submitted, err := d.SubmitFiling(t.Context(), applicant, "k6", started.CaseNo)
	require.NoError(t, err)
	require.True(t, submitted.Submitted)
}

// uploadBy uploads a file for an account and returns its identifier.
func (d *fixture) uploadBy(p nursery.Principal) string {
	d.t.Helper()
	a, err := d.Upload(d.t.Context(), p, casework.Upload{Name: "材料.pdf", Body: consentPDF("材料")})
	require.NoError(d.t, err)
	return a.ID
}

func TestAFileThatOnlyAFaultyDraftNamesIsNotCollected(t *testing.T) {
	d := newFixture(t)
	d.onDisk()
	a := application(t)
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: a, Draft: true})
	require.NoError(t, err)
	named, unnamed := d.uploadBy(applicant), d.uploadBy(applicant)
	typed := filing.Typed{Values: url.Values{"/papers/0/attachment": {named}}, Faults: []casework.FieldError{{Location: "/papers/0/staff", Message: "没有这名人员"}}}
	_, err = d.SaveSection(t.Context(), applicant, "k2", started.CaseNo, casework.Correction{Application: a, Version: 1}, "papers", typed)
	require.NoError(t, err)
	next := d.Now().Add(25 * time.Hour)
	d.Deps.Now = func() time.Time { return next }
	require.NoError(t, d.Sweep(t.Context()))
	require.Equal(t, []string{named}, d.strings(`SELECT id FROM attachments WHERE id = ANY ($1)`, []string{named, unnamed}))
}
