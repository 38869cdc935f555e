package stories

import (
	"context"
	"fmt"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

const (
	measures  = "托育机构登记和备案办法(试行)"
	standards = "托育机构设置标准(试行)"
	manners   = "托育机构管理规范(试行)"
)

// Ended lists the stories that are played to their end.
func Ended() []Story {
	return []Story{
		{"clean", "公办综合托育机构，一次备齐", clean},
		{"eleven-gaps", "社区托育机构，十一处缺漏两轮补正，其后变更备案", elevenGaps},
		{"silent-office", "幼儿园托班，办理机关逾期不答复", silentOffice},
		{"nonconformity", "其他托育机构，现场不符合后整改，其后注销备案", nonconformity},
		{"family-point", "家庭托育点收托六人，转按托育机构备案", familyPoint},
		{"withdrawn", "用人单位办托，申请人撤回", withdrawn},
		{"county-site", "县区公办示范机构，从计划到备案，一次红灯", countySite},
		{"contract", "医育结合签约：签署、履约、终止与接续提醒", contracted},
		{"checkup", "半年健康体检：三个班，一次复测，一名转诊", checkedUp},
		{"inspection-plan", "督导评估计划：承诺、见证抽取、任何人可核验、一次例行检查", drawn},
		{"inspection", "督导评估：一次整改合格，一次移送处罚", inspected},
		{"insurance", "意外伤害险一个月：退回的行、重复、例外、新生儿与一次赔付", insuranceMonth},
	}
}

// clean plays a filing that passes every step.
func clean(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "public_comprehensive")
	if err != nil {
		return err
	}
	if err := sc.register(ctx, a, a.Registration); err != nil {
		return err
	}
	caseNo, err := sc.file(ctx, a, "public_comprehensive")
	if err != nil {
		return err
	}
	if err := sc.accept(ctx, a, caseNo); err != nil {
		return err
	}
	return sc.visitConforming(ctx, a, caseNo)
}

// elevenGaps plays a filing whose registration a clerk confirms and whose gaps are notified at once and corrected in
// two rounds; when it is filed, the institution changes what it offers.
func elevenGaps(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "community")
	if err != nil {
		return err
	}
	caseNo, err := sc.file(ctx, a, "eleven_gaps")
	if err != nil {
		return err
	}
	err = sc.answer(ctx, a.Clerk(), caseNo, "filing.registration", nursery.OutcomeConfirm, a.Registration,
		"对照上传的登记证书确认登记信息", measures+"第四条、第六条")
	if err != nil {
		return err
	}
	for _, round := range []struct {
		gaps    int
		correct string
		note    string
	}{
		{11, "eleven_gaps_round_1", "按告知书补正，其中食品经营许可证误传了过期的一份"},
		{4, "eleven_gaps_round_2", "补正其余各项"},
	} {
		err := sc.answer(ctx, a.Clerk(), caseNo, "filing.review", nursery.OutcomeCorrect, roleplay.Review{Findings: []roleplay.Finding{}},
			fmt.Sprintf("一次性告知需补正 %d 项，办理期限停止计算", round.gaps), "优化营商环境条例第三十六条")
		if err != nil {
			return err
		}
		if err := sc.correct(ctx, a, caseNo, round.gaps, round.correct, round.note); err != nil {
			return err
		}
	}
	if err := sc.accept(ctx, a, caseNo); err != nil {
		return err
	}
	if err := sc.visitConforming(ctx, a, caseNo); err != nil {
		return err
	}
	return sc.change(ctx, a, caseNo, "community_changed")
}

// silentOffice plays a filing that nobody at the office reviews until its silence counts as acceptance.
func silentOffice(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "kindergarten_class")
	if err != nil {
		return err
	}
	admin := sc.Users.As("administrator")
	err = admin.Set(ctx, sc.key(), a.County(), "filing.silence", nursery.SilenceAccept, "演示：逾期未答复视为受理")
	if err != nil {
		return err
	}
	sc.say(admin, "为"+nursery.CountyName(a.County())+"设定：逾期未答复视为受理", "参照行政许可法第三十二条，由县区确定")
	if err := sc.register(ctx, a, a.Registration); err != nil {
		return err
	}
	caseNo, err := sc.file(ctx, a, "kindergarten_class")
	if err != nil {
		return err
	}
	task, err := a.Clerk().AwaitTask(ctx, caseNo, "filing.review")
	if err != nil {
		return err
	}
	sc.say(nil, fmt.Sprintf("材料等待核对，应于 %s 前办结；时间快进", task.DueOn), measures+"第九条")
	if err := sc.letTimePass(ctx, a, caseNo, nursery.StageReceiptIssued); err != nil {
		return err
	}
	sc.say(nil, "办理机关始终未答复，材料齐全，视为受理，发给备案回执", measures+"第九条")
	if _, err := a.Await(ctx, caseNo, roleplay.Printed(nursery.StageReceiptIssued)); err != nil {
		return err
	}
	return sc.visitConforming(ctx, a, caseNo)
}

// letTimePass advances the case's own clock day by day until the case is in the stage.
func (sc *scene) letTimePass(ctx context.Context, a *roleplay.Applicant, caseNo string, until nursery.Stage) error {
	told := 0
	for range 60 {
		c, err := a.Clerk().Case(ctx, caseNo)
		if err != nil {
			return err
		}
		for _, e := range c.Timeline[min(told, len(c.Timeline)):] {
			if told > 0 && e.Actor == nursery.Engine.Account {
				sc.say(nil, e.At.In(nursery.Shanghai).Format("1月2日 15:04")+" "+e.Note, "")
			}
		}
		told = len(c.Timeline)
		if c.Stage == until {
			return nil
		}
		if err := roleplay.Skip(ctx, sc.Temporal, sc.Namespace, caseNo, 24*time.Hour); err != nil {
			return err
		}
	}
	return fmt.Errorf("case %s is not at %s after 60 days", caseNo, until)
}

