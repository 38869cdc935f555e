package e2e

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/testdata"
)

func TestAPlanIsDrawnFromThePages(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := verified(t, h, "community")
	other, _ := verified(t, h, "community")
	county := a.County()
	supervisor := signIn(t, h, "supervisor-"+county)
	for _, account := range []string{"inspector-" + county, "inspector-" + county + "-2", "inspector-" + county + "-3", "inspector-" + county + "-4", "inspector-" + county + "-5"} {
		supervisor.led(supervisor.fill("/inspectors/new", nil, "/account", account, "/on_duty", "true"), "/inspectors", account)
	}
	supervisor.led(supervisor.fill("/inspectors/inspector-"+county, nil, "/on_duty", "true", "/conflicts", other.Institution()), "/inspectors", "已登记")
	stale := supervisor.sendForm(supervisor.get("/inspectors/new"), "/inspectors/inspector-"+county, nil, "/on_duty", "false")
	if stale.Status != http.StatusUnprocessableEntity || !strings.Contains(stale.Body, "已更新为第 2 版") {
		t.Errorf("an entry on an old version: %d", stale.Status)
	}

	half := nursery.HalfYearOf(today()).String()
	wrong := supervisor.fill("/inspection-plans/new", nil, "/half", "2001H1")
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body, "只能制定本半年度或下半年度的计划") || !strings.Contains(wrong.Body, `name="/half"`) {
		t.Errorf("a plan of the past: %d %s", wrong.Status, wrong.Body)
	}
	taken := supervisor.fill("/inspection-plans/new", nil, "/half", half, "/random_size", "1")
	plan := taken.Location
	caseNo := strings.TrimPrefix(plan, "/inspection-plans/")
	supervisor.led(taken, "/inspection-plans/DJ-", "检查计划已经建立")
	open(t, a.Supervisor(), caseNo, "inspection_plan.commit")
	draft := supervisor.shows(plan, a.Institution(), other.Institution(), "公布承诺")
	excluded := supervisor.sendForm(draft, plan+"/exclude", nil, "institution", other.Institution(), "excluded", "true", "reason", "停业装修")
	supervisor.led(excluded, plan, "停业装修")
	supervisor.led(supervisor.sendForm(supervisor.get(plan), plan+"/exclude", nil, "institution", other.Institution(), "excluded", "false", "reason", "已恢复"), plan, "已恢复列入")
	supervisor.led(supervisor.sendForm(supervisor.get(plan), plan+"/commit", nil), plan, "承诺已公布")
	open(t, a.Supervisor(), caseNo, "inspection_plan.draw")
	anybody := newBrowser(t, h)
	anybody.shows(plan+"/record", "尚未抽取", a.Institution(), "tuoyu draw verify")

	office := signIn(t, h, "county-office-"+county)
	at := nursery.Shanghai
	early := office.fill(plan+"/draw", nil, "/public_value", "3391.76", "/public_source", "上证综合指数收盘", "/public_at", time.Now().Add(-time.Hour).In(at).Format("2006-01-02T15:04"))
	if early.Status != http.StatusUnprocessableEntity || !strings.Contains(early.Body, "3391.76") {
		t.Errorf("a value from before the commitment: %d", early.Status)
	}
	// A form has a resolution of a minute; the value must be later than the commitment.
	if _, err := h.db.Exec(t.Context(), `UPDATE inspection_plans SET committed_at = committed_at - interval '10 minutes' WHERE case_no = $1`, caseNo); err != nil {
		t.Fatal(err)
	}
	drawn := office.fill(plan+"/draw", nil, "/public_value", "3391.76", "/public_source", "上证综合指数收盘", "/public_at", time.Now().In(at).Format("2006-01-02T15:04"))
	office.led(drawn, plan, "已抽取")
	planAt(t, a, caseNo, nursery.StagePlanRunning)
	office.shows(plan, "检查安排", "例行检查", "inspector-"+county)
	if p := office.get(plan + "?export=xlsx"); p.Status != http.StatusOK || !strings.HasPrefix(p.Body, "PK") {
		t.Errorf("the export: %d", p.Status)
	}
	anybody.shows(plan+"/record", "3391.76", "半年度结束后公开")
}

