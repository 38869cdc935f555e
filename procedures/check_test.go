package procedures

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// fault is a fixture with one fault: text that is replaced, a file that is added (old is empty) or removed (with is empty too).
type fault struct {
	code    string
	fixture string
	file    string
	old     string
	with    string
	at      string // text with which the line of the problem begins, without its indentation
}

const flowFile = "procedure.yaml"

var faulty = []fault{
	{"read.file", "rent_relief", flowFile, "", "", ""},
	{"read.stray", "rent_relief", "notes.txt", "", "text", ""},
	{"read.syntax", "rent_relief", flowFile, "prefix: ZJ", "prefix: [ZJ", ""},
	{"read.json", "rent_relief", "forms/check.json", `"title": "审核意见",`, `"title": "审核意见"`, `"type"`},
	{"read.second", "rent_relief", "words/zh.yaml", "stages:", "tasks: {}\n---\nstages:", ""},
	{"read.twice", "rent_relief", flowFile, "prefix: ZJ", "prefix: ZJ\nprefix: ZK", "prefix: ZK"},
	{"read.unknown", "rent_relief", flowFile, "      silence: {days: 10", "      silense: {days: 10", "silense"},
	{"read.missing", "rent_relief", flowFile, "prefix: ZJ\n", "", "procedure:"},
	{"read.missing", "family_lectures", flowFile, "until: {end_of: month, days: 5}", "until: {}", "until:"},
	{"read.empty", "rent_relief", flowFile, "title: 待补正", `title: ""`, "title:"},
	{"read.kind", "rent_relief", flowFile, "from: 2024-05-01", "from: 五月", "from:"},
	{"read.pattern", "rent_relief", flowFile, "prefix: ZJ", "prefix: zj", "prefix:"},
	{"read.choice", "rent_relief", flowFile, "running: stay", "running: stays", "running:"},

	{"ref.stage", "rent_relief", flowFile, "approve: computing", "approve: computng", "on:"},
	{"ref.task", "rent_relief", flowFile, "exclude: [submitter, county_check.actor]", "exclude: [submitter, countycheck.actor]", "exclude:"},
	{"ref.form", "rent_relief", flowFile, "form: finding", "form: findings", "form:"},
	{"ref.paper", "rent_relief", flowFile, "paper: refusal_notice", "paper: refusal", "refused:"},
	{"ref.rules", "rent_relief", flowFile, "precheck: rent.eligible", "precheck: rent.eligable", "precheck:"},
	{"ref.rule", "rent_relief", "params/rent/data.json", `"max", "verified": false, "rule": "P06-R2"`, `"max", "verified": false, "rule": "P06-R9"`, `"decide_days"`},
	{"ref.clock", "rent_relief", flowFile, "{clock: deciding, turn: stop}", "{clock: decide, turn: stop}", "do:"},
	{"ref.param", "rent_relief", flowFile, "param: rent.pay_days", "param: rent.paydays", "days:"},
	{"ref.param", "rent_relief", "tests/withdrawn.yaml", "facts:", "params: {rent.paydays: 3}\nfacts:", "params:"},
	{"ref.rows", "family_lectures", flowFile, "rows: [session, attendee]", "rows: [sessions, attendee]", "rows:"},
	{"ref.field", "rent_relief", flowFile, "until: facts.commitment_until", "until: facts.commitment", "wait:"},
	{"ref.field", "rent_relief", "rules/eligible.rego", "\"没有执行普惠价格，不属于减免范围。\",", "sprintf(\"%v\", [input.facts.rent]),", "\"message\""},
	{"ref.field", "rent_relief", "papers/decision_notice.html", ".facts.commitment_until", ".facts.commitment", "<p>请保持"},
	{"ref.field", "rent_relief", flowFile, "hide: [applicant.phone, account]", "hide: [applicant.phones, account]", "hide:"},
	{"ref.field", "family_lectures", flowFile, "count: evidence,", "count: evidences,", "persons:"},
	{"ref.outcome", "rent_relief", "tests/paid.yaml", "outcome: dismiss", "outcome: dismissed", "- answer"},
	{"ref.result", "rent_relief", flowFile, "when: paying.paid, minus", "when: paying.payed, minus", "relief_paid:"},
	{"ref.effect", "rent_relief", flowFile, "watched:\n    title: 已拨付，监管期\n    next: 请在承诺期内保持普惠价格。\n    do: [{effect: register.relief}]", "watched:\n    title: 已拨付，监管期\n    do: [{effect: register.releif}]", "do:"},
	{"read.kind", "rent_relief", flowFile, "by: [county, facts.year]", "by: [county, answers.county_check.note]", "relief_paid:"},
	{"read.kind", "rent_relief", flowFile, "sum: rent.amount.fen, of: case", "sum: facts.lease_until, of: case", "relief_paid:"},
	{"ref.indicator", "device_alarm", flowFile, "over: alarms", "over: alarm", "in_time:"},

	{"shape.verb", "rent_relief", flowFile, "    wait: {until: facts.commitment_until, on: {reached: closed}}", "    wait: {days: 3, on: {reached: closed}}\n    decide: rent.amount", "watched:"},
	{"shape.on", "rent_relief", flowFile, "    wait: {until", "    on: {pass: closed}\n    wait: {until", "on:"},
	{"shape.effect", "rent_relief", flowFile, "do: [{effect: register.relief}]\n    wait", "do: [{effect: register.relief, emit: relief.paid}]\n    wait", "do:"},
	{"shape.turn", "rent_relief", flowFile, "{clock: deciding, turn: stop}", "{clock: deciding}", "do:"},
	{"shape.twice", "rent_relief", flowFile, "withdrawn: {title: 已撤回}", "withdrawn: {title: 已撤回}\n  account: {title: 账户}", "account:"},
	{"shape.twice", "rent_relief", flowFile, "task: city_check", "task: county_check", "task:"},
	{"shape.unreachable", "rent_relief", flowFile, "dismiss: paying}", "dismiss: refused}\n  extra:\n    title: 多余\n    wait: {days: 3, on: {reached: closed}}", "extra:"},
	{"shape.no_end", "rent_relief", flowFile, "wait: {until: facts.commitment_until, on: {reached: closed}}", "wait: {until: facts.commitment_until, on: {reached: idle}}\n  idle:\n    title: 空转\n    wait: {days: 3, on: {reached: idle}}", "idle:"},
	{"shape.owed", "rent_relief", flowFile, "{paid: watched, bounced: account, duplicate: refused}", "{paid: watched, bounced: account}", "paying:"},
	{"shape.extra", "rent_relief", flowFile, "{quiet: paying, objected: objection}", "{quiet: paying, objected: objection, other: refused}", "on:"},
	{"shape.offer", "rent_relief", flowFile, "unknown: [correct]}", "unknown: [correct, hold]}", "offer:"},
	{"shape.outcomes", "rent_relief", flowFile, "approve: publicity, return: checking, refuse: refused", "approve: publicity, refuse: refused", ""},
	{"shape.jump", "joint_check", flowFile, "fine: joined, defect: fire_again", "fine: joined, defect: closed", "ask:"},
	{"shape.nested", "joint_check", flowFile, "ask: {task: health, role: hospital, form: finding, no_limit: 由卫生机构安排时间, on: {fine: joined}}", "together: {join: all, branches: {x: {title: 又一个, to: y, stages: {y: {title: 又, wait: {days: 1, on: {reached: joined}}}}}}, on: {joined: joined}}", "together:"},
	{"shape.decide_loop", "rent_relief", flowFile, "{pass: city_check, fail: refused, unknown: correcting}", "{pass: city_check, fail: refused, unknown: computing}", "computing:"},
	{"shape.endless", "family_lectures", flowFile, "to: unfinished}, on\x00confirm: counted\x00fail: confirming", "to: counting}, on\x00confirm: counting\x00fail: counted", "counting:"},
	{"shape.unused", "rent_relief", "forms/unused.json", "", `{"type": "object", "properties": {"a": {"title": "甲"}}}`, "{"},

	{"time.limit", "rent_relief", flowFile, "form: account, days: 10, silence: {days: 20, to: lapsed}, ", "form: account, ", "ask:"},
	{"time.limits", "rent_relief", flowFile, "form: account, days: 10,", "form: account, days: 10, clock: deciding,", "ask:"},
	{"time.unit", "rent_relief", "params/rent/data.json", `"pay_days": {"value": 15, "unit": "工作日"`, `"pay_days": {"value": 15, "unit": "天"`, ""},
	{"time.unset", "rent_relief", "params/rent/data.json", `"pay_days": {"value": 15`, `"pay_days": {"value": null`, ""},
	{"time.publicity", "rent_relief", flowFile, "      days: {param: rent.publicity_days}\n", "", "paper:"},
	{"time.unit", "rent_relief", flowFile, "days: {param: rent.publicity_days}", "calendar_days: {param: rent.publicity_days}", ""},
	{"time.silence", "rent_relief", flowFile, "silence: {days: 20, to: lapsed}", "silence: {minutes: 20, to: lapsed}", "ask:"},
	{"time.started", "rent_relief", flowFile, "{clock: deciding, turn: start}, ", "", "clocks:"},
	{"time.stopped", "rent_relief", flowFile, "{clock: deciding, turn: stop}, ", "", "clocks:"},
	{"time.running", "rent_relief", flowFile, "by: [page, api]\n  role: institution\n  facts: rent_application\n  one_open: [institution, facts.year]\n  precheck: rent.eligible\n  to: checking", "by: [page, api]\n  role: institution\n  facts: rent_application\n  one_open: [institution, facts.year]\n  to: computing", "city_check:"},
	{"time.pause", "rent_relief", flowFile, "pause_in: [correcting]", "pause_in: [city_check]", "clocks:"},
	{"time.wait", "joint_check", flowFile, "wait: {event: registrar.confirmed, days: 10, on: {event: closed, late: unfinished}}", "wait: {event: registrar.confirmed, on: {event: closed}}", "wait:"},

	{"people.role", "rent_relief", flowFile, "      role: supervisor", "      role: superviser", "role:"},
	{"people.earlier", "rent_relief", flowFile, "      exclude: [submitter]", "      exclude: [repay.actor]", "exclude:"},
	{"people.actor", "rent_relief", flowFile, "      exclude: [submitter]", "      exclude: [county_check]", "exclude:"},
	{"people.payer", "rent_relief", flowFile, "exclude: [county_check.actor, city_check.actor, objection.actor]", "exclude: [county_check.actor, city_check.actor]", "paying:"},
	{"people.countersign", "joint_check", flowFile, "exclude: [conclude.actor]", "exclude: [submitter]", "countersign:"},
	{"people.starter", "rent_relief", flowFile, "  role: institution\n  facts", "  facts", "by:"},
	{"people.start", "device_alarm", flowFile, "  event: device.alarm\n", "", "by:"},
	{"people.anytime", "rent_relief", flowFile, "withdraw: {title: 申请人撤回, role: institution, in", "withdraw: {title: 申请人撤回, in", "withdraw:"},

	{"law.rego", "rent_relief", "rules/eligible.rego", "input.facts.inclusive_price in {true, false}", "input.facts.inclusive_price in {true, other}", "priced if"},
	{"law.negated", "family_lectures", "rules/count.rego", "	count(input.rows.attendee) == 0\n", "	some a in input.rows.attendee\n	not startswith(a.evidence, \"x\")\n", "not startswith"},
	{"law.negated", "rent_relief", "rules/eligible.rego", "if not priced", "if not input.facts.inclusive_price in {true, false}", "reasons contains lib.missing(\"P06-R1\""},
	{"law.literal", "rent_relief", "rules/claw_back.rego", `lib.missing("P06-R5"`, `lib.missing(rule_id`, "reasons contains"},
	{"law.uncited", "rent_relief", "rules/claw_back.rego", `lib.missing("P06-R5"`, `lib.missing("P06-R6"`, "reasons contains"},
	{"law.rule_title", "rent_relief", "rules/claw_back.rego", "# title: 骗取或者违规使用的资金追回\n", "", ""},
	{"law.rule_twice", "rent_relief", "rules/claw_back.rego", "rule: P06-R5", "rule: P06-R4", ""},
	{"law.cite", "rent_relief", "rules/amount.rego", "binding: L7, verified: false", "binding: L6, verified: false", "reasons contains"},
	{"law.unverified", "rent_relief", flowFile, "binding: L7, verified: true", "binding: L7, verified: false", "basis:"},
	{"law.amount", "rent_relief", flowFile, "amount: rent.amount.fen", "amount: facts.rent_fen", "amount:"},
	{"law.decided", "rent_relief", flowFile, "approve: computing, correct", "approve: city_check, correct", "paying:"},
	{"law.publish", "rent_relief", flowFile, "approve: publicity, return", "approve: paying, return", "paying:"},
	{"law.pay_once", "rent_relief", flowFile, "{paid: watched, bounced: account, duplicate: refused}", "{paid: account, bounced: account, duplicate: refused}", "paying:"},

	{"data.form", "rent_relief", "forms/check.json", `"title": "意见", "type": "string"`, `"title": "意见", "type": "text"`, ""},
	{"data.title", "rent_relief", "forms/finding.json", `"note": {"title": "核查情况", `, `"note": {`, `"properties"`},
	{"data.option", "rent_relief", "forms/finding.json", `"note": {"title": "核查情况", `, `"note": {"title": "核查情况", "enum": ["true", "false"], "description": "true 属实", `, `"properties"`},
	{"data.prefill", "rent_relief", "forms/rent_application.json", `"title": "班级数", "type": "integer"`, `"title": "班级数", "type": "integer", "prefill": "institution.name"`, `"classes"`},
	{"data.paper", "rent_relief", "papers/decision_notice.html", "{{date .facts", "{{dates .facts", "<p>请保持"},
	{"data.paper", "rent_relief", "papers/decision_notice.html", `{{define "title"}}`, `{{define "heading"}}`, ""},
	{"data.date", "rent_relief", flowFile, "until: facts.commitment_until", "until: facts.year", "wait:"},
	{"data.sealed", "rent_relief", "forms/account.json", `"maxLength": 40}`, `"maxLength": 40, "sealed": true}`, `"properties"`},
	{"data.sealed", "family_lectures", flowFile, "by: [county, role]", "by: [county, name]", "person_times:"},

	{"history.bound", "family_lectures", flowFile, "most: 100\n", "most: 1000\n", "to:"},
	{"needs.interpreter", "rent_relief", flowFile, "interpreter: 1", "interpreter: 99", "needs:"},
	{"change.map", "rent_relief", flowFile, "running: stay", "running: map", "running:"},

	{"cover.transition", "rent_relief", "tests/account_lapsed.yaml", "", "", "account:"},
	{"cover.offer", "rent_relief", "tests/refused_by_county.yaml", "offer: [correct, refuse]", "offer: [refuse]", "checking:"},
	{"cover.walk", "rent_relief", "tests/withdrawn.yaml", "expect: {stage: withdrawn}", "expect: {stage: refused}", "- expect"},
	{"cover.facts", "rent_relief", "tests/withdrawn.yaml", "year: 2024", "year: 二〇二四", "facts:"},
}

