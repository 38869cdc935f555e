package casework

import "slices"

// ErrorCode is a row of the table of error codes.
type ErrorCode struct {
	Code  string // stable: clients may rely on it, while messages may be reworded
	Kind  Kind
	Title string // Chinese, of the kind of problem; an error's own message says what happened
}

var (
	errorCodes []ErrorCode
	codesByID  = map[string]ErrorCode{}
)

// NewCode adds a row to the table of error codes and returns its code. It panics when the code is taken.
func NewCode(kind Kind, code, title string) string {
	if _, taken := codesByID[code]; taken {
		panic("two error codes " + code)
	}
	row := ErrorCode{Code: code, Kind: kind, Title: title}
	codesByID[code] = row
	errorCodes = append(errorCodes, row)
	return code
}

// ErrorCodes returns every row of the table, in the order of declaration.
func ErrorCodes() []ErrorCode { return slices.Clone(errorCodes) }

// CodeOf returns the row of a code. Its title is a general one, and its kind is Internal, when there is no such code.
func CodeOf(code string) ErrorCode {
	if row, ok := codesByID[code]; ok {
		return row
	}
	return ErrorCode{Code: code, Kind: Internal, Title: "请求未完成"}
}

// The codes of errors: those of casework, of the API and of the pages.
var (
	CodeInvalid             = NewCode(Invalid, "invalid", "填写有误")           // fields are wrong, each named
	CodeFieldNotOpen        = NewCode(Invalid, "field_not_open", "不在可补正范围") // not among the gaps that were told
	CodeOpensNothing        = NewCode(Invalid, "opens_nothing", "未指明可修改之处") // a finding that leaves the applicant nothing to change, each named
	CodeNothingChanged      = NewCode(Invalid, "nothing_changed", "尚未补正")   // corrections without a change; what is still open is named
	CodeOutcomeNotOffered   = NewCode(Invalid, "outcome_not_offered", "办理结果不可选")
	CodeSettingNotAllowed   = NewCode(Invalid, "setting_not_allowed", "参数不可设置")
	CodeCalendarYearInvalid = NewCode(Invalid, "calendar_year_invalid", "节假日安排有误")
	CodePlanStarted         = NewCode(Conflict, "plan_started", "计划已启动")                // a plan of that name was started before
	CodeSiteBuilt           = NewCode(Conflict, "site_built", "建设点已建成")                 // every milestone is done
	CodeClosesByFiling      = NewCode(Invalid, "closes_by_filing", "节点随备案完成")           // the milestone follows the site's filing case alone
	CodeReportWaiting       = NewCode(Conflict, "report_waiting", "上次报送尚待核定")           // the last report of the milestone is not decided yet
	CodeReportDecided       = NewCode(Conflict, "report_decided", "报送已办理")              // accepted or returned already
	CodePlanCommitted       = NewCode(Conflict, "plan_committed", "承诺已经公布")             // the list is fixed
	CodePlanNotCommitted    = NewCode(Conflict, "plan_not_committed", "尚未公布承诺")         // there is nothing to draw
	CodePlanEmpty           = NewCode(Conflict, "plan_empty", "没有受检机构")                 // no institution to inspect
	CodeNotRegistered       = NewCode(Conflict, "not_registered", "不在检查人员名录")           // the asker is not in the register of inspectors
	CodeInspectorElsewhere  = NewCode(Conflict, "inspector_elsewhere", "已由其他县区登记")      // in the register of another county
	CodeFilingNotOfSite     = NewCode(Invalid, "filing_not_of_site", "备案不属于该建设点")       // another county's, another's, or none that can be built
	CodeSealingUnavailable  = NewCode(Unavailable, "sealing_unavailable", "暂不能办理婴幼儿事项") // no keyset, so nothing of children is taken
	CodeChildElsewhere      = NewCode(Conflict, "child_in_care_elsewhere", "在其他机构在托")   // another institution has the child until it ends that
	CodeChildEnrolled       = NewCode(Conflict, "child_enrolled", "已在本机构在托")            // in care here already
	CodeChildNotEnrolled    = NewCode(Conflict, "child_not_enrolled", "已不在本机构在托")       // the child's time here has ended
	CodeIdentityTaken       = NewCode(Conflict, "identity_taken", "证件号码已登记")            // another child is known by it
	CodeIdentityUnverified  = NewCode(Conflict, "identity_unverified", "证件信息未能核验")      // name, birth date and sex have to be verified with the original paper
	CodeIdentityAttempts    = NewCode(TooMany, "identity_attempts", "核验次数已达上限")         // refused as unverified too often on this day
	CodeIdentityOffice      = NewCode(Conflict, "identity_office", "由县级卫生健康部门更正")       // the county's office changes the number, with the original paper
	CodeAgeUnusual          = NewCode(Invalid, "age_unusual", "入托年龄待确认")                // older than infant care; with a reason it is taken
	CodeChildDied           = NewCode(Conflict, "child_died", "已登记死亡")                  // recorded as having died; a correction takes that back
	CodeChildAlive          = NewCode(Conflict, "child_alive", "没有可撤销的死亡登记")            // no death is recorded that the asker may take back
	CodeStayOverlaps        = NewCode(Conflict, "stay_overlaps", "在托时间重叠")              // two stays of the child would overlap
	CodeChildMerged         = NewCode(Conflict, "child_merged", "记录已合并")                // a record is part of another already
	CodeMergeUndone         = NewCode(Conflict, "merge_undone", "合并已撤销")                // taken back already
	CodeConsentStands       = NewCode(Conflict, "consent_stands", "已同意此事项")             // given already and not withdrawn
	CodeNoConsent           = NewCode(Conflict, "consent_absent", "没有可撤回的同意")           // nothing to withdraw
	CodeConsentMissing      = NewCode(Conflict, "consent_missing", "监护人未同意")            // the guardian has not consented, or has withdrawn
	CodeMeasureAgain        = NewCode(Conflict, "measure_again", "需要复测")                // a value that cannot be; measured again it is taken
	CodeCheckupClosed       = NewCode(Conflict, "checkup_closed", "体检未开始或已截止")          // the round is not open
	CodeCheckupsOpen        = NewCode(Conflict, "checkups_open", "尚有未检项目")              // children with items neither done nor waived
	CodeResultMissing       = NewCode(Conflict, "result_missing", "尚无转诊结果")             // no result of the referral yet
	CodeReferralClosed      = NewCode(Conflict, "referral_closed", "转诊已办结")             // the referral is closed
	CodeRendererUnavailable = NewCode(Unavailable, "renderer_unavailable", "打印服务暂不可用")  // nothing can be printed now
	CodePurposeNotAllowed   = NewCode(Forbidden, "purpose_not_allowed", "不能为此目的查阅")     // the role reads nothing for this purpose
	CodeRosterUnreadable    = NewCode(Invalid, "roster_unreadable", "名册无法读取")           // no table, too long, or without the columns
	CodeImportsBusy         = NewCode(Unavailable, "imports_busy", "导入繁忙")              // as many files are being read as may be at once
	CodeNotInspectable      = NewCode(Invalid, "not_inspectable", "不是可检查的机构")           // not filed in the county
	CodeVisitConflict       = NewCode(Conflict, "visit_conflict", "现场记录有冲突")            // other content, or another was sent meanwhile; both are shown
	CodeTextChanged         = NewCode(Conflict, "text_changed", "协议文本已变更")              // the text was changed since it was read
	CodeContractExists      = NewCode(Conflict, "contract_exists", "该日期的签约已在办理")        // one is being signed for that first day
	CodeContractState       = NewCode(Conflict, "contract_state", "签约状态不允许此操作")         // the contract does not stand so that this can be done
	CodeVisitConfirmed      = NewCode(Conflict, "visit_confirmed", "该次指导已确认")           // confirmed already
	CodeInsuranceStarted    = NewCode(Conflict, "insurance_started", "该月投保已经开始")        // the county's month was opened before
	CodeInsuranceClosed     = NewCode(Conflict, "insurance_closed", "该月投保已办结")          // the month is closed
	CodeRosterFile          = NewCode(Invalid, "roster_file", "名册文件不能读取")               // the file is no roster that can be read
	CodeRosterEmpty         = NewCode(Conflict, "roster_empty", "名册为空")                 // nobody is on the roster yet
	CodeAnswersPending      = NewCode(Conflict, "answers_pending", "尚有未答复的明细")          // lines without an answer
	CodeExceptionsOpen      = NewCode(Conflict, "exceptions_open", "尚有未处理的例外")          // exceptions that are not settled
	CodeCaseNotStuck        = NewCode(Conflict, "case_not_stuck", "办件无需重试")             // the case has ended, there is nothing to retry
	CodeCaseNotRestartable  = NewCode(Conflict, "case_not_restartable", "办件不能重新开始")     // its history is lost and steps were done
	CodeSchemaMismatch      = NewCode(Unavailable, "schema_mismatch", "数据库版本不符")        // the database has the schema of another release
	CodeDatabaseUnavailable = NewCode(Unavailable, "database_unavailable", "数据库暂不可用")   // Postgres is away
	CodeStorageUnavailable  = NewCode(Unavailable, "storage_unavailable", "文件存储暂不可用")   // the blob folder is full, read-only or away
	CodeClinicElsewhere     = NewCode(Conflict, "clinic_elsewhere", "编号属于其他县区的医疗卫生机构")  // the number is another county's clinic
	CodeNotCovered          = NewCode(Invalid, "not_covered", "没有生效的保险")                // no cover of the child on that day
	CodeFiltersFull         = NewCode(Conflict, "filters_full", "保存的筛选已满")              // as many as are kept
	CodeAbsenceStands       = NewCode(Conflict, "absence_stands", "已登记不在岗")             // another of the account has not ended
	CodeAbsenceEnded        = NewCode(Conflict, "absence_ended", "不在岗登记已结束")            // ended before
	CodeDelegateAbsent      = NewCode(Conflict, "delegate_absent", "代办人同期不在岗")          // who should answer meanwhile is away as well
	CodeAttachmentType      = NewCode(Invalid, "attachment_type", "文件类型不支持")            // not one of the kinds of file taken
	CodeAttachmentEmpty     = NewCode(Invalid, "attachment_empty", "文件是空的")             // 0 bytes
	CodeAttachmentEncrypted = NewCode(Invalid, "attachment_encrypted", "文件设有密码")        // needs a password to be opened
	CodeAttachmentBroken    = NewCode(Invalid, "attachment_broken", "文件不能打开")           // does not open as what it is
	CodeAttachmentNoPages   = NewCode(Invalid, "attachment_no_pages", "PDF 没有页面")       // a PDF without a page
	CodeAttachmentPicture   = NewCode(Invalid, "attachment_picture_size", "图片尺寸过大")     // a picture of too many points
	CodeAttachmentInfected  = NewCode(Invalid, "attachment_refused", "文件未通过安全检查")       // the virus scan refused it
	CodeKeyRequired         = NewCode(BadRequest, "idempotency_key_required", "缺少幂等键")  // a command came without its key
	CodeMalformed           = NewCode(BadRequest, "malformed_body", "请求内容格式有误")         // no JSON, or JSON that says something twice
	CodeBodyRequired        = NewCode(BadRequest, "body_required", "缺少请求内容")
	CodeUnauthenticated     = NewCode(Unauthorized, "unauthenticated", "未登录")  // no token
	CodeTokenInvalid        = NewCode(Unauthorized, "token_invalid", "登录凭证无效") // not signed by the issuer, or for somebody else
	CodeTokenExpired        = NewCode(Unauthorized, "token_expired", "登录已过期")
	CodeForbidden           = NewCode(Forbidden, "forbidden", "无权操作")            // may be seen, must not be done by this role
	CodeConflictOfInterest  = NewCode(Forbidden, "conflict_of_interest", "应当回避") // submitted it, or found first
	CodeRegistrarNotYours   = NewCode(Forbidden, "registrar_mismatch", "登记机关不符") // another registrar registers that nature
	CodeRoleUnknown         = NewCode(Forbidden, "role_unknown", "没有角色")         // the account has no role here
	CodeRoleAmbiguous       = NewCode(Forbidden, "role_ambiguous", "角色不唯一")      // the account has several roles
	CodeClaimsIncomplete    = NewCode(Forbidden, "claims_incomplete", "账号信息不完整") // the role lacks what it belongs to
	CodeNotFound            = NewCode(NotFound, "not_found", "没有找到")             // absent, or not the asker's to see
	CodeNoSuchPath          = NewCode(NotFound, "no_such_path", "没有这个地址")
	CodeMethodNotAllowed    = NewCode(MethodNotAllowed, "method_not_allowed", "请求方法不支持")
	CodeNotAcceptable       = NewCode(NotAcceptable, "not_acceptable", "没有所需的格式")
	CodeRequestTimeout      = NewCode(RequestTimeout, "request_timeout", "请求超时")
	CodeKeyReused           = NewCode(Conflict, "idempotency_key_reused", "幂等键已使用")  // the key was used for something else
	CodeFilingAlreadyOpen   = NewCode(Conflict, "filing_already_open", "已有在办事项")     // one case of a kind at a time
	CodeVersionStale        = NewCode(Conflict, "version_stale", "内容已被更新")           // somebody saved meanwhile
	CodeNotOpenForChange    = NewCode(Conflict, "not_open_for_change", "当前环节不能修改")   // the stage takes no changes
	CodeTaskClosed          = NewCode(Conflict, "task_closed", "待办已办结")              // who closed it and when is said
	CodeTaskClaimed         = NewCode(Conflict, "task_claimed", "待办已被领取")            // somebody else has it
	CodeAssigneeUnknown     = NewCode(Invalid, "assignee_unknown", "没有这名人员")         // the account has not been seen in the office
	CodeAssigneeUnfit       = NewCode(Invalid, "assignee_unfit", "不能由此人办理")          // the account cannot see or do it
	CodeKeyWeak             = NewCode(BadRequest, "idempotency_key_weak", "幂等键不够随机") // a key that somebody else may guess, without signing in
	CodeTooLateToWithdraw   = NewCode(Conflict, "too_late_to_withdraw", "不能撤回")
	CodeAlreadyFiled        = NewCode(Conflict, "already_filed", "已经备案")          // what is filed is changed, not filed again
	CodeNotFiled            = NewCode(Conflict, "not_filed", "尚未备案")              // nothing filed to change or cancel
	CodeDocumentPending     = NewCode(Conflict, "document_pending", "文书制作中")      // decided, still being printed
	CodeDocumentUnprintable = NewCode(Conflict, "document_unprintable", "文书不能制发") // holds what cannot be printed
	CodeDocumentEnded       = NewCode(Conflict, "document_ended", "文书已失效")        // revoked or superseded already
	CodeBodyTooLarge        = NewCode(TooLarge, "body_too_large", "请求内容过大")
	CodeAttachmentTooLarge  = NewCode(TooLarge, "attachment_too_large", "文件过大")
	CodeMediaType           = NewCode(MediaType, "unsupported_media_type", "请求格式不支持")
	CodeTooManyRequests     = NewCode(TooMany, "too_many_requests", "请求过于频繁")
	CodeInternal            = NewCode(Internal, "internal", "系统错误")
	CodeEngineUnavailable   = NewCode(Unavailable, "engine_unavailable", "服务暂不可用")
	CodeIssuerUnavailable   = NewCode(Unavailable, "issuer_unavailable", "登录服务暂不可用") // tokens cannot be checked at the moment
	CodeTimeout             = NewCode(Unavailable, "timeout", "处理超时")                // took longer than a request may
	CodeMalformedForm       = NewCode(BadRequest, "malformed_form", "表单无法读取")        // of a page
	CodeSigninFailed        = NewCode(BadRequest, "signin_failed", "登录未完成")          // of a page: the provider sent back no person
	CodeNoRole              = NewCode(Forbidden, "no_role", "没有可用的角色")               // of a page: the account signed in has no role here
	CodeCrossOrigin         = NewCode(Forbidden, "cross_origin", "请求来自其他网站")         // of a page
)