func TestAComplaintIsMadeWithoutSigningInAndReadByTheSupervisorAlone(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	anybody := newBrowser(t, h)
	anybody.shows("/institutions/"+a.Institution(), "投诉举报")
	to := "/complaints/new?institution=" + a.Institution()
	short := anybody.fill(to, nil, "/topic", "fees", "/said", "贵")
	if short.Status != http.StatusUnprocessableEntity || !strings.Contains(short.Body, "贵") {
		t.Errorf("a complaint of one word: %d", short.Status)
	}
	taken := anybody.fill(to, nil, "/topic", "fees", "/said", "收费与公示的标准不一致")
	code := regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(taken.Body)
	caseNo := regexp.MustCompile(`TS-\d{6}-\d{4}-\d{6}-\w`).FindString(taken.Body)
	if taken.Status != http.StatusOK || code == nil || caseNo == "" {
		t.Fatalf("%d: %s", taken.Status, said(taken))
	}
	if p := anybody.post("/progress", "case", caseNo, "code", code[1]); p.Status != http.StatusOK || strings.Contains(p.Body, "不一致") {
		t.Errorf("its progress: %d %s", p.Status, p.Body)
	}
	supervisor := signIn(t, h, "supervisor-"+a.County())
	supervisor.shows("/complaints/"+caseNo, "收费与公示的标准不一致", "公众", "收费")
	supervisor.shows("/cases/"+caseNo, "/complaints/"+caseNo)
	if p := signIn(t, h, "supervisor-140404").get("/complaints/" + caseNo); p.Status != http.StatusNotFound {
		t.Errorf("another county's supervisor: %d", p.Status)
	}
}

