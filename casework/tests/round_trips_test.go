package tests

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

// roundTrips counts what is sent to Postgres: queries, and batches of queued statements.
type roundTrips struct{ atomic.Int32 }

func (r *roundTrips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	r.Add(1)
	return ctx
}

func (r *roundTrips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *roundTrips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	r.Add(1)
	return ctx
}

func (r *roundTrips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (r *roundTrips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// counting has the service use a connection whose round trips are counted, and returns how many one call of do takes.
func (d *fixture) counting() func(do func()) int {
	trips := &roundTrips{}
	d.Deps.DB = storetest.Reopen(d.t, d.db, store.Options{Tracer: trips})
	return func(do func()) int {
		before := trips.Load()
		do()
		return int(trips.Load() - before)
	}
}

func TestAHalfYearIsOpenedInAsManyRoundTripsForManyInstitutionsAsForOne(t *testing.T) {
	d := newFixture(t)
	file := func(from, to int) {
		d.exec(`INSERT INTO institutions (id, county, name, site_kind, status, updated_at)
			SELECT 'i-' || g, '140403', '园 ' || g, 'community', 'filed', now() FROM generate_series($1::integer, $2::integer) g`, from, to)
	}
	n, trips := 0, d.counting()
	open := func() checkup.HalfOpened {
		n++
		opened, err := d.OpenHalf(t.Context(), countyOffice, fmt.Sprintf("half-%d", n), checkup.HalfOpening{Half: "2026H2"})
		require.NoError(t, err)
		return opened
	}
	file(100, 100)
	require.Len(t, open().Opened, 1)
	file(101, 101)
	one := trips(func() { require.Equal(t, []string{checkupNumber(t, 2)}, open().Opened) })
	file(102, 151)
	var opened checkup.HalfOpened
	require.Equal(t, one, trips(func() { opened = open() }))

	want := []string{}
	for i := range 50 {
		want = append(want, fmt.Sprintf("i-%d %s 2026H2 园 %d2026年下半年健康体检 1", 102+i, checkupNumber(t, 3+i), 102+i))
	}
	require.Equal(t, want, d.strings(`SELECT r.institution || ' ' || c.case_no || ' ' || r.half || ' ' || c.subject || ' ' || a.version FROM checkup_rounds r
		JOIN cases c ON c.case_no = r.case_no JOIN applications a ON a.case_no = c.case_no JOIN case_events e ON e.case_no = c.case_no
		JOIN outbox o ON o.case_no = c.case_no WHERE c.case_no = ANY($1) AND o.kind = 'start' AND e.step = 'submitted' ORDER BY r.institution`, opened.Opened))
	require.Equal(t, opened.Opened, d.strings(`SELECT case_no FROM checkup_rounds WHERE case_no = ANY($1) ORDER BY institution`, opened.Opened))
	require.Empty(t, open().Opened)
	file(152, 152)
	require.Equal(t, []string{checkupNumber(t, 53)}, open().Opened, "no number is lost when there is nothing to open")
}

func TestClinicsAreComparedInAsManyRoundTripsForManyAsForTwo(t *testing.T) {
	d := pairing(t)
	d.inForce()
	trips := d.counting()
	candidates := func() (list []contract.ClinicCandidate) {
		list, err := d.Candidates(t.Context(), neighbour, "")
		require.NoError(t, err)
		return list
	}
	require.Len(t, candidates(), 2)
	two := trips(func() { candidates() })
	d.exec(`INSERT INTO clinics (id, county, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
		SELECT 'clinic-9' || g, '140403', '院 ' || g, '123456789012', '2030-01-01', true, 100 + g, '{visiting}', now() FROM generate_series(10, 60) g`)
	d.exec(`INSERT INTO cases (case_no, kind, county, institution, partner, subject, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ('next', 'contract', '140403', $1, 'clinic-920', '签约', 'signed', 'ended', '', '\x00', now(), now())`, first.Institution)
	d.exec(`INSERT INTO contracts (case_no, county, institution, clinic, mode, state, starts_on, ends_on, updated_at)
		VALUES ('next', '140403', $1, 'clinic-920', 'visiting', 'signed', '2028-01-01', '2028-12-31', now())`, first.Institution)
	var list []contract.ClinicCandidate
	require.Equal(t, two, trips(func() { list = candidates() }))
	require.Len(t, list, 53)
	served := map[string][]int{}
	for _, c := range list {
		served[c.ID] = []int{c.Served, c.Left}
	}
	require.Equal(t, []int{60, 140}, served[clinic.Institution])
	require.Equal(t, []int{0, 30}, served[otherClinic.Institution])
	require.Equal(t, []int{60, 60}, served["clinic-920"])
	require.Equal(t, []int{0, 121}, served["clinic-921"])
}

func TestAClinicIsReadByItself(t *testing.T) {
	d := pairing(t)
	d.exec(`INSERT INTO clinics (id, county, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
		SELECT 'clinic-0' || g, CASE WHEN g = 999 THEN '140404' ELSE '140403' END, '院 ' || g, '123456789012', '2030-01-01', true, 0, '{stationed}', now()
		FROM generate_series(100, 999) g`)
	read := d.counting()
	require.LessOrEqual(t, read(func() {
		found, err := d.Clinic(t.Context(), countyOffice, "clinic-0950")
		require.NoError(t, err)
		require.Equal(t, []any{"院 950", []nursery.ServiceMode{nursery.Stationed}}, []any{found.Name, found.Modes})
	}), 2)
	for _, id := range []string{"clinic-0999", "none"} {
		_, err := d.Clinic(t.Context(), countyOffice, id)
		code(t, err, casework.CodeNotFound)
	}
	_, err := d.Clinic(t.Context(), market, "clinic-0950")
	code(t, err, casework.CodeForbidden)
}

func TestTheTargetsOfTheCityTakeAsManyRoundTripsAsThoseOfACounty(t *testing.T) {
	d := newFixture(t)
	d.exec(`INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, source, created_by, created_at, updated_at)
		SELECT 'ch-' || g, CASE WHEN g < 4 THEN '140403' WHEN g < 6 THEN '140404' ELSE '140428' END, CASE WHEN g IN (3, 5) THEN '2020-01-01' ELSE '2025-06-01' END::date,
			'male', 'passport', convert_to('i-' || g, 'UTF8'), '\x00', '\x00', 'civil', 'test', now(), now() FROM generate_series(1, 6) g`)
	d.exec(`INSERT INTO insurance_covers (case_no, send, child, county, insurer, from_on, until_on)
		SELECT 'BX', 1, id, county, 'insurer-01', '2026-01-01', '2027-01-01' FROM children WHERE id IN ('ch-1', 'ch-4', 'ch-5')`)
	trips := d.counting()
	insured := func(p nursery.Principal) []any {
		target := d.target(p, "P11-insured")
		return []any{target.Numerator, target.Denominator}
	}
	require.Equal(t, []any{2, 4}, insured(city))
	var one, all int
	one = trips(func() { require.Equal(t, []any{1, 2}, insured(countyOffice)) })
	all = trips(func() { require.Equal(t, []any{2, 4}, insured(admin)) })
	require.Equal(t, one, all)

	for county, want := range map[string][]any{"140403": {1, 2, "50.00"}, "140404": {1, 1, "100.00"}, "140428": {0, 1, "0.00"}, "140405": {0, 0, "0.00"}} {
		rate, err := d.InsuredRate(t.Context(), city, county, nursery.Date{})
		require.NoError(t, err)
		require.Equal(t, want, []any{rate.Insured, rate.Residents, rate.Text}, county)
	}
}

// checkupNumber is the case number of the county's n-th round of 2026.
func checkupNumber(t *testing.T, n int) string {
	t.Helper()
	number, err := nursery.NewCaseNumber(nursery.PrefixCheckup, county, 2026, n)
	require.NoError(t, err)
	return string(number)
}
