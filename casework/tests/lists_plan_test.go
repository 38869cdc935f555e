package tests

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/offices"
	"tuoyu/processes"
	"tuoyu/processes/buildsite"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/processes/funds"
	"tuoyu/processes/inspection"
	"tuoyu/processes/insurance"
	"tuoyu/processes/procedure"
	"tuoyu/processes/targets"
	"tuoyu/registry"
	"tuoyu/store"
)

// mostRows and fewerRows are how many rows the tables have whose plans are read: those that grow with children and with cases, and the
// others. A million in each take minutes to write; the plans are the same.
const mostRows, fewerRows = 200_000, 40_000

var growing = []string{"cases", "tasks", "children", "enrolments", "record_reads", "insurance_lines", "insurance_roster"}

// many fills the tables of the lists. g is the number of a row.
var many = []struct{ table, insert string }{
	{"institutions", `(id, county, name, site_kind, status, updated_at) SELECT 'i-' || g, county(g), '园 ' || g, 'community', 'filed', now()`},
	{"funds", `(source, title, document, document_on, purposes, year, amount, created_by, created_at)
		SELECT 'province', '资金 ' || g, '文 ' || g, '2026-01-01', '{rent_relief}', 2026, 1, 'a', now()`},
	{"payments", `(case_no, step, county, institution, scheme, item, period, purpose, fen, decision, fund, state, run, account, asked_at)
		SELECT number(g), 'pay', county(g), 'i-' || g % 2000, 'rent_relief', '', g::text, 'rent_relief', 1, 'd', 1 + g % 100, 'paid', 'run-' || g % 1000, 1, now()`},
	{"payment_runs", `(number, county, payments, fen, drawn_by, drawn_at) SELECT 'run-' || g, county(g), 1, 1, 'a', '2026-01-01'::timestamptz + g * interval '1 minute'`},
	{"fund_postings", `(fund, county, kind, from_account, to_account, fen, payment, actor, at)
		SELECT 1 + g % 100, county(g), 'pay', 1, 2, 1, g, 'a', now()`},
	{"clinics", `(id, county, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
		SELECT 'c-' || g, county(g), '院 ' || g, '123456789012', '2030-01-01', true, 0, '{}', now()`},
	{"insurers", `(id, county, name, updated_at) SELECT 'ins-' || g, county(g), '公司 ' || g, now()`},
	{"cases", `(case_no, kind, county, institution, partner, subject, stage, status, holder, tracking_hash, created_at, updated_at)
		SELECT number(g), 'filing', county(g), 'i-' || g % 2000, CASE WHEN g % 3 = 1 THEN 'c-' || g % 600 ELSE '' END, '园', 'verified', 'ended', '', '\x00',
			'2026-01-01'::timestamptz + g * interval '1 minute', now()`},
	{"tasks", `(id, case_no, kind, title, county, institution, role, assignee, partner, outcomes, due_on, opened_at)
		SELECT 't-' || g, number(g), CASE WHEN g % 17 = 3 THEN 'rent_relief.returned' ELSE 'filing.review' END, '核对', county(g), 'i-' || g % 2000,
			CASE WHEN g % 17 = 3 THEN 'finance' ELSE (ARRAY['clerk', 'inspector', 'supervisor', 'institution', 'hospital'])[1 + g % 5] END,
			CASE WHEN g % 50 = 0 THEN 'clerk-' || g % 1000 END, CASE WHEN g % 5 = 4 THEN 'c-' || g % 600 ELSE '' END, '{accept}', '2026-01-01'::date + g % 700, now()`},
	{"contracts", `(case_no, county, institution, clinic, mode, state, starts_on, ends_on, updated_at)
		SELECT number(g), county(g), 'i-' || g % 2000, 'c-' || g % 600, 'visiting', 'ended', '2025-01-01', '2025-12-31', now()`},
	{"checkup_rounds", `(case_no, county, institution, clinic, half, state, opened_on, due_on, until_on)
		SELECT number(g), county(g), 'i-' || g % 2000, 'c-' || g % 600, (1000 + g / 4000) || 'H' || 1 + g / 2000 % 2, 'closed', '2025-01-01', '2025-06-30', '2025-07-31'`},
	{"referrals", `(case_no, round, child, county, institution, clinic, cause, state, opened_on)
		SELECT number(g), number(g), 'ch-' || g, county(g), 'i-' || g % 2000, 'c-' || g % 600, '\x00', 'done', '2025-02-01'`},
	{"inspections", `(case_no, county, institution, kind, half, first_inspector, second_inspector, checklist, revision, opened_at, updated_at)
		SELECT number(g), county(g), 'i-' || g % 2000, 'regular', '2026H1', 'a', 'b', '[]', '', now(), now()`},
	{"inspectors", `(account, county, number, on_duty, updated_by, updated_at) SELECT 'inspector-' || g, county(g), g::text, true, 'a', now()`},
	{"inspection_plans", `(case_no, county, half, started_at, updated_at)
		SELECT number(g), county(g), 1000 + g / 24 || 'H' || 1 + g / 12 % 2, now(), now()`},
	{"children", `(id, county, born_on, sex, identity_kind, identity_index, identity, name, source, created_by, created_at, updated_at)
		SELECT 'ch-' || g, county(g), '2024-01-01'::date + g % 700, 'male', 'resident_id', decode(lpad(to_hex(g), 8, '0'), 'hex'), '\x00', '\x00', 'civil', 'a', now(), now()`},
	{"enrolments", `(child, county, institution, class, entered_on, entered_by) SELECT 'ch-' || g, county(g), 'i-' || g % 2000, 'c1', '2025-09-01', 'a'`},
	{"record_reads", `(child, county, reader, reader_role, institution, purpose, fields, at)
		SELECT 'ch-' || g % 20000, county(g), 'reader-' || g % 100, 'clerk', '', 'supervision', '{}', now()`},
	{"child_merges", `(child, other, county, reason, moved, merged_by, merged_at) SELECT 'ch-' || g, 'ch-' || g + 1, county(g), '同一人', '{}', 'a', now()`},
	{"build_sites", `(case_no, plan, county, institution, name, seats, mode, updated_at)
		SELECT number(g), 'plan-' || g % 20, county(g), 'i-' || g % 2000, '点', 1, 'public', now()`},
	{"build_reports", `(case_no, county, milestone, percent, note, evidence, state, reported_by, reported_at)
		SELECT number(g), county(g), 'fit_out', 40, '', '[]', CASE WHEN g % 500 = 0 THEN 'waiting' ELSE 'accepted' END, 'a', now()`},
	{"target_entries", `(target, county, quarter, part, note, evidence, state, entered_by, entered_at)
		SELECT 'T-' || g % 30, county(g), '2024-01-01', 1, '', '{}', CASE WHEN g % 500 = 0 THEN 'replaced' ELSE 'accepted' END, 'a', now()`},
	{"absences", `(account, county, from_on, until_on, delegate, set_by, set_at, ended_at)
		SELECT 'clerk-' || g % 5000, county(g), '2025-01-01', '2025-01-02', 'b', 'a', now(), now()`},
	{"insurance_batches", `(case_no, county, institution, insurer, month, procurement, perils, terms, residents, until_months, newborn_days, cover_months, cover_from, opened_on)
		SELECT number(g), county(g), 'i-1', 'ins-' || g % 40, '2000-01-01'::date + make_interval(months => g % 1200), '', '{}', '{}', '{}', 36, 30, 12, '2000-01-01', '2000-01-01'`},
	{"insurance_lines", `(case_no, send, child, county, insurer, cover_from, cover_until)
		SELECT CASE WHEN g % 20 = 0 THEN $1 ELSE number(g % 1000) END, 1, 'ch-' || g, '140403', 'ins-1', '2026-01-01', '2027-01-01'`},
	{"insurance_roster", `(case_no, child, county, newborn, reported_on, person, status)
		SELECT CASE WHEN g % 20 = 0 THEN $1 ELSE number(g % 1000) END, 'ch-' || g, '140403', false, '2026-01-01', '\x00', CASE WHEN g % 500 = 0 THEN 'exception' ELSE 'insured' END`},
	{"insurance_claims", `(case_no, county, institution, insurer, child, cover_case, cover_send, peril, accident_on, reported_on, amount_fen, description, state, updated_at)
		SELECT number(g), county(g), 'i-' || g % 2000, 'ins-' || g % 40, 'ch-' || g, $1, 1, 'injury', '2026-02-01', '2026-02-02', 1, '\x00', 'reported', now()`},
	{"procedure_revisions", `(id, kind, prefix, title, label, from_on, archive, proposed_by, proposed_at)
		SELECT 'r-' || g, 'kind_' || g % 50, 'ZZ', '事项', '1', '2026-01-01', '\x00', 'a', '2026-01-01'::timestamptz + g * interval '1 minute'`},
	{"procedure_rows", `(kind, case_no, set_name, key, county, institution, data, plan, entered_by, entered_at, updated_by, updated_at)
		SELECT 'k', CASE WHEN g % 20 = 0 THEN $1 ELSE number(g % 1000) END, 's', g::text, '140403', 'i-' || g % 2000, '{}', '', 'a', now(), 'a', now()`},
	{"procedure_publicity", `(case_no, step, kind, county, institution, title, body, opened_on, last_on, audience)
		SELECT number(g), 's', 'k', county(g), 'i-' || g % 2000, '公示', '', '2025-01-01'::date + g % 500, '2026-01-01', CASE WHEN g % 10 = 0 THEN 'county_office' ELSE 'public' END`},
	{"publications", `(case_no, county, institution, kind, title, text, published_on, step)
		SELECT number(g), county(g), 'i-' || g % 2000, CASE WHEN g % 2 = 0 THEN 'inspection' ELSE 'receipt' END, '公示', '', '2025-01-01'::date + g % 500, 's'`},
}

