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

// Title is the Chinese name of the status.
func (s CaseStatus) Title() string {
	return map[CaseStatus]string{CaseDraft: "草稿", CaseOpen: "办理中", CaseEnded: "已办结"}[s]
}

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
