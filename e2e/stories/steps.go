package stories

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// register has the registrar of the nature push its data.
func (sc *scene) register(ctx context.Context, a *roleplay.Applicant, reg nursery.Registration) error {
	registrar := a.Registrar()
	if err := registrar.Register(ctx, sc.key(), reg); err != nil {
		return err
	}
	sc.say(registrar, "推送登记信息："+reg.Name, measures+"第四条、第六条")
	return nil
}

var (
	ruleSetTitles = map[string]string{"registration.route": "登记", "filing.complete": "材料", "filing.conform": "标准"}
	resultTitles  = map[nursery.Result]string{
		nursery.Pass: "通过", nursery.Fail: "有不符项", nursery.Unknown: "有缺项", nursery.NotApplicable: "不适用",
	}
)

// file prechecks the application and submits it.
func (sc *scene) file(ctx context.Context, a *roleplay.Applicant, name string) (string, error) {
	app, err := a.Prepare(ctx, name)
	if err != nil {
		return "", err
	}
	sc.say(a.Actor, fmt.Sprintf("上传申请材料 %d 份", len(app.Papers)), measures+"第八条")
	made, err := a.Precheck(ctx, app)
	if err != nil {
		return "", err
	}
	var says []string
	for _, d := range made {
		says = append(says, ruleSetTitles[d.RuleSet]+resultTitles[d.Result])
	}
	sc.say(a.Actor, "提交前自查："+strings.Join(says, "，"), "")
	started, err := a.File(ctx, sc.key(), app, false)
	if err != nil {
		return "", err
	}
	sc.cases = append(sc.cases, started.CaseNo)
	sc.say(a.Actor, fmt.Sprintf("提交备案：%s，%s，办件 %s，查询码 %s",
		app.Institution.Name, app.SiteKind.Title(), started.CaseNo, started.TrackingCode), "人口与计划生育法第二十八条")
	sc.say(a.Actor, fmt.Sprintf("查询进度：%s/progress#case=%s&code=%s", sc.Address, started.CaseNo, started.TrackingCode), "")
	return started.CaseNo, nil
}

// answer waits until the case has a task of the kind and has the user complete it.
func (sc *scene) answer(ctx context.Context, who *roleplay.Actor, caseNo, kind string, outcome nursery.Outcome, form any, what, article string) error {
	task, err := who.AwaitTask(ctx, caseNo, kind)
	if err != nil {
		return err
	}
	if _, err := who.Complete(ctx, sc.key(), task.ID, outcome, form); err != nil {
		return err
	}
	sc.say(who, what, article)
	return nil
}