// fill writes the rows as a superuser, without the checks of foreign keys, and the indexes once they are there.
func fill(t *testing.T, address, caseNo string) {
	t.Helper()
	conn := asSuperuser(t, address)
	do := func(statement string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	do(`SET synchronous_commit = off; SET maintenance_work_mem = '64MB'`)
	do(`CREATE FUNCTION pg_temp.county(g integer) RETURNS text LANGUAGE sql IMMUTABLE RETURN '1404' || lpad((1 + g % 12)::text, 2, '0')`)
	do(`CREATE FUNCTION pg_temp.number(g integer) RETURNS text LANGUAGE sql IMMUTABLE RETURN 'BA-140403-2026-' || lpad(g::text, 6, '0') || '-0'`)
	for _, m := range many {
		rows, err := conn.Query(t.Context(), `SELECT pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text FROM pg_index i
			WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`, m.table)
		require.NoError(t, err)
		indexes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Definition, Name string }])
		require.NoError(t, err)
		for _, i := range indexes {
			do("DROP INDEX " + i.Name)
		}
		insert := strings.NewReplacer("county(", "pg_temp.county(", "number(", "pg_temp.number(", "$1", "'"+caseNo+"'").Replace(m.insert)
		count := fewerRows
		if slices.Contains(growing, m.table) {
			count = mostRows
		}
		do("INSERT INTO " + m.table + " " + insert + " FROM generate_series(1, " + strconv.Itoa(count) + ") g")
		for _, i := range indexes {
			do(i.Definition)
		}
		do("ANALYZE " + m.table)
	}
	do(`INSERT INTO institutions (id, county, updated_at) VALUES ('insurance-140403', '140403', now())`)
	do(`INSERT INTO cases (case_no, kind, county, institution, partner, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ('` + caseNo + `', 'insurance', '140403', 'insurance-140403', 'ins-1', 'answers', 'open', '', '\x00', now(), now())`)
	do(`INSERT INTO insurance_batches (case_no, county, institution, insurer, month, procurement, perils, terms, residents, until_months, newborn_days, cover_months, cover_from, opened_on)
		VALUES ('` + caseNo + `', '140403', 'insurance-140403', 'ins-1', '2026-01-01', '', '{}', '{}', '{}', 36, 30, 12, '2026-01-01', '2026-01-01')`)
	do(`INSERT INTO insurance_sends (case_no, number, county, insurer, kind, lines, hash, premium_fen, state, prepared_at)
		VALUES ('` + caseNo + `', 1, '140403', 'ins-1', 'monthly', 10000, '', 0, 'sent', now())`)
}

