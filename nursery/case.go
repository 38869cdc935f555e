package nursery

// Stage is the step that a case has reached 环节; each process defines its own.
type Stage string

// The stages of a filing and of the cases that follow it.
const (
	StageDraft             Stage = "draft"              // 草稿
	StageRegistration      Stage = "registration"       // 登记信息核验
	StageSubmitted         Stage = "submitted"          // 已提交, 材料核对中
	StageCorrections       Stage = "corrections"        // 补正中
	StageMaterialsComplete Stage = "materials_complete" // 材料齐全, 已受理
	StageReceiptIssued     Stage = "receipt_issued"     // 已发备案回执, 待现场核查
	StageVerified          Stage = "verified"           // 现场核查符合
	StageNonconforming     Stage = "nonconforming"      // 已告知不符合
	StageRectifying        Stage = "rectifying"         // 整改中
	StageClosed            Stage = "closed"             // 整改合格, 办结
	StagePenaltyReferred   Stage = "penalty_referred"   // 移送处罚
	StageWithdrawn         Stage = "withdrawn"          // 已撤回
	StageRerouted          Stage = "rerouted"           // 转按托育机构办理
	StageChanged           Stage = "changed"            // 变更已备案
	StageRefused           Stage = "refused"            // 不予变更
	StageCancelled         Stage = "cancelled"          // 已注销
	StageSigning           Stage = "signing"            // 待签署, for any document that is signed
)

// CaseStatus is the status of a case: draft, open or ended 办件状态.
type CaseStatus string

// The statuses of a case.
const (
	CaseDraft CaseStatus = "draft"
	CaseOpen  CaseStatus = "open"
	CaseEnded CaseStatus = "ended"
)

// CaseKind identifies the process of a case 办件类型.
type CaseKind string

// The processes of a filing.
const (
	KindFiling       CaseKind = "filing"        // 备案
	KindChange       CaseKind = "filing_change" // 变更备案
	KindCancellation CaseKind = "filing_cancel" // 注销备案
)

// Outcome is the answer to a task 办理结果.
type Outcome string

// The outcomes of the tasks of the filing processes.
const (
	OutcomeConfirm      Outcome = "confirm"       // 确认登记信息
	OutcomeAccept       Outcome = "accept"        // 材料齐全, 受理
	OutcomeCorrect      Outcome = "correct"       // 要求补正
	OutcomeResubmit     Outcome = "resubmit"      // 提交补正材料
	OutcomeConform      Outcome = "conform"       // 现场符合
	OutcomeNonconform   Outcome = "nonconform"    // 现场不符合
	OutcomeAgree        Outcome = "agree"         // 第二人核签同意
	OutcomeDisagree     Outcome = "disagree"      // 第二人核签不同意
	OutcomeProve        Outcome = "prove"         // 提交整改证明
	OutcomeReferPenalty Outcome = "refer_penalty" // 移送处罚
	OutcomeApprove      Outcome = "approve"       // 同意
	OutcomeRefuse       Outcome = "refuse"        // 不同意
	OutcomeWithdrawn    Outcome = "withdrawn"     // 申请人撤回
	OutcomeSilent       Outcome = "silent"        // 逾期未答复
	OutcomeReply        Outcome = "reply"         // 书面答复督办
	OutcomeInstruct     Outcome = "instruct"      // 批示
	OutcomeSign         Outcome = "sign"          // 签署, 核签
)

// Title returns the Chinese name of the outcome, or the code itself when it is unknown.
func (o Outcome) Title() string { return title(outcomeTitles, o) }

var outcomeTitles = map[Outcome]string{
	OutcomeConfirm: "确认登记信息", OutcomeAccept: "材料齐全，予以受理", OutcomeCorrect: "一次性告知补正", OutcomeResubmit: "提交补正材料",
	OutcomeConform: "现场核查符合", OutcomeNonconform: "现场核查不符合", OutcomeAgree: "核签同意", OutcomeDisagree: "核签不同意",
	OutcomeProve: "提交整改证明", OutcomeReferPenalty: "移送处罚", OutcomeApprove: "同意", OutcomeRefuse: "不同意",
	OutcomeWithdrawn: "申请人撤回", OutcomeSilent: "逾期未答复",
	OutcomeReply: "书面答复", OutcomeInstruct: "批示",
	OutcomeNotSign: "不同意签署", OutcomeRenew: "续签", OutcomeEnd: "到期终止", OutcomeAcknowledge: "知悉",
	OutcomeTakeOn: "接受指派", OutcomeDecline: "不能承担", OutcomeName: "另行指派", OutcomePropose: "定下日期", OutcomeAgreeDay: "同意日期",
	OutcomeAnother: "请求改期", OutcomeVisited: "送交现场记录", OutcomeSign: "签字确认", OutcomeObject: "签字并提出异议", OutcomeDispute: "记录有误，退回重填",
	OutcomeRefused: "拒绝签字", OutcomeNoted: "知悉并处置", OutcomeOrder: "再次责令改正", OutcomeVisit: "现场检查", OutcomeReplied: "书面答复",
	OutcomeNotOurs: "不属于受理范围", OutcomeCommit: "公布承诺", OutcomeDraw: "见证抽取",
	OutcomeTake: "接收转诊", OutcomeSeen: "已就诊", OutcomeNoShow: "未就诊", OutcomeRebook: "另约就诊", OutcomeGuardianRefuses: "监护人不同意就诊",
	OutcomeLost:     "联系不上",
	OutcomeComplete: "办理完毕", OutcomeReturn: "退回", OutcomeAdmit: "受理赔付", OutcomePay: "已赔付", OutcomeReject: "不予赔付",
}
