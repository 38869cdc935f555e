package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/filing"
)

func TestAFilledChecklistAnswersTheVisitToASiteOnce(t *testing.T) {
	d := newFixture(t)
	caseNo, task := d.withTask("inspector", "filing.site_visit", "conform", "nonconform")
	open, err := d.OpenSiteVisits(t.Context(), inspector)
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.Equal(t, task, open[0].ID)
	require.NotEmpty(t, open[0].Address)
	require.NotEmpty(t, open[0].Phone)
	for _, p := range []nursery.Principal{clerk, applicant, neighbour} {
		none, err := d.OpenSiteVisits(t.Context(), p)
		require.NoError(t, err)
		require.Empty(t, none)
		_, err = d.SiteVisit(t.Context(), p, task)
		code(t, err, casework.CodeNotFound)
	}
	elsewhere := inspector
	elsewhere.Account, elsewhere.County = "inspector-140404", "140404"
	none, err := d.OpenSiteVisits(t.Context(), elsewhere)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = d.SiteVisit(t.Context(), elsewhere, task)
	code(t, err, casework.CodeNotFound)

	visit, err := d.SiteVisit(t.Context(), inspector, task)
	require.NoError(t, err)
	record := filing.SiteVisitRecord{Days: "20", Content: nursery.Visit{VisitedOn: nursery.NewDate(2026, 11, 2), Note: "随行"}}
	for _, item := range visit.Items {
		record.Content.Items = append(record.Content.Items, nursery.VisitItem{Rule: item.Rule, Result: nursery.ItemOK})
	}
	record.Content.Items[3].Result = nursery.ItemNotOK
	_, err = d.RecordSiteVisit(t.Context(), inspector, "unsaid", task, record)
	require.Equal(t, []string{"/content/items/3/note"}, locations(refused(t, err, casework.CodeInvalid)))
	record.Content.Items[3].Note = "护栏松动"
	done, err := d.RecordSiteVisit(t.Context(), inspector, "k1", task, record)
	require.NoError(t, err)
	require.Equal(t, nursery.OutcomeNonconform, done.Outcome)
	again, err := d.RecordSiteVisit(t.Context(), inspector, "k1", task, record)
	require.NoError(t, err)
	require.Equal(t, done.Outcome, again.Outcome)
	left := d.strings(`SELECT payload #>> '{answer,findings,0,message}' || ' ' || (payload #>> '{answer,rectify_working_days}') || ' ' || (payload #>> '{answer,findings,0,rule}')
		FROM outbox WHERE case_no = $1 AND payload ->> 'task' = $2`, caseNo, task)
	require.Equal(t, []string{visit.Items[3].Title + "：护栏松动 20 " + visit.Items[3].Rule}, left)
}
