package nursery

// KindReferral is a child's referral 转诊 after a check-up.
const KindReferral CaseKind = "referral"

// PrefixReferral begins the case numbers of referrals.
const PrefixReferral = "ZZ"

// The stages of a referral.
const (
	StageReferred       Stage = "referred"        // 已转诊, 待接收
	StageReferralTaken  Stage = "referral_taken"  // 已接收, 待就诊
	StageReferralSeen   Stage = "referral_seen"   // 已就诊, 待反馈
	StageReferralTraced Stage = "referral_traced" // 未就诊, 追访中
	StageReferralDone   Stage = "referral_done"   // 结果已反馈, 办结
	StageReferralEnded  Stage = "referral_ended"  // 未就诊, 办结
)

// The outcomes of its tasks, in addition to OutcomeAccept and OutcomeComplete.
const (
	OutcomeTake            Outcome = "take"             // 接收转诊
	OutcomeSeen            Outcome = "seen"             // 已就诊
	OutcomeNoShow          Outcome = "no_show"          // 未就诊
	OutcomeRebook          Outcome = "rebook"           // 另约就诊
	OutcomeGuardianRefuses Outcome = "guardian_refuses" // 监护人不同意就诊
	OutcomeLost            Outcome = "lost"             // 联系不上
)
