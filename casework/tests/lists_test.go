package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/registry"
)

// populate inserts four institutions in each of two counties, with ten ended cases each.
func (h *harness) populate() {
	h.sql(`INSERT INTO institutions (id, county, name, status, filed_on, updated_at)
		SELECT 'inst-' || c || '-0' || n, c, '园 ' || n, (ARRAY['filed', 'rectifying', 'applying', 'cancelled'])[n],
			'2026-03-01'::date + n, now() FROM unnest('{140403,140404}'::text[]) c, generate_series(1, 4) n`)
	h.sql(`INSERT INTO cases (case_no, kind, county, institution, subject, stage, status, holder, overdue, tracking_hash, created_at, updated_at)
		SELECT 'BA-' || county || '-2026-' || lpad((n * 10 + right(id, 1)::int)::text, 6, '0') || '-0', 'filing', county, id,
			CASE WHEN n = 3 THEN '阳光托育' ELSE name END, 'verified', 'ended', '', n = 1, '\x00',
			'2026-05-01T08:00:00+08'::timestamptz + (n % 5) * interval '1 hour', now()
		FROM institutions, generate_series(1, 10) n`)
}

// all pages through a list and returns the case numbers.
func (h *harness) all(p nursery.Principal, f casework.CaseFilter) (numbers []string) {
	h.t.Helper()
	page := casework.PageRequest{Limit: 7}
	for {
		list, err := casework.Cases.Page(h.t.Context(), h.Service, p, f, page)
		require.NoError(h.t, err)
		require.LessOrEqual(h.t, len(list.Items), 7)
		for i, c := range list.Items {
			require.NotContains(h.t, numbers, c.CaseNo)
			require.False(h.t, i > 0 && c.CreatedAt.After(list.Items[i-1].CreatedAt), "newest first")
			numbers = append(numbers, c.CaseNo)
		}
		if page.After = list.Next; page.After == "" {
			return numbers
		}
	}
}

func TestCasesArePagedWithoutGapsAndSeenByWhomTheyConcern(t *testing.T) {
	h := newHarness(t)
	h.populate()
	require.Len(t, h.all(clerk, casework.CaseFilter{}), 40)
	require.Len(t, h.all(stranger, casework.CaseFilter{}), 40)
	require.Len(t, h.all(applicant, casework.CaseFilter{}), 10)
	require.Len(t, h.all(auditor, casework.CaseFilter{}), 80)
	require.Len(t, h.all(auditor, casework.CaseFilter{County: "140404"}), 40)
	require.Len(t, h.all(clerk, casework.CaseFilter{Institution: "inst-140403-02"}), 10)
	require.Empty(t, h.all(clerk, casework.CaseFilter{Institution: "inst-140404-02"}), "another county's")
	require.Len(t, h.all(clerk, casework.CaseFilter{County: "140404"}), 40, "a county is not for the asker to choose")
	require.Len(t, h.all(applicant, casework.CaseFilter{Institution: "inst-140403-02"}), 10, "nor is an institution")
	require.Len(t, h.all(clerk, casework.CaseFilter{Overdue: true}), 4)
	require.Len(t, h.all(clerk, casework.CaseFilter{Query: "阳光"}), 4)
	require.Len(t, h.all(clerk, casework.CaseFilter{Query: "ba-140403-2026-000011-0"}), 1)
	require.Empty(t, h.all(clerk, casework.CaseFilter{Status: nursery.CaseOpen}))
	_, err := casework.Cases.Page(t.Context(), h.Service, admin, casework.CaseFilter{}, casework.PageRequest{})
	refused(t, err, casework.CodeForbidden)
}

