// Package workflows is the processes, one file each. A workflow is deterministic and small: it asks people by
// humantask, does everything else by activities, and carries identifiers only.
package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// TaskQueue is the queue workers listen on.
const TaskQueue = "tuoyu"

// CalendarChanged is the signal that a year of the calendar was published.
const CalendarChanged = humantask.CalendarChanged

// CaseInput starts a case. The workflow's ID is the case number.
type CaseInput struct {
	CaseNo      string
	County      string
	Institution string
	SiteKind    nursery.SiteKind
	SubmittedBy string

	// Of a process that continues as new: how many tasks the runs before have opened, and those still open.
	Asked int               `json:",omitempty"`
	Open  []humantask.Asked `json:",omitempty"`
}

// Change is what the Updates activities.CaseChanged and activities.BuildChanged carry: that facts have changed, and no more.
type Change struct{ ID string }

// onCaseChanged has do run whenever the facts of a case have changed.
func onCaseChanged(ctx workflow.Context, do func(Change)) error {
	err := workflow.SetUpdateHandler(ctx, activities.CaseChanged, func(_ workflow.Context, c Change) error {
		do(c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("take changes: %w", err)
	}
	return nil
}

// CaseResult is how a case ended.
type CaseResult struct {
	Stage nursery.Stage
}

// Process is one row of the house: a kind of case, its workflow and its stages.
type Process struct {
	Kind     nursery.CaseKind
	Title    string // Chinese, as people call it
	Prefix   string // of its case numbers
	Name     string // of the workflow, in histories and starts; never changed
	Workflow any
	Stages   []StageInfo     // in their order
	Usual    []nursery.Stage // those of a case in which nothing goes amiss, in the same order
	Files    string          // what its files are to those who may read or upload them: the first half of the act
	Offices  bool            // a case stands under a name of the office that opened it, not under an institution's code
}

// The kinds of files a case may have.
const (
	attachments = "attachment"
	evidence    = "evidence" // of a building site: handed in and read by offices
)

// Under whose name the cases of a process stand.
const (
	institutions = false
	offices      = true
)

// StageInfo says what a stage is called and who holds the ball in it.
type StageInfo struct {
	Stage  nursery.Stage
	Title  string
	Holder nursery.Role // empty when nobody has to act
	Next   string       // what happens next, in words for the applicant
}

// First returns the stage in which a case of the process begins: the first of those in which nothing goes amiss.
func (p Process) First() StageInfo {
	info, _ := p.Stage(p.Usual[0])
	return info
}

// Stage gives the stage of the process; false when it has no such stage.
func (p Process) Stage(s nursery.Stage) (StageInfo, bool) {
	for _, info := range p.Stages {
		if info.Stage == s {
			return info, true
		}
	}
	return StageInfo{}, false
}

// Processes lists every process.
func Processes() []Process {
	return []Process{
		{nursery.KindFiling, "托育机构备案", "BA", "Filing", Filing, []StageInfo{
			{nursery.StageDraft, "草稿", nursery.RoleInstitution, "请补充完整后提交。"},
			{nursery.StageRegistration, "登记信息核验", nursery.RoleClerk, "办理机关正在核验登记信息。"},
			{nursery.StageSubmitted, "材料核对", nursery.RoleClerk, "办理机关正在核对备案材料，请留意通知。"},
			{nursery.StageCorrections, "待补正", nursery.RoleInstitution, "请按一次性告知书补正材料，补正期间不计入办理时限。"},
			{nursery.StageMaterialsComplete, "已受理", nursery.RoleEngine, "材料齐全，正在制发备案回执。"},
			{nursery.StageReceiptIssued, "已发回执，待现场核查", nursery.RoleInspector, "已备案。两名工作人员将到现场核查，请保持联系电话畅通。"},
			{nursery.StageNonconforming, "已告知不符合标准", nursery.RoleInstitution, "请查看不符合标准告知书并按期整改。"},
			{nursery.StageRectifying, "整改中", nursery.RoleInstitution, "请按期整改，并提交整改证明。"},
			{nursery.StageVerified, "现场核查符合，办结", "", "备案已办结。备案内容变化时请及时办理变更备案。"},
			{nursery.StageClosed, "整改合格，办结", "", "备案已办结。备案内容变化时请及时办理变更备案。"},
			{nursery.StagePenaltyReferred, "移送处罚程序", "", "请按处罚程序的通知办理。"},
			{nursery.StageWithdrawn, "已撤回", "", "申请已撤回，可以重新提交备案。"},
			{nursery.StageRerouted, "转按托育机构备案", "", "收托超过五人应按托育机构备案，已为您保存新的备案草稿，请补充后提交。"},
		}, []nursery.Stage{
			nursery.StageSubmitted, nursery.StageMaterialsComplete, nursery.StageReceiptIssued, nursery.StageVerified,
		}, attachments, institutions},
		{nursery.KindChange, "变更备案", "BG", "FilingChange", FilingChange, []StageInfo{
			{nursery.StageSubmitted, "变更核对", nursery.RoleClerk, "办理机关正在核对变更内容。"},
			{nursery.StageChanged, "变更已备案", "", "变更已备案，原回执由变更备案回执取代。"},
			{nursery.StageRefused, "不予变更", "", "请查看不予变更的理由，可以更正后重新提交。"},
			{nursery.StageWithdrawn, "已撤回", "", "申请已撤回。"},
		}, []nursery.Stage{
			nursery.StageSubmitted, nursery.StageChanged,
		}, attachments, institutions},
		{nursery.KindCancellation, "注销备案", "ZX", "FilingCancel", FilingCancel, []StageInfo{
			{nursery.StageSubmitted, "注销核对", nursery.RoleClerk, "办理机关正在核对婴幼儿和工作人员的安置情况。"},
			{nursery.StageCancelled, "已注销", "", "备案已注销，原备案回执失效。"},
			{nursery.StageRefused, "不予注销", "", "请查看理由，妥善安置后重新提交。"},
			{nursery.StageWithdrawn, "已撤回", "", "申请已撤回。"},
		}, []nursery.Stage{
			nursery.StageSubmitted, nursery.StageCancelled,
		}, attachments, institutions},
		{nursery.KindBuild, "公办示范托育机构建设", "JS", "Build", Build, []StageInfo{
			{nursery.StageBuilding, "建设中", nursery.RoleCountyOffice, "县区按节点报送进度和佐证材料，市级核定。"},
			{nursery.StageSupervised, "督办中", nursery.RoleCountyOffice, "请在期限内书面答复督办，说明原因和赶上的日期。"},
			{nursery.StageBuilt, "已建成并备案", "", "六个节点全部完成，已销号。"},
		}, []nursery.Stage{
			nursery.StageBuilding, nursery.StageBuilt,
		}, evidence, offices},
		{nursery.KindContract, "医育结合签约", nursery.PrefixContract, "Contract", Contract, []StageInfo{
			{nursery.StageSigning, "双方签署", nursery.RoleInstitution, "请核对协议文本并签署；文本变更后须重新签署。"},
			{nursery.StageContractFiling, "县区备案", nursery.RoleCountyOffice, "双方已签署，县区正在备案。"},
			{nursery.StageContractAwaited, "待生效", nursery.RoleEngine, "协议到生效日自动履行。"},
			{nursery.StageInForce, "履行中", nursery.RoleHospital, "按协议开展技术指导和半年体检，到期前六十日征询续签。"},
			{nursery.StageContractEnded, "已终止", "", "协议已到期或终止。"},
			{nursery.StageContractRefused, "未签成", "", "未签成协议，可以重新发起。"},
		}, []nursery.Stage{
			nursery.StageSigning, nursery.StageContractFiling, nursery.StageContractAwaited, nursery.StageInForce, nursery.StageContractEnded,
		}, attachments, institutions},
		{nursery.KindCheckup, "在托婴幼儿健康体检", nursery.PrefixCheckup, "CheckupRound", CheckupRound, []StageInfo{
			{nursery.StageRoundBlocked, "没有签约，不能开展", nursery.RoleCountyOffice, "请先签订医育结合协议；协议生效后自动开始体检。"},
			{nursery.StageRecording, "体检中", nursery.RoleHospital, "签约医疗机构逐班体检，请先取得监护人同意。"},
			{nursery.StageRoundMissed, "核对漏检", nursery.RoleCountyOffice, "县区正在核对漏检的婴幼儿。"},
			{nursery.StageRoundClosed, "体检办结", "", "本半年体检已办结，报告可以下载。"},
			{nursery.StageRoundLost, "本半年未开展", "", "本半年没有生效的签约，未开展体检。"},
		}, []nursery.Stage{
			nursery.StageRecording, nursery.StageRoundClosed,
		}, attachments, institutions},
		{nursery.KindReferral, "体检后转诊", nursery.PrefixReferral, "Referral", Referral, []StageInfo{
			{nursery.StageReferred, "待接收", nursery.RoleHospital, "签约医生正在联系接收医院。"},
			{nursery.StageReferralTaken, "待就诊", nursery.RoleHospital, "请监护人按约带孩子就诊。"},
			{nursery.StageReferralTraced, "追访中", nursery.RoleHospital, "签约医生正在联系监护人。"},
			{nursery.StageReferralSeen, "待反馈结果", nursery.RoleHospital, "已就诊，等待结果。"},
			{nursery.StageReferralDone, "结果已反馈，办结", "", "转诊已办结。"},
			{nursery.StageReferralEnded, "未就诊，办结", "", "追访后仍未就诊。"},
		}, []nursery.Stage{
			nursery.StageReferred, nursery.StageReferralTaken, nursery.StageReferralSeen, nursery.StageReferralDone,
		}, attachments, institutions},
		{nursery.KindInspection, "督导评估", nursery.InspectionPrefix, "Inspection", Inspection, []StageInfo{
			{nursery.StageAssigning, "落实检查人员", nursery.RoleInspector, "正在落实两名检查人员。"},
			{nursery.StageScheduling, "商定日期", nursery.RoleInspector, "请确认检查日期。"},
			{nursery.StageVisiting, "待现场检查", nursery.RoleInspector, "两名检查人员将到场，请配合检查。"},
			{nursery.StageSigning, "待签字确认", nursery.RoleInstitution, "请核对检查记录并签字；有异议的可以写明。"},
			{nursery.StageOrdered, "责令限期改正", nursery.RoleInstitution, "请在期限内整改并提交证明。"},
			{nursery.StageReinspected, "待复查", nursery.RoleInspector, "检查人员将到场复查。"},
			{nursery.StageDeciding, "复查不合格", nursery.RoleSupervisor, "复查仍不合格，正在研究后续处理。"},
			{nursery.StageInspected, "检查办结", "", "本次检查办结，请持续符合标准。"},
			{nursery.StageCorrected, "整改合格，办结", "", "整改合格，本次检查办结。"},
			{nursery.StagePenaltyReferred, "移送处罚程序", "", "请按处罚程序的通知办理。"},
		}, []nursery.Stage{
			nursery.StageAssigning, nursery.StageScheduling, nursery.StageVisiting, nursery.StageSigning, nursery.StageInspected,
		}, attachments, institutions},
		{nursery.KindInspectionPlan, "检查计划与随机抽取", nursery.InspectionPlanPrefix, "InspectionPlan", InspectionPlan, []StageInfo{
			{nursery.StagePlanDrafting, "拟定名单", nursery.RoleSupervisor, "主管部门核对受检机构名单，公布抽取承诺。"},
			{nursery.StagePlanCommitted, "待见证抽取", nursery.RoleCountyOffice, "承诺已公布，等待另一名人员录入公开值后抽取。"},
			{nursery.StagePlanDrawn, "已抽取", nursery.RoleEngine, "抽取结果已公开，正在开始检查。"},
			{nursery.StagePlanRunning, "执行中", nursery.RoleInspector, "例行检查已开始，随机抽查分散进行。"},
			{nursery.StagePlanLate, "待说明", nursery.RoleSupervisor, "半年度结束，请说明未按计划检查的情况。"},
			{nursery.StagePlanClosed, "办结", "", "本半年度检查计划办结。"},
		}, []nursery.Stage{
			nursery.StagePlanDrafting, nursery.StagePlanCommitted, nursery.StagePlanDrawn, nursery.StagePlanRunning, nursery.StagePlanClosed,
		}, attachments, offices},
		{nursery.KindComplaint, "投诉举报", nursery.ComplaintPrefix, "Complaint", Complaint, []StageInfo{
			{nursery.StageTriage, "待处理", nursery.RoleSupervisor, "主管部门正在处理。"},
			{nursery.StageVisitOpened, "已安排现场检查", "", "已安排现场检查，结果将向社会公示。"},
			{nursery.StageAnswered, "已答复", "", "请查看答复。"},
			{nursery.StageNotOurs, "不属于受理范围", "", "请查看理由。"},
		}, []nursery.Stage{
			nursery.StageTriage, nursery.StageAnswered,
		}, attachments, offices},
		{nursery.KindInsurance, "婴幼儿意外伤害险投保", "BX", "Insurance", Insurance, []StageInfo{
			{nursery.StageCollecting, "名册归集", nursery.RoleCountyOffice, "县区归集婴幼儿名册，齐全后提交核对。"},
			{nursery.StageChecking, "资格核对", nursery.RoleEngine, "正在按规则核对投保资格。"},
			{nursery.StageSigning, "批次核签", nursery.RoleCountyOffice, "请县区核签投保批次。"},
			{nursery.StageSent, "已送承保机构", nursery.RoleInsurer, "承保机构逐名答复承保结果。"},
			{nursery.StageExceptions, "例外处理", nursery.RoleCountyOffice, "请逐名处理未能投保的婴幼儿。"},
			{nursery.StageStanding, "本月已处理", nursery.RoleCountyOffice, "月底前可补报新生儿。"},
			{nursery.StageMonthDone, "本月办结", "", "本月投保已办结。"},
		}, []nursery.Stage{
			nursery.StageCollecting, nursery.StageChecking, nursery.StageSigning, nursery.StageSent, nursery.StageStanding, nursery.StageMonthDone,
		}, attachments, offices},
		{nursery.KindInsuranceClaim, "婴幼儿意外伤害险理赔", "LP", "InsuranceClaim", InsuranceClaim, []StageInfo{
			{nursery.StageReported, "已报案", nursery.RoleInsurer, "承保机构正在核定。"},
			{nursery.StageContested, "拒赔核对", nursery.RoleCountyOffice, "县区正在核对拒赔理由。"},
			{nursery.StageAccepted, "待赔付", nursery.RoleInsurer, "承保机构正在办理赔付。"},
			{nursery.StagePaid, "已赔付，办结", "", "赔付已完成。"},
			{nursery.StageClaimEnded, "不予赔付，办结", "", "请查看不予赔付的理由。"},
		}, []nursery.Stage{
			nursery.StageReported, nursery.StageAccepted, nursery.StagePaid,
		}, attachments, offices},
	}
}

// ProcessOf gives the process of a kind of case; false when there is none.
func ProcessOf(kind nursery.CaseKind) (Process, bool) {
	for _, p := range Processes() {
		if p.Kind == kind {
			return p, true
		}
	}
	return Process{}, false
}

// Repeats reports whether the workflow of a case of that kind, started from the beginning, takes the same way again once it is given
// the same answers in the same order. Its steps have then the numbers they had, each is found written, and nothing is done
// twice. That is so where one thing is done after the other and nothing depends on the day on which it is looked at. The others go
// by the months that pass, by what changes beside them, or by answers given side by side.
func Repeats(kind nursery.CaseKind) bool {
	switch kind {
	case nursery.KindFiling, nursery.KindChange, nursery.KindCancellation, nursery.KindComplaint, nursery.KindReferral, nursery.KindInsuranceClaim:
		return true
	}
	return false
}
