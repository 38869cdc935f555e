package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/processes/contract"
	"tuoyu/registry"
)

func TestWhatIsTypedIsRecognised(t *testing.T) {
	number := casework.Search{CaseNo: "BA-140403-2026-000017-5"}
	for typed, want := range map[string]casework.Search{
		"BA-140403-2026-000017-5": number, " ba 140403 2026 000017 5 ": number, "ba1404032026000017 5": number,
		"ＢＡ－１４０４０３－２０２６－００００１７－５": number, "BA—140403—2026—000017—5": number,
		"ba-140403-2026-0000": {CaseNo: "BA-140403-2026-0000"}, "BA140403": {CaseNo: "BA-140403"},
		"ba-1": {Text: "ba-1"}, "阳光 托育": {Text: "阳光 托育"}, " A_B 100%": {Text: "A_B 100%"}, "inst-140403-01": {Text: "inst-140403-01"},
		"91140403 ma0hx1y7 4d": {Text: "91140403MA0HX1Y74D"}, "": {},
	} {
		require.Equal(t, want, casework.ReadSearch(typed), typed)
	}
}

// items returns the identifiers of what a list has for p.
func items[F, V any](h *harness, list casework.List[F, V], p nursery.Principal, f F, id func(V) string) (found []string) {
	h.t.Helper()
	page, err := list.Page(h.t.Context(), h.Service, p, f, casework.PageRequest{})
	require.NoError(h.t, err)
	for _, item := range page.Items {
		found = append(found, id(item))
	}
	return found
}

func TestASearchFindsCasesAndPartiesOfWhoSearches(t *testing.T) {
	h := newHarness(t)
	h.populate()
	h.sql(`UPDATE institutions SET site_kind = 'community', uscc = CASE WHEN id = 'inst-140403-01' THEN '91140403MA0HX1Y74D' END, name = CASE right(id, 1) WHEN '1' THEN '阳光托育' WHEN '2' THEN '朝阳托育' ELSE name END`)
	h.sql(`INSERT INTO clinics (id, county, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
		SELECT 'clinic-' || c || '-1', c, '卫生院', '123456789012', '2030-01-01', true, 0, '{}', now() FROM unnest('{140403,140404}'::text[]) c`)
	h.sql(`INSERT INTO contracts (case_no, county, institution, clinic, mode, state, starts_on, ends_on, updated_at)
		SELECT min(case_no), county, institution, 'clinic-' || county || '-1', 'visiting', 'ended', '2025-01-01', '2025-12-31', now() FROM cases GROUP BY county, institution`)
	contracts := func(p nursery.Principal, typed string) []string {
		return items(h, contract.Contracts, p, contract.ContractFilter{Query: typed}, func(c contract.ContractSummary) string { return c.Institution })
	}
	require.Equal(t, []string{"inst-140403-01", "inst-140403-02"}, contracts(countyOffice, "阳"))
	require.Equal(t, []string{"inst-140403-01"}, contracts(countyOffice, "91140403 ma0hx1y7 4d"))
	require.Len(t, contracts(countyOffice, "卫生院"), 4)
	require.Equal(t, []string{"inst-140403-01"}, contracts(countyOffice, "ba 140403 2026 000011"))
	require.Empty(t, contracts(countyOffice, "没有"))
	require.Equal(t, []string{"inst-140404-01", "inst-140404-02"}, contracts(anotherCounty, "阳"))
	require.Equal(t, []string{"inst-140403-02"}, contracts(neighbour, "阳"), "an institution searches its own")
	require.Empty(t, contracts(neighbour, "阳光"), "not those of another one of its county")

	register := func(p nursery.Principal, typed string) []string {
		return items(h, registry.Institutions, p, registry.InstitutionFilter{Query: typed}, func(i registry.RegisteredInstitution) string { return i.ID })
	}
	require.Equal(t, []string{"inst-140403-01"}, register(clerk, "91140403-ma0hx1y74d"))
	require.Equal(t, []string{"inst-140403-01", "inst-140404-01"}, register(auditor, "阳光"))
	require.Equal(t, []string{"inst-140403-02"}, register(clerk, "inst-140403-02"))
	require.Empty(t, register(neighbour, "阳光"))

	require.Len(t, h.all(clerk, casework.CaseFilter{Query: "朝阳"}), 10, "by the name that the institution has now")
	require.Len(t, h.all(clerk, casework.CaseFilter{Query: "91140403MA0HX1Y74D"}), 10)
	require.Len(t, h.all(clerk, casework.CaseFilter{Query: "BA 140403 2026 00001"}), 4)

	found, cases, more, err := h.SearchAll(t.Context(), clerk, "阳光")
	require.NoError(t, err)
	require.Equal(t, []casework.Hit{{ID: "inst-140403-01", Name: "阳光托育", County: county}}, found)
	require.Len(t, cases, 5)
	require.True(t, more)
	found, cases, _, err = h.SearchAll(t.Context(), stranger, "ba-140403-2026-000011-0")
	require.NoError(t, err)
	require.Empty(t, found)
	require.Empty(t, cases, "another county's")
	_, cases, _, err = h.SearchAll(t.Context(), clerk, "ba-140403-2026-000011-0")
	require.NoError(t, err)
	require.Len(t, cases, 1)
	_, _, _, err = h.SearchAll(t.Context(), admin, "阳光")
	refused(t, err, casework.CodeForbidden)
}