func TestAnInsuranceMonthFromThePages(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	const county = "140425"
	office, insurer := signIn(t, h, "county-office-"+county), signIn(t, h, "insurer")
	api := h.users.As("county-office-" + county)
	if err := h.users.As("city-office").PutInsurers(t.Context()); err != nil {
		t.Fatal(err)
	}
	named := roleplay.Insurers()[0].Name
	office.shows("/insurance/new", named)
	office.shows("/insurers", named)
	terms := roleplay.InsuranceTerms(county, thisMonth())
	taken := office.fill("/insurance/new", nil, "/county", county, "/month", thisMonth(), "/insurer", terms["insurer"].(string),
		"/procurement", "采购文件 1 号", "/cover_from", thisMonth()+"-01",
		"/basis/document", "婴幼儿意外伤害险采购文件", "/basis/article", "三", "/perils", "injury", "/perils", "property", "/perils", "hospital")
	month := taken.Location
	office.led(taken, "/insurance/", "投保月已经开始")
	caseNo := strings.TrimPrefix(month, "/insurance/")
	open(t, api, caseNo, "insurance.roster")
	roster := roleplay.File{Field: "file", Name: "roster.csv", Content: []byte(testdata.RosterCSV(
		insuredChild(county, 1), insuredChild(county, 2), insuredChild(county, 3, "告知日期", ""), insuredChild(county, 1)))}
	report := office.sendForm(office.get(month), month+"/rosters", []roleplay.File{roster}, "source", "civil")
	draft := office.led(report, "/imports/insurance/", "与第 2 行证件号码相同")
	office.led(office.sendForm(draft, report.Location, nil, "_act", "import"), month+"/rosters/1", "与第 2 行证件号码相同")
	answer(t, api, caseNo, "insurance.roster", nursery.OutcomeComplete, roleplay.Note{})
	answer(t, api, caseNo, "insurance.sign", nursery.OutcomeSign, roleplay.Note{})
	open(t, h.users.As("insurer"), caseNo, "insurance.answers")

	workbook := insurer.get(month + "/sends/1")
	rows, err := sheets.Read([]byte(workbook.Body), "明细编号", "保单号", "未承保原因")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d lines, %v", len(rows), err)
	}
	filled := answersCSV(t, []string{rows[0].Cell("明细编号"), "PA1", ""}, []string{"nobody", "PA2", ""}, []string{rows[1].Cell("明细编号"), "", "年龄不符"})
	got := insurer.sendForm(insurer.get(month), month+"/sends/1/answers", []roleplay.File{{Field: "file", Name: "answers.csv", Content: filled}})
	draft = insurer.led(got, "/imports/answers/", "不是本批的明细编号")
	taken = insurer.sendForm(draft, got.Location, nil, "_act", "import")
	insurer.led(taken, "/imports/answers/", "已接收 2 名的答复")
	insurer.shows(taken.Location, "第 3 行")
	insurer.shows(month, "待答复 0")
	office.shows(month, named)
	insurer.shows("/insurance", named) // in the header and in the list
	wrong := insurer.sendForm(insurer.get("/claims/new"), month+"/sends/1/answers", []roleplay.File{{Field: "file", Name: "a.csv", Content: answersCSV(t, []string{"x", "", "不想保"})}})
	insurer.led(wrong, "/imports/answers/", "不在可选值之内")
	answer(t, h.users.As("insurer"), caseNo, "insurance.answers", nursery.OutcomeComplete, roleplay.Note{})
	open(t, api, caseNo, "insurance.exceptions")
	exceptions := office.get(month + "/exceptions")
	child := regexp.MustCompile(`name="child" value="([^"]+)"`).FindAllStringSubmatch(exceptions.Body, -1)
	if len(child) == 0 {
		t.Fatalf("no exceptions: %s", exceptions.Body)
	}
	fields := []string{"outcome", "withdrawn"}
	for _, c := range child {
		fields = append(fields, "child", c[1])
	}
	if settled := office.sendForm(exceptions, month+"/exceptions", nil, fields...); !strings.Contains(settled.Body, "尚待处理 0 名") {
		t.Fatalf("%d %s", settled.Status, said(settled))
	}
	office.shows("/insurance/reconciled?month="+thisMonth(), "对账", "100")

	claim := office.fill("/claims/new", nil, "/child", rows[0].Cell("明细编号"), "/peril", "injury", "/accident_on", today().String(), "/amount_fen", "600", "/description", "在园跌倒")
	office.led(claim, "/claims/LP-", "已报案")
	insurer.shows(claim.Location, "在园跌倒", "600 元", named)
	insurer.shows("/claims", "已报案")
}