// statements remembers the named queries of a connection with their parameters.
type statements struct {
	mu   sync.Mutex
	seen []pgx.TraceBatchQueryData
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (s *statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (s *statements) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, data)
}

func (s *statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// named returns the last query of the name.
func (s *statements) named(t *testing.T, name string) pgx.TraceBatchQueryData {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range slices.Backward(s.seen) {
		if strings.HasPrefix(q.SQL, "-- name: "+name+" ") {
			return q
		}
	}
	t.Fatalf("%s was not asked", name)
	return pgx.TraceBatchQueryData{}
}

// node is a node of a plan.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Loops    int    `json:"Actual Loops"`
	Plans    []node
}

// walk calls see for n and all below it.
func (n node) walk(see func(node)) {
	see(n)
	for _, below := range n.Plans {
		below.walk(see)
	}
}

// page reads a page of a list, whatever comes of it.
type page func(context.Context, *processes.Services, nursery.Principal) error

func pageOf[F, V any](list casework.List[F, V], f F) page {
	return func(ctx context.Context, s *processes.Services, p nursery.Principal) error {
		_, err := list.Page(ctx, s.Service, p, f, casework.PageRequest{})
		return err
	}
}

func TestEachListIsReadAlongItsIndex(t *testing.T) {
	h := newHarness(t)
	number, err := nursery.NewCaseNumber("BX", county, 2026, 900001)
	require.NoError(t, err)
	fill(t, h.address, string(number))
	asked := &statements{}
	db, err := store.Open(t.Context(), h.address, store.Options{Tracer: asked})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	h.db = db
	s := processes.New(h.deps())

	who := func(role nursery.Role, institution string) nursery.Principal {
		return nursery.Principal{Account: string(role) + "-100", Role: role, County: county, Institution: institution}
	}
	city := nursery.Principal{Account: "city", Role: nursery.RoleCityOffice, County: nursery.CityCode}
	office, head := who(nursery.RoleCountyOffice, ""), who(nursery.RoleSupervisor, "")
	institution, clinic, insurer := who(nursery.RoleInstitution, "i-3"), who(nursery.RoleHospital, "c-4"), who(nursery.RoleInsurer, "ins-1")
	month := insurance.ExceptionFilter{CaseNo: string(number)}
	lines := func(ctx context.Context, s *processes.Services, p nursery.Principal) error {
		_, err := s.InsuranceLines(ctx, p, string(number), 1, casework.PageRequest{})
		return err
	}
	used := map[string][]string{}
	for _, c := range []struct {
		query  string
		read   page
		p      nursery.Principal
		index  string
		sealed bool // the rows hold no names that could be opened
	}{
		{query: "Contracts", read: pageOf(contract.Contracts, contract.ContractFilter{}), p: office, index: "contracts_by_county"},
		{query: "Contracts", read: pageOf(contract.Contracts, contract.ContractFilter{State: "ended"}), p: institution, index: "contracts_by_institution"},
		{query: "Contracts", read: pageOf(contract.Contracts, contract.ContractFilter{}), p: clinic, index: "contracts_of_clinic"},
		{query: "Contracts", read: pageOf(contract.Contracts, contract.ContractFilter{}), p: city, index: "contracts_pkey"},
		{query: "Clinics", read: pageOf(contract.Clinics, contract.ClinicFilter{}), p: office, index: "clinics_by_county"},
		{query: "Institutions", read: pageOf(registry.Institutions, registry.InstitutionFilter{}), p: office, index: "institutions_by_county"},
		{query: "Institutions", read: pageOf(registry.Institutions, registry.InstitutionFilter{Status: "filed"}), p: city, index: "institutions_pkey"},
		{query: "FiledInstitutions", read: pageOf(registry.FiledInstitutions, registry.FiledFilter{County: county}), p: casework.Anyone, index: "institutions_by_county"},
		{query: "FiledInstitutions", read: pageOf(registry.FiledInstitutions, registry.FiledFilter{Name: "园 77", ClassKind: nursery.ToddlerClass}), p: casework.Anyone, index: "institutions_pkey"},
		{query: "Publications", read: pageOf(registry.Publications, registry.PublicationFilter{County: county}), p: casework.Anyone, index: "publications_page"},
		{query: "BuildSites", read: pageOf(buildsite.Sites, buildsite.BuildFilter{}), p: office, index: "build_sites_by_county"},
		{query: "BuildSites", read: pageOf(buildsite.Sites, buildsite.BuildFilter{Plan: "plan-7"}), p: city, index: "build_sites_by_plan"},
		{query: "BuildSites", read: pageOf(buildsite.Sites, buildsite.BuildFilter{}), p: city, index: "build_sites_pkey"},
		{query: "WaitingReports", read: pageOf(buildsite.WaitingReports, buildsite.ReportFilter{}), p: city, index: "build_reports_waiting"},
		{query: "WaitingReports", read: pageOf(buildsite.WaitingReports, buildsite.ReportFilter{}), p: office, index: "build_reports_waiting"},
		{query: "Revisions", read: pageOf(procedure.Revisions, procedure.RevisionFilter{}), p: city, index: "procedure_revisions_page"},
		{query: "Revisions", read: pageOf(procedure.Revisions, procedure.RevisionFilter{Kind: "kind_7"}), p: city, index: "procedure_revisions_of_kind"},
		{query: "RowsOfCase", read: pageOf(procedure.Rows, procedure.RowFilter{CaseNo: string(number)}), p: office, index: "procedure_rows_of_case"},
		{query: "PublicityPage", read: pageOf(procedure.PublicityList, procedure.PublicityFilter{County: county}), p: casework.Anyone, index: "procedure_publicity_of_county"},
		{query: "PublicityPage", read: pageOf(procedure.PublicityList, procedure.PublicityFilter{}), p: casework.Anyone, index: "procedure_publicity_page"},
		{query: "ConsultationPage", read: pageOf(procedure.Consultations, struct{}{}), p: office, index: "procedure_publicity_of_role"},
		{query: "TargetEntries", read: pageOf(targets.Entries, targets.EntryFilter{Target: "T-7"}), p: city, index: "target_entries_of_target"},
		{query: "TargetEntries", read: pageOf(targets.Entries, targets.EntryFilter{}), p: office, index: "target_entries_by_county"},
		{query: "TargetEntries", read: pageOf(targets.Entries, targets.EntryFilter{State: "waiting"}), p: city, index: "target_entries_waiting"},
		{query: "TargetEntries", read: pageOf(targets.Entries, targets.EntryFilter{}), p: auditor, index: "target_entries_pkey"},
		{query: "Absences", read: pageOf(offices.Absences, struct{}{}), p: head, index: "absences_of_county"},
		{query: "Absences", read: pageOf(offices.Absences, struct{}{}), p: who(nursery.RoleClerk, ""), index: "absences_of_account"},
		{query: "Absences", read: pageOf(offices.Absences, struct{}{}), p: city, index: "absences_pkey"},
		{query: "Enrolments", read: pageOf(children.Children, children.EnrolmentFilter{}), p: institution, index: "enrolments_page", sealed: true},
		{query: "Enrolments", read: pageOf(children.Children, children.EnrolmentFilter{Purpose: nursery.ReadForSupervision}), p: office, index: "enrolments_of_county"},
		{query: "Readings", read: pageOf(children.Readings, children.ReadingFilter{}), p: office, index: "record_reads_page"},
		{query: "Readings", read: pageOf(children.Readings, children.ReadingFilter{}), p: auditor, index: "record_reads_pkey"},
		{query: "ChildMerges", read: pageOf(children.Merges, struct{}{}), p: office, index: "child_merges_of_county"},
		{query: "ChildMerges", read: pageOf(children.Merges, struct{}{}), p: auditor, index: "child_merges_pkey"},
		{query: "Inspectors", read: pageOf(inspection.Inspectors, inspection.InspectorFilter{}), p: head, index: "inspectors_by_county"},
		{query: "Inspections", read: pageOf(inspection.Inspections, inspection.InspectionFilter{Half: "2026H1"}), p: head, index: "inspections_by_county"},
		{query: "Inspections", read: pageOf(inspection.Inspections, inspection.InspectionFilter{}), p: institution, index: "inspections_by_institution"},
		{query: "Inspections", read: pageOf(inspection.Inspections, inspection.InspectionFilter{}), p: city, index: "inspections_pkey"},
		{query: "InspectionPlans", read: pageOf(inspection.Plans, inspection.PlanFilter{}), p: head, index: "inspection_plans_of_county"},
		{query: "InspectionPlans", read: pageOf(inspection.Plans, inspection.PlanFilter{}), p: city, index: "inspection_plans_page"},
		{query: "CheckupRounds", read: pageOf(checkup.Rounds, checkup.CheckupFilter{}), p: office, index: "checkup_rounds_by_county"},
		{query: "CheckupRounds", read: pageOf(checkup.Rounds, checkup.CheckupFilter{}), p: institution, index: "checkup_rounds_by_institution"},
		{query: "CheckupRounds", read: pageOf(checkup.Rounds, checkup.CheckupFilter{}), p: clinic, index: "checkup_rounds_by_clinic"},
		{query: "CheckupRounds", read: pageOf(checkup.Rounds, checkup.CheckupFilter{State: "closed"}), p: city, index: "checkup_rounds_pkey"},
		{query: "Referrals", read: pageOf(checkup.Referrals, checkup.ReferralFilter{}), p: office, index: "referrals_by_county"},
		{query: "Referrals", read: pageOf(checkup.Referrals, checkup.ReferralFilter{}), p: institution, index: "referrals_by_institution", sealed: true},
		{query: "Referrals", read: pageOf(checkup.Referrals, checkup.ReferralFilter{}), p: clinic, index: "referrals_by_clinic", sealed: true},
		{query: "Referrals", read: pageOf(checkup.Referrals, checkup.ReferralFilter{}), p: city, index: "referrals_pkey"},
		{query: "Cases", read: pageOf(casework.Cases, casework.CaseFilter{}), p: head, index: "cases_page"},
		{query: "Cases", read: pageOf(casework.Cases, casework.CaseFilter{Query: "没有"}), p: head, index: "cases_page"},
		{query: "Cases", read: pageOf(casework.Cases, casework.CaseFilter{Institution: "i-14"}), p: head, index: "cases_by_institution"},
		{query: "Cases", read: pageOf(casework.Cases, casework.CaseFilter{}), p: institution, index: "cases_by_institution"},
		{query: "Cases", read: pageOf(casework.Cases, casework.CaseFilter{}), p: clinic, index: "cases_by_partner"},
		{query: "Cases", read: pageOf(casework.Cases, casework.CaseFilter{Overdue: true}), p: city, index: "cases_all_page"},
		{query: "Cases", read: pageOf(casework.Cases, casework.CaseFilter{Query: string(number)}), p: head, index: "cases_pkey"},
		{query: "Contracts", read: pageOf(contract.Contracts, contract.ContractFilter{Query: "园 3"}), p: office, index: "contracts_by_county"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{}), p: who(nursery.RoleClerk, ""), index: "tasks_inbox"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{View: casework.ViewMine}), p: who(nursery.RoleClerk, ""), index: "tasks_mine"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{}), p: head, index: "tasks_of_county"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{}), p: city, index: "tasks_of_city"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{Role: nursery.RoleInspector}), p: city, index: "tasks_of_role"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{View: casework.ViewClaimable}), p: institution, index: "tasks_of_institution"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{}), p: clinic, index: "tasks_of_partner"},
		{query: "Inbox", read: pageOf(casework.Tasks, casework.TaskFilter{Query: "BA-140403-2026-0001"}), p: head, index: "tasks_by_case"},
		{query: "InsuranceBatches", read: pageOf(insurance.Months, insurance.InsuranceFilter{}), p: office, index: "insurance_batches_of_county"},
		{query: "InsuranceBatches", read: pageOf(insurance.Months, insurance.InsuranceFilter{}), p: insurer, index: "insurance_batches_of_insurer"},
		{query: "InsuranceBatches", read: pageOf(insurance.Months, insurance.InsuranceFilter{}), p: city, index: "insurance_batches_page"},
		{query: "Funds", read: pageOf(funds.Funds, funds.FundFilter{}), p: city, index: "funds_pkey"},
		{query: "Postings", read: pageOf(funds.Postings, funds.PostingFilter{Fund: 7}), p: city, index: "fund_postings_page"},
		{query: "PaymentList", read: pageOf(funds.Payments, funds.PaymentFilter{}), p: who(nursery.RoleFinance, ""), index: "payments_page"},
		{query: "PaymentList", read: pageOf(funds.Payments, funds.PaymentFilter{}), p: institution, index: "payments_of_institution"},
		{query: "PaymentList", read: pageOf(funds.Payments, funds.PaymentFilter{}), p: city, index: "payments_pkey"},
		{query: "Runs", read: pageOf(funds.Runs, funds.RunFilter{}), p: who(nursery.RoleFinance, ""), index: "payment_runs_page"},
		{query: "Runs", read: pageOf(funds.Runs, funds.RunFilter{}), p: city, index: "payment_runs_all"},
		{query: "MoneyToComeBack", read: pageOf(funds.Dues, funds.DueFilter{}), p: who(nursery.RoleFinance, ""), index: "tasks_inbox"},
		{query: "MoneyToComeBack", read: pageOf(funds.Dues, funds.DueFilter{}), p: city, index: "tasks_of_role"},
		{query: "Insurers", read: pageOf(insurance.Insurers, insurance.InsurerFilter{}), p: insurer, index: "insurers_pkey"},
		{query: "InsuranceClaims", read: pageOf(insurance.Claims, insurance.ClaimFilter{}), p: office, index: "insurance_claims_of_county"},
		{query: "InsuranceClaims", read: pageOf(insurance.Claims, insurance.ClaimFilter{}), p: institution, index: "insurance_claims_of_institution"},
		{query: "InsuranceClaims", read: pageOf(insurance.Claims, insurance.ClaimFilter{}), p: insurer, index: "insurance_claims_of_insurer"},
		{query: "InsuranceClaims", read: pageOf(insurance.Claims, insurance.ClaimFilter{}), p: city, index: "insurance_claims_pkey"},
		{query: "InsuranceExceptions", read: pageOf(insurance.Exceptions, month), p: office, index: "insurance_roster_exceptions", sealed: true},
		{query: "InsuranceLines", read: lines, p: insurer, index: "insurance_lines_pkey", sealed: true},
	} {
		t.Run(c.query+" "+string(c.p.Role)+" "+c.index, func(t *testing.T) {
			err := c.read(t.Context(), s, c.p)
			require.True(t, err == nil || c.sealed, "%v", err)
			asked := asked.named(t, c.query)
			var plans []struct{ Plan node }
			require.NoError(t, db.As(t.Context(), c.p, func(q *store.Queries) error {
				if err := q.Plan(t.Context(), planOf(c.index)); err != nil {
					return err
				}
				lines, err := q.Strings(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+asked.SQL, asked.Args...)
				if err != nil {
					return err
				}
				return json.Unmarshal([]byte(strings.Join(lines, "")), &plans)
			}))
			var indexes []string
			plans[0].Plan.walk(func(n node) {
				if n.Loops == 0 { // of a policy, for other roles
					return
				}
				if n.Index != "" {
					indexes = append(indexes, n.Index)
				}
				require.False(t, n.Type == "Seq Scan" && isBig(n.Relation), "reads the whole of %s", n.Relation)
				require.False(t, strings.HasSuffix(n.Type, "Sort") && planOf(c.index) == store.PlanForPage, "sorts: %s", n.Type)
			})
			require.Contains(t, indexes, c.index)
		})
		used[c.query] = append(used[c.query], c.index)
	}
	for query, named := range map[string][]string{
		"Contracts": contract.Contracts.Indexes, "Clinics": contract.Clinics.Indexes, "Institutions": registry.Institutions.Indexes,
		"FiledInstitutions": registry.FiledInstitutions.Indexes, "Publications": registry.Publications.Indexes, "BuildSites": buildsite.Sites.Indexes,
		"WaitingReports": buildsite.WaitingReports.Indexes, "TargetEntries": targets.Entries.Indexes, "Absences": offices.Absences.Indexes, "Enrolments": children.Children.Indexes, "Readings": children.Readings.Indexes, "ChildMerges": children.Merges.Indexes,
		"Inspectors": inspection.Inspectors.Indexes, "Inspections": inspection.Inspections.Indexes, "InspectionPlans": inspection.Plans.Indexes,
		"CheckupRounds": checkup.Rounds.Indexes, "Referrals": checkup.Referrals.Indexes, "Cases": casework.Cases.Indexes, "Inbox": casework.Tasks.Indexes,
		"InsuranceBatches": insurance.Months.Indexes, "InsuranceClaims": insurance.Claims.Indexes, "Insurers": insurance.Insurers.Indexes,
		"Funds": funds.Funds.Indexes, "Postings": funds.Postings.Indexes, "PaymentList": funds.Payments.Indexes, "Runs": funds.Runs.Indexes, "MoneyToComeBack": funds.Dues.Indexes,
		"Revisions": procedure.Revisions.Indexes, "RowsOfCase": procedure.Rows.Indexes, "PublicityPage": procedure.PublicityList.Indexes, "ConsultationPage": procedure.Consultations.Indexes,
		"InsuranceExceptions": insurance.Exceptions.Indexes, "InsuranceLines": {"insurance_lines_pkey"},
	} {
		require.ElementsMatch(t, named, slices.Compact(slices.Sorted(slices.Values(used[query]))), query)
		delete(used, query)
	}
	require.Empty(t, slices.Collect(maps.Keys(used)))
}

// planOf is how the page that index serves is planned: those found by a search are few and sorted.
func planOf(index string) store.Plan {
	if index == "tasks_by_case" || index == "cases_pkey" {
		return store.PlanForValues
	}
	return store.PlanForPage
}

func isBig(table string) bool {
	return slices.ContainsFunc(many, func(m struct{ table, insert string }) bool { return m.table == table })
}
