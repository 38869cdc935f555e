package tests

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/processes/inspection"
	"tuoyu/processes/insurance"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

// narrow makes the service work with two connections and without a cached calendar. A command that takes a second
// connection while it holds one then deadlocks as soon as two do so.
func (d *fixture) narrow() {
	d.t.Helper()
	deps := d.Deps
	deps.DB = storetest.Reopen(d.t, d.db, store.Options{MaxConns: 2})
	deps.CalendarCache = store.NewCalendarCache(deps.DB)
	d.Services = processes.New(deps)
}

// allFinish runs try eight times concurrently and returns the errors; it fails if they do not return.
func allFinish(t *testing.T, try func(ctx context.Context, i int) error) []error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	errs := together(8, func(i int) error { return try(ctx, i) })
	require.NoError(t, ctx.Err(), "commands wait for each other's connections")
	for _, err := range errs {
		require.NotErrorIs(t, err, context.DeadlineExceeded)
	}
	return errs
}

func TestParallelContractsFinishWithTwoConnections(t *testing.T) {
	d := pairing(t)
	d.narrow()
	terms := yearWith(clinic.Institution)
	started := make([]casework.Started, 8)
	for _, err := range allFinish(t, func(ctx context.Context, i int) (err error) {
		other := terms
		other.StartsOn = terms.StartsOn.AddDays(i)
		started[i], err = d.StartContract(ctx, first, fmt.Sprintf("start-%d", i), other)
		return err
	}) {
		require.NoError(t, err)
	}
	wonBy(t, allFinish(t, func(ctx context.Context, i int) error {
		_, err := d.AmendContract(ctx, first, fmt.Sprintf("amend-%d", i), started[0].CaseNo, contract.ContractAmendment{ContractTerms: terms, Version: 1})
		return err
	}), casework.CodeVersionStale)
}

// A command whose transaction is rolled back has written nothing, so a retry succeeds.
func TestAnAmendmentThatFailedMayBeRepeated(t *testing.T) {
	d := pairing(t)
	started, err := d.StartContract(t.Context(), first, "start", yearWith(clinic.Institution))
	require.NoError(t, err)
	amendment := contract.ContractAmendment{ContractTerms: yearWith(clinic.Institution), Version: 1}
	storetest.Maintain(t, d.db, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'away'; END $$`)
	storetest.Maintain(t, d.db, `CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW WHEN (NEW.case_no = '`+started.CaseNo+`') EXECUTE FUNCTION refuse()`)
	_, err = d.AmendContract(t.Context(), first, "amend", started.CaseNo, amendment)
	require.Error(t, err)
	storetest.Maintain(t, d.db, `DROP TRIGGER refuse ON outbox`)
	amended, err := d.AmendContract(t.Context(), first, "amend", started.CaseNo, amendment)
	require.NoError(t, err)
	require.Equal(t, 2, amended.Version)
	_, err = d.AmendContract(t.Context(), first, "amend again", started.CaseNo, contract.ContractAmendment{ContractTerms: yearWith(clinic.Institution), Version: 2})
	require.NoError(t, err)
}

func TestParallelStartsOfAHalfYearFinishWithTwoConnections(t *testing.T) {
	d := pairing(t)
	d.narrow()
	for _, err := range allFinish(t, func(ctx context.Context, i int) error {
		_, err := d.OpenHalf(ctx, countyOffice, fmt.Sprintf("half-%d", i), checkup.HalfOpening{Half: nursery.HalfYearOf(nursery.DateOf(d.Now())).String()})
		return err
	}) {
		if err != nil { // concurrent ones are rejected
			refused(t, err, casework.CodeFilingAlreadyOpen)
		}
	}
}

func TestParallelInspectionsFinishWithTwoConnections(t *testing.T) {
	d := newFixture(t)
	d.register()
	d.narrow()
	for _, err := range allFinish(t, func(ctx context.Context, i int) error {
		_, err := d.StartInspection(ctx, head, fmt.Sprintf("start-%d", i), inspection.InspectionRequest{
			Institution: inspected.Institution, Kind: "random", FirstInspector: officerOne.Account, SecondInspector: officerTwo.Account,
		})
		return err
	}) {
		if err != nil {
			require.NotErrorIs(t, err, context.DeadlineExceeded)
		}
	}
}

func TestParallelClaimsFinishWithTwoConnections(t *testing.T) {
	d, _ := insuring(t)
	d.narrow()
	for _, err := range allFinish(t, func(ctx context.Context, i int) error {
		_, err := d.StartClaim(ctx, countyOffice, fmt.Sprintf("claim-%d", i), insurance.ClaimStart{Child: "nobody", AccidentOn: nursery.DateOf(d.Now())})
		return err
	}) {
		refused(t, err, casework.CodeNotCovered)
	}
}
