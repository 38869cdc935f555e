package tests

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/processes/insurance"
	"tuoyu/store"
	"tuoyu/testdata"
	"tuoyu/workflows"
)

var insurer = nursery.Principal{Account: "insurer", Role: nursery.RoleInsurer, County: "140400", Institution: "insurer-01"}

// month is an office with an insurance month opened on 2026-06-05.
type month struct {
	*office
	service *processes.Services
	keys    int
}

func insuring(t *testing.T, basis bool) *month {
	t.Helper()
	o := openOffice(t, nursery.KindInsurance, "")
	m := &month{office: o, service: o.newService()}
	_, err := m.service.PutInsurer(t.Context(), countyOffice, "insurer", nursery.Insurer{ID: "insurer-01", Name: "示例财产保险公司甲"})
	require.NoError(t, err)
	in := insurance.InsuranceStart{
		County: county, Month: "2026-06", Insurer: "insurer-01", Procurement: "政府采购合同", Perils: nursery.Perils(), CoverFrom: nursery.NewDate(2026, 6, 1),
	}
	if basis {
		in.Basis = &nursery.InsuranceBasis{Document: "采购文件", Article: "三"}
	}
	started, err := m.service.StartInsurance(t.Context(), countyOffice, "month", in)
	require.NoError(t, err)
	m.caseNo = started.CaseNo
	m.sql(`UPDATE outbox SET delivered_at = now()`)
	return m
}

func (o *office) newService() *processes.Services {
	o.t.Helper()
	rules, err := policies.New(o.t.Context())
	require.NoError(o.t, err)
	away, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1", ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: 100 * time.Millisecond}})
	require.NoError(o.t, err)
	o.t.Cleanup(away.Close)
	return processes.New(casework.Deps{
		DB: o.db, Temporal: away, Rules: rules, CalendarCache: store.NewCalendarCache(o.db), Fields: o.fields, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return o.env.Now() },
	})
}

func (m *month) key() string {
	m.keys++
	return fmt.Sprint("key-", m.keys)
}

// child returns the n-th generated child with columns set.
func child(n int, set ...string) []string {
	line := testdata.InsuredChild(county, n, nursery.NewDate(2026, 6, 5), 30)
	for i := 0; i < len(set); i += 2 {
		line[slices.Index(testdata.RosterHead, set[i])] = set[i+1]
	}
	return line
}

// bornOn returns a child with a birth date.
func bornOn(n int, day nursery.Date, set ...string) []string {
	id, err := nursery.MakeResidentID(county, day, n)
	if err != nil {
		panic(err)
	}
	sex := "女"
	if n%2 == 1 {
		sex = "男"
	}
	return child(n, append([]string{"证件号码", string(id), "出生日期", day.String(), "性别", sex}, set...)...)
}

func (m *month) roster(lines ...[]string) insurance.InsuranceRoster {
	m.t.Helper()
	report, err := m.service.TakeRosterFile(m.t.Context(), countyOffice, m.key(), m.caseNo, "civil", bytes.NewReader(testdata.RosterCSV(lines...)))
	require.NoError(m.t, err)
	require.Empty(m.t, report.Faults)
	return report
}

func (m *month) county(kind string, outcome nursery.Outcome) {
	m.t.Helper()
	m.answer(kind, outcome, countyOffice.Account, nursery.RoleCountyOffice, form{"note": "已办"}, "")
}

// answered has the insurer accept every line of a batch except those of the given names.
func (m *month) answered(send int, refusedNames ...string) {
	m.t.Helper()
	list, err := m.service.AllInsuranceLines(m.t.Context(), insurer, m.caseNo, send)
	require.NoError(m.t, err)
	page := insurance.InsuranceAnswers{Send: send}
	for i, l := range list.Items {
		a := nursery.InsuranceAnswer{Ref: l.Ref, Policy: fmt.Sprint("P", send, "-", i)}
		if slices.Contains(refusedNames, l.Name) {
			a.Policy, a.Reason = "", nursery.InsurerIdentity
		}
		page.Lines = append(page.Lines, a)
	}
	done, err := m.service.AnswerInsurance(m.t.Context(), insurer, m.key(), m.caseNo, page)
	require.NoError(m.t, err)
	require.Zero(m.t, done.Pending)
	require.Empty(m.t, done.Faults)
	m.answer("insurance.answers", nursery.OutcomeComplete, insurer.Account, nursery.RoleInsurer, form{}, "")
}