func answersCSV(t *testing.T, lines ...[]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(append([][]string{{"明细编号", "保单号", "未承保原因"}}, lines...)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAChildAndItsConsentsFromThePages(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	child := inCare(t, a.Actor, newChild(a.County(), 15), "c1")
	b := signIn(t, h, a.Account)
	page := "/children/" + child
	b.shows("/children", page)
	b.shows(page, "本次查阅已登记", "还没有登记监护人同意", "未填写预防接种证上百白破疫苗的剂次", "中华人民共和国疫苗管理法")
	one := newChild(a.County(), 15)
	short := b.led(b.fill("/children", nil, "/child/identity_kind", string(one.IdentityKind), "/child/identity", one.Identity, "/child/name", one.Name,
		"/child/born_on", one.BornOn.String(), "/child/sex", string(one.Sex), "/child/county", a.County(), "/class", "托小一班", "/entered_on", today().String(),
		"/dtap_doses", "2"), "/children/C", "到入托之日应已接种百白破疫苗3剂，接种证上为2剂")
	if !strings.Contains(short.Body, "《中华人民共和国疫苗管理法》第四十八条") {
		t.Errorf("the article is not named: %s", said(short))
	}
	b.led(b.sendForm(b.get(page), page+"/doses", nil, "/dtap_doses", "3"), page, "已登记接种证上的剂次")
	if strings.Contains(b.get(page).Body, "百白破疫苗的剂次。") {
		t.Error("the reminder stays when the certificate was shown")
	}
	b.led(b.fill(page+"/doses", nil, "/dtap_doses", "2", "/reason", "看错一行"), page, "接种证上为2剂")
	consent := roleplay.File{Field: "/evidence", Name: "consent.pdf", Content: testdata.PDF("consent")}
	missing := b.fill(page+"/consents", nil, "/purpose", "checkup", "/given_on", today().String())
	if missing.Status != http.StatusUnprocessableEntity {
		t.Errorf("a consent without its paper: %d", missing.Status)
	}
	b.led(b.fill(page+"/consents", []roleplay.File{consent}, "/purpose", "checkup", "/given_on", today().String()), page, "有效")
	b.led(b.sendForm(b.get(page), page+"/consents/checkup/withdraw", nil), page, "已撤回")
	unfiled := b.sendForm(b.get(page), page+"/class", nil, "class", "c2")
	if unfiled.Status != http.StatusUnprocessableEntity || !strings.Contains(unfiled.Body, "备案的班级：乳儿班、托小一班、托大一班") {
		t.Errorf("a class that is not filed: %d %s", unfiled.Status, said(unfiled))
	}
	b.led(b.sendForm(b.get(page), page+"/class", nil, "class", "托大一班"), page, "已转入 托大一班")
	whole := b.get(page + "/correct")
	identity := regexp.MustCompile(`name="/identity" value="(\w{18})"`).FindStringSubmatch(whole.Body)
	name := regexp.MustCompile(`name="/name" value="([^"]+)"`).FindStringSubmatch(whole.Body)
	born := regexp.MustCompile(`name="/born_on" value="([^"]+)"`).FindStringSubmatch(whole.Body)
	sex := regexp.MustCompile(`name="/sex" value="(\w+)" checked`).FindStringSubmatch(whole.Body)
	if identity == nil || name == nil || born == nil || sex == nil {
		t.Fatalf("the guardian's form: %s", whole.Body)
	}
	b.led(b.sendForm(whole, page+"/correct", nil, "/identity_kind", "resident_id", "/identity", identity[1], "/name", name[1], "/born_on", born[1], "/sex", sex[1],
		"/guardian_phone", "13800000000", "/county", a.County()), page, "13800000000")
	signIn(t, h, "county-office-"+a.County()).shows("/readings?child="+child, "监护人查阅、复制或更正", a.Account)
}

func TestAContractFromThePages(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	county := a.County()
	office, b, clinic := signIn(t, h, "county-office-"+county), signIn(t, h, a.Account), signIn(t, h, "clinic-"+county+"-1")
	c := roleplay.Clinic(county, "1", today().AddMonths(36))
	fields := []string{"/id", c.ID, "/name", c.Name, "/licence", c.Licence, "/licensed_until", c.LicensedUntil.String(), "/primary_care", "true", "/capacity", "100"}
	for _, m := range c.Modes {
		fields = append(fields, "/modes", string(m))
	}
	if c.Township != "" {
		fields = append(fields, "/township", c.Township)
	}
	office.led(office.fill("/clinics/new", nil, fields...), "/clinics", c.Name)
	office.shows("/clinics/"+c.ID, c.Licence)
	b.shows("/contracts/candidates", c.Name, "与其签约")

	terms := []string{"/mode", "visiting", "/starts_on", begun().String(), "/ends_on", begun().AddMonths(12).AddDays(-1).String()}
	for _, s := range nursery.ContractServices() {
		terms = append(terms, "/services", string(s))
	}
	empty := b.fill("/contracts/new?clinic="+c.ID, nil, "/clinic", c.ID)
	if empty.Status != http.StatusUnprocessableEntity || !strings.Contains(empty.Body, "处需要更正") {
		t.Errorf("a contract without terms: %d", empty.Status)
	}
	taken := b.fill("/contracts/new?clinic="+c.ID, nil, append(terms, "/institution", a.Institution(), "/clinic", c.ID)...)
	contract := taken.Location
	b.led(taken, "/contracts/QY-", "等待双方签署")
	caseNo := strings.TrimPrefix(contract, "/contracts/")
	asked := open(t, a.Actor, caseNo, "contract.sign")
	changed := clinic.fill(contract+"/amend", nil, append(terms, "/institution", a.Institution(), "/clinic", c.ID, "/note", "每周三上午到园")...)
	clinic.led(changed, contract, "每周三上午到园")
	await(t, a.Actor, caseNo, func(c roleplay.Case) bool { // the new text is to be signed
		return slices.ContainsFunc(c.Tasks, func(t roleplay.Task) bool {
			return t.Kind == asked.Kind && t.Role == asked.Role && t.State == "open" && t.ID != asked.ID
		})
	})
	parties{a, h.users.As(c.ID), h.users.As("county-office-" + county)}.sign(t, caseNo)
	await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageInForce))
	photo := roleplay.File{Field: "/evidence", Name: "visit.pdf", Content: testdata.PDF("visit")}
	clinic.led(clinic.fill(contract+"/visits", []roleplay.File{photo}, "/visited_on", today().String(), "/content", "指导晨检流程"), contract, "指导晨检流程")
	shown := b.shows(contract, "指导晨检流程", "附件 1")
	confirm := regexp.MustCompile(contract + `/visits/\d+/confirm`).FindString(shown.Body)
	b.led(b.sendForm(shown, confirm, nil), contract, "机构已确认")
	b.led(b.fill(contract+"/terminate", nil, "/ends_on", today().AddDays(40).String(), "/reason", "机构迁址"), contract, "已登记终止")
}

