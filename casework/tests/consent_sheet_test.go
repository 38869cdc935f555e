package tests

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// sheet returns a sheet with the consents of the children for both purposes.
func sheet(files []string, ids ...string) children.ConsentSheet {
	in := children.ConsentSheet{Evidence: files, GivenOn: testdata.AsOf}
	for _, id := range ids {
		for _, purpose := range []nursery.ConsentPurpose{nursery.ConsentCheckup, nursery.ConsentInsurance} {
			in.Consents = append(in.Consents, children.TickedConsent{Child: id, Purpose: purpose})
		}
	}
	return in
}

func results(done children.SheetRecorded) (all []string) {
	for _, e := range done.Entries {
		all = append(all, e.Result)
	}
	return all
}

func TestASheetRecordsTheConsentsOfAClassOnce(t *testing.T) {
	d := pairing(t)
	ids := []string{d.enrolled(first, 1), d.enrolled(first, 2), d.enrolled(first, 3)}
	elsewhere := d.enrolled(neighbour, 4)
	_, err := d.GiveConsent(t.Context(), first, "one", ids[0], children.ConsentGiven{Purpose: nursery.ConsentCheckup, Evidence: d.file(first, first.Institution), GivenOn: testdata.AsOf})
	require.NoError(t, err)
	files := []string{d.file(first, first.Institution), d.file(first, first.Institution)}

	in := sheet(files, append(ids[:2:2], elsewhere)...)
	done, err := d.GiveConsents(t.Context(), first, "sheet", in)
	require.NoError(t, err)
	require.Equal(t, []string{"already", "recorded", "recorded", "recorded", "not_here", "not_here"}, results(done))
	again, err := d.GiveConsents(t.Context(), first, "sheet", in)
	require.NoError(t, err)
	require.Equal(t, done, again)
	require.Equal(t, []string{"4"}, d.strings(`SELECT count(*)::text FROM consents WHERE withdrawn_on IS NULL`))
	late, err := d.GiveConsents(t.Context(), first, "late", sheet(files, ids...)) // who signs later, on the same sheet
	require.NoError(t, err)
	require.Equal(t, []string{"already", "already", "already", "already", "recorded", "recorded"}, results(late))

	list, err := d.ClassConsents(t.Context(), first, "乳儿班")
	require.NoError(t, err)
	require.Len(t, list.Children, 3)
	for _, child := range list.Children {
		require.Len(t, child.Consents, 2)
		require.NotEmpty(t, child.GuardianName)
	}
	require.Equal(t, []string{"inst-140403-01 乳儿班 3 institution-140403-01 enrolment name,guardian_name"}, d.lines(nursery.ReadConsentSheet))
	of, err := d.Consents(t.Context(), first, ids[1])
	require.NoError(t, err)
	require.ElementsMatch(t, files, of[0].Pages)

	// A file of a sheet is used for nothing else, and no other file for a sheet.
	_, err = d.GiveConsent(t.Context(), first, "reuse", ids[2], children.ConsentGiven{Purpose: nursery.ConsentTransfer, Evidence: files[0], GivenOn: testdata.AsOf})
	code(t, err, casework.CodeInvalid)
	a := application(t)
	a.Papers[0].Attachment = files[1]
	_, err = d.StartFiling(t.Context(), first, "file", casework.StartFiling{Application: a})
	code(t, err, casework.CodeInvalid)
	for name, wrong := range map[string]children.ConsentSheet{
		"of a child":   sheet([]string{d.strings(`SELECT id FROM attachments WHERE child IS NOT NULL`)[0]}, ids[2]),
		"of another":   sheet([]string{d.file(neighbour, neighbour.Institution)}, ids[2]),
		"later":        {Evidence: files[:1], GivenOn: testdata.AsOf.AddDays(1), Consents: in.Consents},
		"without rows": {Evidence: files[:1], GivenOn: testdata.AsOf},
		"transfer":     {Evidence: files[:1], GivenOn: testdata.AsOf, Consents: []children.TickedConsent{{Child: ids[2], Purpose: nursery.ConsentTransfer}}},
	} {
		_, err = d.GiveConsents(t.Context(), first, name, wrong)
		code(t, err, casework.CodeInvalid)
	}
	for _, p := range []nursery.Principal{clinic, countyOffice, clerk} {
		_, err = d.GiveConsents(t.Context(), p, "by "+p.Account, sheet(files, ids...))
		code(t, err, casework.CodeNotFound)
		_, err = d.ClassConsents(t.Context(), p, "乳儿班")
		code(t, err, casework.CodeNotFound)
	}
}

func TestASheetIsReadByThoseWhoLookAfterAllOnIt(t *testing.T) {
	d := pairing(t)
	ids := []string{d.enrolled(first, 1), d.enrolled(first, 2)}
	d.onDisk()
	file, second := d.file(first, first.Institution), d.file(first, first.Institution)
	_, err := d.GiveConsents(t.Context(), first, "sheet", sheet([]string{file, second}, ids...))
	require.NoError(t, err)
	for _, p := range []nursery.Principal{clinic, otherClinic, neighbour, clerk, supervisor, inspector, auditor, countyOffice, insurer} {
		code(t, d.opens(p, file), casework.CodeNotFound)
	}
	d.inForce()
	require.NoError(t, d.opens(clinic, file))
	require.NoError(t, d.opens(first, file))
	for _, p := range []nursery.Principal{otherClinic, neighbour, countyOffice, insurer} {
		code(t, d.opens(p, file), casework.CodeNotFound)
	}
	logged := d.strings(`SELECT child || ' ' || reader FROM record_reads WHERE subject = 'paper' AND about = $1`, file)
	slices.Sort(logged)
	want := []string{ids[0] + " " + clinic.Account, ids[0] + " " + first.Account, ids[1] + " " + clinic.Account, ids[1] + " " + first.Account}
	slices.Sort(want)
	require.Equal(t, want, logged, "each child on it, each time")

	// A child alone is referred, or goes on to another institution: the sheet names others too.
	d.exec(`UPDATE contracts SET state = 'ended'`)
	code(t, d.opens(clinic, file), casework.CodeNotFound)
	require.NoError(t, d.opens(first, file))
	next := d.Now().Add(25 * time.Hour)
	d.Deps.Now = func() time.Time { return next }
	require.NoError(t, d.Sweep(t.Context()))
	require.NoError(t, d.opens(first, second), "no page of it is collected")
}