// nonconformity plays a filing with complete papers whose site does not conform, is rectified and closed; later the
// institution closes.
func nonconformity(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "short_video")
	if err != nil {
		return err
	}
	if err := sc.register(ctx, a, a.Registration); err != nil {
		return err
	}
	caseNo, err := sc.file(ctx, a, "short_video")
	if err != nil {
		return err
	}
	if err := sc.accept(ctx, a, caseNo); err != nil {
		return err
	}
	found := roleplay.Visit{
		Findings: []roleplay.Finding{
			{Rule: "MN-32c", Field: "/premises/video_days", Message: "监控录像只保存60天。"},
			{Message: "二层活动室通往楼梯的防火门不能自行关闭。"},
		},
		RectifyDays: 10, VisitedOn: nursery.DateOf(time.Now()), Attachments: []string{},
	}
	if found.Attachments, err = sc.photo(ctx, a.Inspector(1), a.Institution(), "现场照片.png"); err != nil {
		return err
	}
	err = sc.answer(ctx, a.Inspector(1), caseNo, "filing.site_visit", nursery.OutcomeNonconform, found,
		"现场核查：两项不符合标准", manners+"第三十二条")
	if err != nil {
		return err
	}
	if err := sc.countersign(ctx, a, caseNo, "filing.site_visit_countersign", "第二名检查员核签同意，告知并公示", measures+"第九条第二款"); err != nil {
		return err
	}
	proof := roleplay.Note{Note: "录像机已扩容，保存90天以上；防火门闭门器已更换。"}
	if proof.Attachments, err = sc.photo(ctx, a.Actor, "", "整改照片.png"); err != nil {
		return err
	}
	if err := sc.answer(ctx, a.Actor, caseNo, "filing.rectify", nursery.OutcomeProve, proof, "提交整改证明", ""); err != nil {
		return err
	}
	again := roleplay.Visit{Findings: []roleplay.Finding{}, VisitedOn: nursery.DateOf(time.Now()), Attachments: []string{}}
	err = sc.answer(ctx, a.Inspector(2), caseNo, "filing.recheck", nursery.OutcomeConform, again, "复查：两项均已整改", manners+"第三十二条")
	if err != nil {
		return err
	}
	if err := sc.countersignBy(ctx, a.Inspector(3), caseNo, "filing.recheck_countersign", "第三名检查员核签同意", ""); err != nil {
		return err
	}
	if _, err := a.Await(ctx, caseNo, roleplay.Printed(nursery.StageClosed)); err != nil {
		return err
	}
	sc.say(nil, "整改合格，办结", measures+"第九条")
	return sc.cancel(ctx, a, caseNo)
}

// familyPoint plays a filing that is rerouted and filed again as an institution.
func familyPoint(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "family_point_six_children")
	if err != nil {
		return err
	}
	if err := sc.register(ctx, a, a.Registration); err != nil {
		return err
	}
	caseNo, err := sc.file(ctx, a, "family_point_six_children")
	if err != nil {
		return err
	}
	c, err := a.Await(ctx, caseNo, roleplay.Printed(nursery.StageRerouted))
	if err != nil {
		return err
	}
	if len(c.Children) != 1 {
		return fmt.Errorf("case %s was rerouted into %d drafts, want 1", caseNo, len(c.Children))
	}
	draft := c.Children[0].CaseNo
	sc.cases = append(sc.cases, draft)
	sc.say(nil, "拟收托六人，超过五人，转为托育机构备案草稿 "+draft, "家庭托育点管理办法(试行)第三条")

	registered, err := a.RegistrationOf("family_point_as_institution")
	if err != nil {
		return err
	}
	if err := sc.register(ctx, a, registered); err != nil {
		return err
	}
	app, err := a.Prepare(ctx, "family_point_as_institution")
	if err != nil {
		return err
	}
	d, err := a.Case(ctx, draft)
	if err != nil {
		return err
	}
	if err := a.Correct(ctx, sc.key(), draft, d.Version, app, true); err != nil {
		return err
	}
	sc.say(a.Actor, "换到商业用房，增加人员，补齐草稿后提交", measures+"第八条")
	if err := sc.accept(ctx, a, draft); err != nil {
		return err
	}
	return sc.visitConforming(ctx, a, draft)
}

// withdrawn plays a filing that the applicant withdraws.
func withdrawn(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "employer")
	if err != nil {
		return err
	}
	if err := sc.register(ctx, a, a.Registration); err != nil {
		return err
	}
	caseNo, err := sc.file(ctx, a, "employer")
	if err != nil {
		return err
	}
	if _, err := a.Clerk().AwaitTask(ctx, caseNo, "filing.review"); err != nil {
		return err
	}
	if err := a.Withdraw(ctx, sc.key(), caseNo, "园区改建，暂缓开办"); err != nil {
		return err
	}
	sc.say(a.Actor, "撤回申请："+caseNo, "")
	_, err = a.Await(ctx, caseNo, roleplay.Stage(nursery.StageWithdrawn))
	return err
}