// accept has the clerk accept the papers and waits for the receipt.
func (sc *scene) accept(ctx context.Context, a *roleplay.Applicant, caseNo string) error {
	err := sc.answer(ctx, a.Clerk(), caseNo, "filing.review", nursery.OutcomeAccept, roleplay.Review{Findings: []roleplay.Finding{}},
		"材料齐全，予以受理", measures+"第九条")
	if err != nil {
		return err
	}
	c, err := a.Await(ctx, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
	if err != nil {
		return err
	}
	for _, d := range c.Documents {
		if d.Kind == "filing_receipt" || d.Kind == "filing_basic_conditions" {
			sc.say(nil, "发给 "+d.Title+" "+d.Number, measures+"第九条第一款")
		}
	}
	return nil
}

// visitConforming has two officers find that the site meets the standards.
func (sc *scene) visitConforming(ctx context.Context, a *roleplay.Applicant, caseNo string) error {
	visit := roleplay.Visit{Findings: []roleplay.Finding{}, VisitedOn: nursery.DateOf(time.Now()), Attachments: []string{}}
	err := sc.answer(ctx, a.Inspector(1), caseNo, "filing.site_visit", nursery.OutcomeConform, visit, "现场核查：符合标准", standards)
	if err != nil {
		return err
	}
	if err := sc.countersign(ctx, a, caseNo, "filing.site_visit_countersign", "第二名检查员核签同意", "行政处罚法第四十二条"); err != nil {
		return err
	}
	if _, err := a.Await(ctx, caseNo, roleplay.Printed(nursery.StageVerified)); err != nil {
		return err
	}
	sc.say(nil, "现场核查符合，办结", measures+"第九条")
	return nil
}

func (sc *scene) countersign(ctx context.Context, a *roleplay.Applicant, caseNo, kind, what, article string) error {
	return sc.countersignBy(ctx, a.Inspector(2), caseNo, kind, what, article)
}

func (sc *scene) countersignBy(ctx context.Context, who *roleplay.Actor, caseNo, kind, what, article string) error {
	return sc.answer(ctx, who, caseNo, kind, nursery.OutcomeAgree, roleplay.Note{Note: "核签属实"}, what, article)
}

// correct waits for the notice, checks that it names every gap, and submits the corrected application.
func (sc *scene) correct(ctx context.Context, a *roleplay.Applicant, caseNo string, gaps int, name, note string) error {
	if _, err := a.AwaitTask(ctx, caseNo, "filing.corrections"); err != nil {
		return err
	}
	c, err := a.Await(ctx, caseNo, roleplay.Printed(nursery.StageCorrections))
	if err != nil {
		return err
	}
	if len(c.Gaps) != gaps {
		return fmt.Errorf("case %s names %d gaps, want %d", caseNo, len(c.Gaps), gaps)
	}
	for _, g := range c.Gaps {
		sc.say(nil, "  待补正："+g.Message+g.Remedy, citation(g))
	}
	app, err := a.Prepare(ctx, name)
	if err != nil {
		return err
	}
	if err := a.Correct(ctx, sc.key(), caseNo, c.Version, app, true); err != nil {
		return err
	}
	sc.say(a.Actor, note, "")
	return nil
}

func citation(r nursery.Reason) string {
	if len(r.Basis) == 0 {
		return ""
	}
	text := r.Basis[0].Document
	article, item, _ := strings.Cut(strings.TrimSuffix(r.Basis[0].Article, ")"), "(")
	if article != "" {
		text += "第" + article + "条"
	}
	if item != "" {
		text += "第(" + item + ")项"
	}
	return text
}

// change files a change after the receipt.
func (sc *scene) change(ctx context.Context, a *roleplay.Applicant, caseNo, name string) error {
	app, err := a.Prepare(ctx, name)
	if err != nil {
		return err
	}
	started, err := a.Change(ctx, sc.key(), caseNo, app, "增加计时托，更换联系电话")
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, started.CaseNo)
	sc.say(a.Actor, "申请变更备案：增加计时托，办件 "+started.CaseNo, measures+"第十条")
	err = sc.answer(ctx, a.Clerk(), started.CaseNo, "filing_change.review", nursery.OutcomeApprove, map[string]string{"reason": "变更内容属实"},
		"同意变更，换发变更备案回执", measures+"第十条")
	if err != nil {
		return err
	}
	_, err = a.Await(ctx, started.CaseNo, roleplay.Printed(nursery.StageChanged))
	return err
}

// cancel cancels the filing of the institution once children and staff are placed.
func (sc *scene) cancel(ctx context.Context, a *roleplay.Applicant, caseNo string) error {
	started, err := a.Cancel(ctx, sc.key(), caseNo, nursery.Cancellation{
		Reason: "房屋租赁到期，不再续办", ChildrenSettled: true, StaffSettled: true, Plan: "在托婴幼儿转入邻近机构，工作人员已结清工资。",
	})
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, started.CaseNo)
	sc.say(a.Actor, "申请注销备案，办件 "+started.CaseNo, manners+"第七条")
	err = sc.answer(ctx, a.Clerk(), started.CaseNo, "filing_cancel.review", nursery.OutcomeApprove, map[string]string{"reason": "婴幼儿和工作人员已妥善安置"},
		"同意注销，原备案回执失效", manners+"第七条")
	if err != nil {
		return err
	}
	_, err = a.Await(ctx, started.CaseNo, roleplay.Printed(nursery.StageCancelled))
	return err
}

// photo uploads a picture, for an institution if an officer took it, and returns it as the attachments of a form.
func (sc *scene) photo(ctx context.Context, who *roleplay.Actor, institution, name string) ([]string, error) {
	id, err := who.UploadFor(ctx, institution, name, "image/png", testdata.PNG(uint8(sc.keys.Load())))
	return []string{id}, err
}