// elsewhere are the codes that other tests provoke.
var elsewhere = []string{"cover.none", "read.alias", "change.forward", "overlay.kind", "overlay.param", "overlay.days", "overlay.add", "overlay.basis"}

func (f fault) apply(t *testing.T) fstest.MapFS {
	files := folder(t, f.fixture)
	switch {
	case f.old == "" && f.with == "":
		delete(files, f.file)
	case f.old == "":
		files[f.file] = &fstest.MapFile{Data: []byte(f.with)}
	default: // several replacements are separated by NUL
		with := strings.Split(f.with, "\x00")
		for i, old := range strings.Split(f.old, "\x00") {
			replace(t, files, f.file, old, with[i])
		}
	}
	return files
}

// Each check finds its fault, at its place, and nothing in the fixture without it.
func TestEachCheckFindsItsFault(t *testing.T) {
	for _, f := range faulty {
		if slices.Contains(elsewhere, f.code) {
			continue
		}
		files := f.apply(t)
		_, list := load(t, files)
		i := slices.IndexFunc(list, func(p Problem) bool {
			return p.Code == f.code && (f.at == "" || lineAt(files, p) == "" || strings.HasPrefix(lineAt(files, p), f.at))
		})
		if i < 0 {
			t.Errorf("%s: %s → %s is not found where the line begins with %q; found: %v", f.code, f.old, f.with, f.at, list)
			continue
		}
		require.NotContains(t, list[i].Message, "%!", f.code)
	}
	for _, name := range fixtures {
		_, list := load(t, folder(t, name))
		for _, p := range list {
			if p.Code != "law.unverified" && p.Code != "shape.unused" {
				t.Errorf("%s: %s", name, p)
			}
		}
	}
}