func TestABuildingSiteFromThePages(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	const county = "140403"
	plan := plannedFrom(t, 40)
	office, city := signIn(t, h, "county-office-"+county), signIn(t, h, "city-office")
	short := plan
	short.Sites = plan.Sites[1:]
	if p := city.fill("/build/new", nil, planFields(short)...); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "潞州区") || !strings.Contains(p.Body, plan.Title) {
		t.Errorf("a plan without a site in 潞州区: %d: %s", p.Status, said(p))
	}
	taken := city.fill("/build/new", nil, planFields(plan)...)
	started := city.led(taken, "/build?plan=plan-", "已启动，共 12 个建设点。")
	site := regexp.MustCompile(`/build/[A-Z]+-` + county + `-[^"?]+`).FindString(started.Body)
	fitOut := plan.Milestones[0]
	fields := []string{"/milestone", string(fitOut.Kind), "/percent", "100", "/note", "装修完成"}
	bare := office.fill(site+"/report", nil, fields...)
	if bare.Status != http.StatusUnprocessableEntity || !strings.Contains(bare.Body, "完成节点须提交") || !strings.Contains(bare.Body, "装修完成") {
		t.Errorf("a report without evidence: %d", bare.Status)
	}
	var files []roleplay.File
	for i, kind := range fitOut.Evidence {
		row := "/evidence/" + string(rune('0'+i))
		fields = append(fields, "/evidence/_rows", string(rune('0'+i)), row+"/kind", kind)
		files = append(files, roleplay.File{Field: row + "/attachment", Name: kind + ".pdf", Content: testdata.PDF(kind)})
	}
	office.led(office.fill(site+"/report", files, fields...), site, "待核定")
	shown := city.shows(site, "装修完成", "核定")
	decide := regexp.MustCompile(site + `/reports/\d+`).FindString(shown.Body)
	city.led(city.sendForm(shown, decide, nil, "verdict", "accept"), site, "已核定")

	amend := []string{"/seats", "200", "/mode", "public", "/reason", "扩大规模"}
	city.led(city.fill(site+"/amend", nil, append(amend, milestoneFields(plan.Milestones)...)...), site, "第 2 版")
	city.shows(site, "计划 200")
	city.shows(strings.Replace(taken.Location, "/build?", "/build/ranking?", 1), "名次", "潞州区")
	a, filing := receipted(t, h, "public_comprehensive")
	office.shows(site+"/filing", a.Registration.Name, filing)
	wrong := office.fill(site+"/filing", nil, "/filing", "BA-140403-2026-999999-9")
	if wrong.Status == http.StatusSeeOther {
		t.Error("a filing that there is not was linked")
	}
	office.led(office.fill(site+"/filing", nil, "/filing", filing), site, "已关联")
}