func (m *month) statuses() []string {
	return m.ask(`SELECT status || ' ' || reason || ' ' || count(*) FROM insurance_roster WHERE case_no = $1 GROUP BY status, reason ORDER BY 1`, m.caseNo)
}

func (m *month) june(day, hour int, act func()) {
	m.at(time.Date(2026, 6, day, hour, 0, 0, 0, nursery.Shanghai).Sub(received), act)
}

func (m *month) wake() { m.send(m.key(), activities.CaseChanged, "", workflows.Change{ID: "x"}) }

func TestAMonthGoesFromTheRosterToCoversAndEndsThoseOfThreeYearOlds(t *testing.T) {
	m := insuring(t, true)
	m.june(5, 12, func() {
		m.roster(child(1), child(2), child(3, "户籍情况", "其他"), child(4, "告知日期", ""), child(5, "死亡日期", "2026-06-01"),
			bornOn(21, nursery.NewDate(2023, 6, 1)), bornOn(22, nursery.NewDate(2023, 6, 2)))
		m.county("insurance.roster", nursery.OutcomeComplete)
	})
	m.june(5, 14, func() {
		require.Equal(t, []string{"signing"}, m.stage())
		require.Equal(t, []string{"eligible  3", "exception P11-R5 1", "ineligible P11-R1 1", "ineligible P11-R1a 1", "ineligible P11-R1b 1"}, m.statuses())
		require.Equal(t, []string{"monthly 3 15000 prepared"}, m.ask(`SELECT kind || ' ' || lines || ' ' || premium_fen || ' ' || state FROM insurance_sends`))
		_, err := m.service.InsuranceLines(t.Context(), insurer, m.caseNo, 1, casework.PageRequest{})
		require.Error(t, err, "not signed yet")
		m.county("insurance.sign", nursery.OutcomeSign)
	})
	m.june(8, 10, func() { m.answered(1, "婴幼儿000002") })
	m.june(9, 10, func() {
		require.Equal(t, []string{"exceptions"}, m.stage())
		list, err := insurance.Exceptions.Page(t.Context(), m.service.Service, countyOffice, insurance.ExceptionFilter{CaseNo: m.caseNo}, casework.PageRequest{})
		require.NoError(t, err)
		require.Len(t, list.Items, 2)
		in := insurance.InsuranceResolution{}
		for _, one := range list.Items {
			item := insurance.InsuranceResolved{Child: one.Child, Outcome: nursery.OutcomeTakenOff}
			if one.Reason == "P11-R5" {
				item.Outcome, item.NotifiedOn = nursery.OutcomeCorrected, nursery.NewDate(2026, 6, 9)
			}
			in.Items = append(in.Items, item)
		}
		done, err := m.service.SettleExceptions(t.Context(), countyOffice, m.key(), m.caseNo, in)
		require.NoError(t, err)
		require.Equal(t, insurance.InsuranceSettled{Settled: 2, Open: 0, Faults: []insurance.InsuranceFault{}}, done)
		m.county("insurance.exceptions", nursery.OutcomeComplete)
	})
	m.june(9, 12, func() { m.county("insurance.sign", nursery.OutcomeSign) })
	m.june(10, 10, func() { m.answered(2) })
	m.june(11, 10, func() {
		require.Equal(t, []string{"standing"}, m.stage())
		m.roster(bornOn(31, nursery.NewDate(2026, 6, 10), "新生儿", "是"))
		m.wake()
	})
	m.june(11, 12, func() { m.county("insurance.sign", nursery.OutcomeSign) })
	m.june(12, 10, func() { m.answered(3) })

	result := m.run("")
	require.Equal(t, nursery.StageMonthDone, result.Stage)
	require.Equal(t, []string{"monthly 3 2 1 answered", "supplementary 1 1 0 answered", "newborn 1 1 0 answered"},
		m.ask(`SELECT kind || ' ' || lines || ' ' || insured || ' ' || refused || ' ' || state FROM insurance_sends ORDER BY number`))
	require.Equal(t, []string{"ineligible P11-R1 1", "ineligible P11-R1a 1", "ineligible P11-R1b 1", "insured  4", "withdrawn withdrawn 1"}, m.statuses())
	// The child who was 36 months old on 2 June is covered up to that day, newborns from birth.
	require.Equal(t, []string{"2026-06-01 2026-06-02 aged_out", "2026-06-01 2027-06-01 ", "2026-06-03 2027-06-03 ", "2026-06-10 2027-06-10 "},
		m.ask(`SELECT from_on || ' ' || until_on || ' ' || ended FROM insurance_covers ORDER BY 1`))
	require.Equal(t, []string{"2026-07-01"}, m.ask(`SELECT closed_on::text FROM insurance_batches`))
	require.Equal(t, []string{"3 lists, 5 children"}, m.ask(`SELECT count(DISTINCT about) || ' lists, ' || sum(cardinality(children)) || ' children'
		FROM record_reads WHERE reader_role = 'insurer' AND purpose = 'insurance' AND subject = 'insurance_lines'`))
}