func TestThePublicSeesTheRegisterAndTheNotices(t *testing.T) {
	h := newHarness(t)
	h.populate()
	h.sql(`INSERT INTO publications (case_no, county, institution, kind, title, text, published_on, step)
		SELECT 'BA-140403-2026-000011-0', '140403', 'inst-140403-01', 'nonconformity', '公示 ' || n, '内容', '2026-06-01'::date + n / 3, 's' || n FROM generate_series(1, 9) n`)
	var titles []string
	page := casework.PageRequest{Limit: 4}
	for {
		list, err := registry.Publications.Page(t.Context(), h.Service, casework.Anyone, registry.PublicationFilter{County: county}, page)
		require.NoError(t, err)
		for _, p := range list.Items {
			titles = append(titles, p.Title)
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	require.Equal(t, []string{"公示 9", "公示 8", "公示 7", "公示 6", "公示 5", "公示 4", "公示 3", "公示 2", "公示 1"}, titles)

	register, err := registry.FiledInstitutions.Page(t.Context(), h.Service, casework.Anyone, registry.FiledFilter{County: county}, casework.PageRequest{Limit: 1})
	require.NoError(t, err)
	require.Len(t, register.Items, 1)
	require.Equal(t, "园 1", register.Items[0].Name)
	register, err = registry.FiledInstitutions.Page(t.Context(), h.Service, casework.Anyone, registry.FiledFilter{County: county}, casework.PageRequest{After: register.Next})
	require.NoError(t, err)
	require.Len(t, register.Items, 1, "who applies or has closed does not stand in the register")
	require.Equal(t, "rectifying", register.Items[0].Status)
	_, err = registry.FiledInstitutions.Page(t.Context(), h.Service, casework.Anyone, registry.FiledFilter{County: "110101"}, casework.PageRequest{})
	refused(t, err, casework.CodeInvalid)
}

func TestASearchTakesWhatIsTypedAsItIs(t *testing.T) {
	h := newHarness(t)
	h.populate()
	h.sql(`UPDATE cases SET subject = CASE right(institution, 1) WHEN '1' THEN 'A_B 100%\\托育' WHEN '2' THEN 'AXB 1000托育' ELSE '其他' END`)
	for query, n := range map[string]int{"托育": 20, "A_B": 10, "100%": 10, "%": 10, "_": 10, `\`: 10, `\%`: 0, "A%B": 0, "A_B 100%": 10, "托_": 0, "AXB": 10} {
		require.Len(t, h.all(clerk, casework.CaseFilter{Query: query}), n, "county: %s", query)
		require.Len(t, h.all(auditor, casework.CaseFilter{Query: query}), 2*n, "city: %s", query)
	}
	require.Len(t, h.all(applicant, casework.CaseFilter{Query: "A_B"}), 10)
	require.Empty(t, h.all(applicant, casework.CaseFilter{Query: "A_B_"}), "an institution searches its own")
}

func TestAPrecheckSaysWhatSubmittingWouldAndStoresNothing(t *testing.T) {
	h := newHarness(t)
	app := h.application(applicant, "community")
	h.register("community")
	clean, err := h.Precheck(t.Context(), applicant, app)
	require.NoError(t, err)
	require.Zero(t, clean.Gaps, "%+v", clean)
	require.NotEmpty(t, clean.Decisions)
	app.Institution.Phone = ""
	app.Papers = app.Papers[1:]
	gaps, err := h.Precheck(t.Context(), applicant, app)
	require.NoError(t, err)
	require.GreaterOrEqual(t, gaps.Gaps, 2)
	require.NotEqual(t, nursery.Pass, gaps.Result)
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM cases"))
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM decisions"))
	_, err = h.Precheck(t.Context(), auditor, app)
	refused(t, err, casework.CodeForbidden)
}

func TestSettingsRepeatTheirFirstAnswerAndKeepTheirHistory(t *testing.T) {
	h := newHarness(t)
	k := key()
	for range 2 {
		set, err := h.SetSetting(t.Context(), admin, k, county, "filing.silence_grace_days", json.RawMessage("7"), "县区会议纪要")
		require.NoError(t, err)
		require.Len(t, set.History, 1)
		require.Equal(t, admin.Account, set.History[0].SetBy)
	}
	_, err := h.SetSetting(t.Context(), admin, k, county, "filing.silence_grace_days", json.RawMessage("8"), "县区会议纪要")
	refused(t, err, casework.CodeKeyReused)
	_, err = h.SetSetting(t.Context(), admin, key(), "999999", "filing.silence_grace_days", json.RawMessage("7"), "县区会议纪要")
	refused(t, err, casework.CodeNotFound)
}