func planFields(plan nursery.BuildPlan) []string {
	terms := plan.Terms
	fields := []string{
		"/title", plan.Title, "/seats", strconv.Itoa(plan.Seats), "/deadline", plan.Deadline.String(),
		"/source/document", plan.Source.Document, "/source/article", plan.Source.Article, "/source/binding", string(plan.Source.Binding), "/source/verified", "true",
		"/terms/reply_days", strconv.Itoa(terms.ReplyDays), "/terms/escalate_after", strconv.Itoa(terms.EscalateAfter), "/terms/progress", strconv.Itoa(terms.Progress),
		"/terms/seats", strconv.Itoa(terms.Seats), "/terms/on_time", strconv.Itoa(terms.OnTime), "/terms/verified", "false",
	}
	for i, s := range plan.Sites {
		at := "/sites/" + strconv.Itoa(i)
		fields = append(fields, "/sites/_rows", strconv.Itoa(i), at+"/county", s.County, at+"/name", s.Name, at+"/seats", strconv.Itoa(s.Seats), at+"/mode", string(s.Mode))
	}
	return append(fields, milestoneFields(plan.Milestones)...)
}

func milestoneFields(milestones []nursery.Milestone) []string {
	var fields []string
	for i, m := range milestones {
		at := "/milestones/" + strconv.Itoa(i)
		fields = append(fields, "/milestones/_rows", strconv.Itoa(i), at+"/kind", string(m.Kind), at+"/planned_start", m.PlannedStart.String(),
			at+"/planned_end", m.PlannedEnd.String(), at+"/weight", strconv.Itoa(m.Weight), at+"/evidence", strings.Join(m.Evidence, "、"))
	}
	return fields
}

func TestAttendanceIsEnteredByClassAndSummedUp(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	first, second := inCare(t, a.Actor, newChild(a.County(), 15), "c1"), inCare(t, a.Actor, newChild(a.County(), 20), "c1")
	b := signIn(t, h, a.Account)
	shown := b.shows("/attendance", "2 名未登记", first, second)
	fields := []string{"class", "c1", "on", today().String(), "child", first, "state:" + first, "present", "child", second, "state:" + second, "sick"}
	b.led(b.sendForm(shown, "/attendance", nil, fields...), "/attendance?", "出勤 1 / 2 名")
	if p := b.sendForm(shown, "/attendance", nil, fields...); p.Status != http.StatusSeeOther {
		t.Errorf("the same form twice: %d", p.Status)
	}
	// A submission from an outdated page is shown again, and is not saved.
	late := b.post("/attendance", "_key", key(), "class", "c1", "on", today().String(), "_version", "0", "child", second, "state:"+second, "leave")
	if late.Status != http.StatusConflict || !strings.Contains(late.Body, "刚刚有人登记过") {
		t.Errorf("a stale form: %d", late.Status)
	}
	again := b.get("/attendance")
	b.led(b.sendForm(again, "/attendance", nil, "class", "c1", "on", today().String(), "child", second, "state:"+second, "absent"), "/attendance?", "出勤 1 / 2 名")
	b.shows("/attendance/month", "考勤合计", second)
	if n := h.number(t, `SELECT count(*) FROM attendance WHERE child = $1`, second); n != 2 {
		t.Errorf("%d entries, want both kept", n)
	}
	var month struct {
		Children []struct {
			Child                 string
			Present, Sick, Absent int
		} `json:"children"`
	}
	if err := a.Get(t.Context(), "/api/v1/attendance/month?on="+today().String(), &month); err != nil || len(month.Children) != 2 {
		t.Fatalf("%+v, %v", month, err)
	}
	for _, c := range month.Children {
		if c.Child == second && (c.Absent != 1 || c.Sick != 0) {
			t.Errorf("the month of %s: %+v", c.Child, c)
		}
	}
}