func TestASilentInsurerIsChased(t *testing.T) {
	m := insuring(t, true)
	m.june(5, 12, func() {
		m.roster(child(1))
		m.county("insurance.roster", nursery.OutcomeComplete)
	})
	m.june(5, 14, func() { m.county("insurance.sign", nursery.OutcomeReturn) })
	m.june(5, 16, func() {
		require.Equal(t, []string{"collecting"}, m.stage())
		require.Equal(t, []string{"rostered  1"}, m.statuses())
		m.county("insurance.roster", nursery.OutcomeComplete)
	})
	m.june(5, 17, func() { m.county("insurance.sign", nursery.OutcomeSign) })
	m.june(18, 10, func() { // due on 12 June, plus three working days without an answer
		require.Equal(t, []string{"insurance.answers closed silent"}, m.ask(`SELECT kind || ' ' || state || ' ' || outcome FROM tasks WHERE kind = 'insurance.answers'`))
		require.Equal(t, []string{"task_overdue"}, m.ask(`SELECT kind FROM case_events WHERE kind = 'task_overdue'`))
		m.county("insurance.chase", nursery.OutcomeReply)
	})
	m.june(22, 10, func() { m.answered(2) })
	m.run("")
	require.Equal(t, []string{"monthly returned", "monthly answered"}, m.ask(`SELECT kind || ' ' || state FROM insurance_sends ORDER BY number`))
	require.Equal(t, []string{"insured  1"}, m.statuses())
}

func TestWithoutConsentOrAGroundNobodyIsSent(t *testing.T) {
	m := insuring(t, false)
	m.june(5, 12, func() {
		m.roster(child(1), child(2, "同意书", "同意书 7 号"))
		m.county("insurance.roster", nursery.OutcomeComplete)
	})
	m.june(5, 14, func() {
		require.Equal(t, []string{"eligible  1", "exception P11-R6 1"}, m.statuses())
		m.county("insurance.sign", nursery.OutcomeSign)
	})
	m.june(8, 10, func() { m.answered(1) })
	m.june(9, 10, func() {
		m.sql(`UPDATE insurance_roster SET status = 'withdrawn' WHERE status = 'exception'`)
		m.county("insurance.exceptions", nursery.OutcomeComplete)
	})
	m.run("")
	require.Equal(t, []string{"P11-R6"}, m.ask(`SELECT DISTINCT r->>'rule' FROM decisions, jsonb_array_elements(output->'reasons') r WHERE case_no = $1`, m.caseNo))
}