func TestAPageIsSortedByAnotherColumn(t *testing.T) {
	h := newHarness(t)
	h.populate()
	sorted := func(order casework.Order, page casework.PageRequest) (subjects []string, next string) {
		list, whole, err := casework.Cases.Sorted(t.Context(), h.Service, clerk, casework.CaseFilter{}, order, page)
		require.NoError(t, err)
		require.True(t, whole)
		for _, c := range list.Items {
			subjects = append(subjects, c.Subject)
		}
		return subjects, list.Next
	}
	var all []string
	for next := "-"; next != ""; {
		page := casework.PageRequest{Limit: 15}
		if next != "-" {
			page.After = next
		}
		var subjects []string
		subjects, next = sorted(casework.Order{By: "机构"}, page)
		all = append(all, subjects...)
	}
	require.Len(t, all, 40)
	require.Equal(t, []string{"阳光托育", "园 1", "园 1"}, append(all[3:4:4], all[4:6]...), "by pronunciation")
	down, _ := sorted(casework.Order{By: "机构", Desc: true}, casework.PageRequest{Limit: 1})
	require.Equal(t, []string{"园 4"}, down)
	_, _, err := casework.Cases.Sorted(t.Context(), h.Service, clerk, casework.CaseFilter{}, casework.Order{By: "没有"}, casework.PageRequest{})
	refused(t, err, casework.CodeInvalid)
	_, _, err = casework.Cases.Sorted(t.Context(), h.Service, admin, casework.CaseFilter{}, casework.Order{By: "机构"}, casework.PageRequest{})
	refused(t, err, casework.CodeForbidden)
}

func TestNewsIsWhatOthersDidInOnesOwnCasesSinceOneLooked(t *testing.T) {
	h := newHarness(t)
	h.populate()
	event := func(caseNo, institution, actor, note string, internal bool) {
		h.sql(`INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, note, internal, at)
			VALUES ('` + caseNo + `', '140403', '` + institution + `', '` + note + `', 'comment', '` + actor + `', 'clerk', '` + note + `', ` + map[bool]string{true: "true", false: "false"}[internal] + `, now())`)
	}
	event("BA-140403-2026-000011-0", "inst-140403-01", clerk.Account, "请补充", false)
	event("BA-140403-2026-000011-0", "inst-140403-01", clerk.Account, "内部意见", true)
	event("BA-140403-2026-000021-0", "inst-140403-01", applicant.Account, "本人的", false)
	event("BA-140403-2026-000012-0", "inst-140403-02", clerk.Account, "别家的", false)
	h.sql(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, assignee, outcomes, opened_at)
		VALUES ('t-1', 'BA-140403-2026-000021-0', 'filing.review', '核对', '140403', 'inst-140403-01', 'clerk', '` + clerk.Account + `', '{accept}', now())`)
	texts := func(p nursery.Principal) (list []string) {
		news, err := h.News(t.Context(), p)
		require.NoError(t, err)
		for _, n := range news {
			list = append(list, n.Text)
		}
		return list
	}
	require.Equal(t, []string{"请补充"}, texts(applicant))
	require.Equal(t, []string{"别家的"}, texts(neighbour))
	require.Equal(t, []string{"本人的"}, texts(clerk), "of the task that the clerk has taken")
	require.Empty(t, texts(otherClerk))
	_, err := h.News(t.Context(), admin)
	refused(t, err, casework.CodeForbidden)

	news, err := h.News(t.Context(), applicant)
	require.NoError(t, err)
	require.NoError(t, h.SeeNews(t.Context(), applicant, key(), news[0].ID))
	require.Empty(t, texts(applicant))
	require.Equal(t, []string{"别家的"}, texts(neighbour), "another account looks for itself")
	require.NoError(t, h.SeeNews(t.Context(), applicant, key(), 1), "an earlier look takes nothing back")
	require.Empty(t, texts(applicant))

	drafts, err := h.CountDrafts(t.Context(), applicant)
	require.NoError(t, err)
	require.Zero(t, drafts)
	h.sql(`UPDATE cases SET status = 'draft' WHERE case_no IN ('BA-140403-2026-000011-0', 'BA-140403-2026-000012-0')`)
	drafts, err = h.CountDrafts(t.Context(), applicant)
	require.NoError(t, err)
	require.EqualValues(t, 1, drafts)
}

func TestReportsWaitForTheCityAndEachCountySeesItsOwn(t *testing.T) {
	h := newHarness(t)
	h.populate()
	h.sql(`INSERT INTO build_plans (name, title, seats, deadline, document, started_by, started_at) VALUES ('plan-1', '计划', 1, '2026-12-01', '{}', 'city', now())`)
	h.sql(`INSERT INTO build_sites (case_no, plan, county, institution, name, seats, mode, updated_at)
		SELECT min(case_no), 'plan-1', county, min(institution), '建设点', 1, 'public', now() FROM cases GROUP BY county`)
	h.sql(`INSERT INTO build_reports (case_no, county, milestone, percent, note, evidence, state, reported_by, reported_at)
		SELECT case_no, county, 'fit_out', 40, '进场', '[{"kind": "照片", "attachment": "a"}]'::jsonb, 'waiting', 'office', now() FROM build_sites
		UNION ALL SELECT case_no, county, 'materials', 10, '采购', '[]', 'accepted', 'office', now() FROM build_sites`)
	waiting := func(p nursery.Principal) []string {
		return items(h, buildsite.WaitingReports, p, buildsite.ReportFilter{}, func(x buildsite.WaitingReport) string { return x.County })
	}
	require.Equal(t, []string{"140403", "140404"}, waiting(city))
	require.Equal(t, []string{"140403"}, waiting(countyOffice))
	require.Equal(t, []string{"140404"}, waiting(anotherCounty))
	n, err := h.CountWaitingReports(t.Context(), city)
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	_, err = h.CountWaitingReports(t.Context(), applicant)
	refused(t, err, casework.CodeForbidden)
}