// lineAt returns the line of a problem without the spaces before it.
func lineAt(files fstest.MapFS, p Problem) string {
	file, ok := files[p.File]
	if !ok {
		return ""
	}
	lines := strings.Split(string(file.Data), "\n")
	return strings.TrimSpace(lines[min(p.Line, len(lines))-1])
}

func TestEveryCheckHasAFault(t *testing.T) {
	codes := slices.Clone(elsewhere)
	for _, f := range faulty {
		codes = append(codes, f.code)
	}
	for i, c := range Checks {
		require.Contains(t, codes, c.Code)
		require.False(t, slices.ContainsFunc(Checks[:i], func(other Check) bool { return other.Code == c.Code }), "%s is there twice", c.Code)
		require.NotEmpty(t, c.Holds)
	}
}

func TestAllProblemsComeAtOnceAndInOrder(t *testing.T) {
	files := folder(t, "rent_relief")
	replace(t, files, flowFile, "form: finding", "form: findigs")
	replace(t, files, flowFile, "role: city_office", "role: cityoffice")
	replace(t, files, flowFile, "prefix: ZJ", "prefix: zj")
	_, list := load(t, files)
	var lines []string
	for _, p := range faults(list) {
		if p.File == flowFile && p.Code != "cover.transition" && p.Code != "people.payer" {
			lines = append(lines, p.String())
		}
	}
	require.Equal(t, []string{
		"procedure.yaml:3:9: 错误：“zj”写法不对，应当是：两个大写字母。 [read.pattern]",
		"procedure.yaml:55:13: 错误：没有角色“cityoffice”，是否想写“city_office”？ [people.role]",
		"procedure.yaml:76:13: 错误：没有表单“findigs”（forms/*.json），是否想写“finding”？ [ref.form]",
	}, lines)
}

func TestAnchorsAreRefused(t *testing.T) {
	files := folder(t, "rent_relief")
	replace(t, files, flowFile, "prefix: ZJ", "prefix: &p ZJ")
	_, list := load(t, files)
	require.Equal(t, "read.alias", faults(list)[0].Code)
}

func TestAProcedureWithoutScenarios(t *testing.T) {
	files := folder(t, "device_alarm")
	for name := range files {
		if strings.HasPrefix(name, "tests/") {
			delete(files, name)
		}
	}
	_, list := load(t, files)
	require.Len(t, faults(list), 1)
	require.Equal(t, "cover.none", faults(list)[0].Code)
}
