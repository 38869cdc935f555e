package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// twice enters one child under two papers: in care at first until ten days ago by the certificate, at neighbour since by the number.
func (d *fixture) twice() (certificate, number string, in children.Enrolment) {
	d.t.Helper()
	a := born("T980000001", nil)
	first1, err := d.EnrolChild(d.t.Context(), first, "certificate", a)
	require.NoError(d.t, err)
	id, err := nursery.MakeResidentID(county, a.Child.BornOn, 1)
	require.NoError(d.t, err)
	b := born("", func(c *nursery.Child) {
		c.IdentityKind, c.Identity, c.Name = nursery.ByResidentID, string(id), "婴 幼儿甲"
	})
	b.EnteredOn = testdata.AsOf.AddDays(-10)
	second, err := d.EnrolChild(d.t.Context(), neighbour, "number", b)
	require.NoError(d.t, err)
	require.NotEqual(d.t, first1.ID, second.ID)
	return first1.ID, second.ID, b
}

func TestTwoRecordsOfOneChildAreMergedAndTakenApart(t *testing.T) {
	d := caring(t)
	old, current, in := d.twice()
	alike, err := d.Alike(t.Context(), countyOffice)
	require.NoError(t, err)
	require.Len(t, alike, 1)
	require.Equal(t, current, alike[0].Child, "the resident's number goes on")
	require.Equal(t, old, alike[0].Other)

	merge := children.ChildMerge{Child: current, Other: old, Reason: "核验出生医学证明和居民户口簿"}
	for _, p := range []nursery.Principal{first, clinic, auditor} {
		_, err := d.MergeChildren(t.Context(), p, "no", merge)
		require.Error(t, err)
	}
	_, err = d.MergeChildren(t.Context(), anotherCounty, "not-theirs", merge)
	code(t, err, casework.CodeNotFound)
	_, err = d.MergeChildren(t.Context(), countyOffice, "overlap", merge)
	code(t, err, casework.CodeStayOverlaps)
	d.agreed(first, old, nursery.ConsentCheckup)
	d.left(first, old, nursery.LeaveTransferred, testdata.AsOf.AddDays(-10))
	done, err := d.MergeChildren(t.Context(), countyOffice, "merge", merge)
	require.NoError(t, err)
	again, err := d.MergeChildren(t.Context(), countyOffice, "merge", merge)
	require.NoError(t, err)
	require.Equal(t, done.ID, again.ID)
	_, err = d.MergeChildren(t.Context(), countyOffice, "twice", merge)
	code(t, err, casework.CodeChildMerged)

	require.Equal(t, []string{current, current}, d.strings(`SELECT child FROM enrolments ORDER BY id`))
	require.Equal(t, []string{current}, d.strings(`SELECT child FROM consents`))
	record, err := d.Child(t.Context(), neighbour, old, nursery.ReadForEnrolment)
	require.NoError(t, err, "the old identifier leads to the record that goes on")
	require.Equal(t, current, record.ID)
	d.left(neighbour, current, nursery.LeaveLeft, testdata.AsOf.AddDays(-5))
	byCertificate := born("T980000001", nil)
	byCertificate.EnteredOn = testdata.AsOf.AddDays(-5)
	back, err := d.EnrolChild(t.Context(), first, "back", byCertificate)
	require.NoError(t, err)
	require.Equal(t, current, back.ID, "both numbers lead to one child")
	_, err = d.EnrolChild(t.Context(), neighbour, "elsewhere", in)
	code(t, err, casework.CodeChildElsewhere)

	list, err := children.Merges.Page(t.Context(), d.Service, auditor, struct{}{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	_, err = d.UnmergeChildren(t.Context(), countyOffice, "no-reason", done.ID, children.ChildReason{})
	code(t, err, casework.CodeInvalid)
	_, err = d.UnmergeChildren(t.Context(), anotherCounty, "not-theirs", done.ID, children.ChildReason{Reason: "双胞胎"})
	code(t, err, casework.CodeNotFound)
	undone, err := d.UnmergeChildren(t.Context(), countyOffice, "undo", done.ID, children.ChildReason{Reason: "核实为双胞胎"})
	require.NoError(t, err)
	require.NotNil(t, undone.UndoneAt)
	_, err = d.UnmergeChildren(t.Context(), countyOffice, "undo-2", done.ID, children.ChildReason{Reason: "核实为双胞胎"})
	code(t, err, casework.CodeMergeUndone)
	require.Equal(t, []string{old, current, current}, d.strings(`SELECT child FROM enrolments ORDER BY id`), "what was entered since stays")
	require.Equal(t, []string{old}, d.strings(`SELECT child FROM consents`))
	require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM children WHERE merged_into IS NOT NULL`))
}

func TestRecordsOfTwoChildrenAreNotMerged(t *testing.T) {
	d := caring(t)
	a, err := d.EnrolChild(t.Context(), first, "a", born("T980000001", nil))
	require.NoError(t, err)
	b, err := d.EnrolChild(t.Context(), neighbour, "b", born("T980000002", func(c *nursery.Child) { c.Sex = nursery.Female }))
	require.NoError(t, err)
	_, err = d.MergeChildren(t.Context(), countyOffice, "m", children.ChildMerge{Child: a.ID, Other: b.ID, Reason: "核验证件"})
	code(t, err, casework.CodeInvalid)
	_, err = d.MergeChildren(t.Context(), countyOffice, "self", children.ChildMerge{Child: a.ID, Other: a.ID, Reason: "核验证件"})
	code(t, err, casework.CodeInvalid)
	alike, err := d.Alike(t.Context(), countyOffice)
	require.NoError(t, err)
	require.Empty(t, alike)
}
