package casework

import "slices"

// ErrorCode is a row of the table of error codes.
type ErrorCode struct {
	Code  string // stable: clients may rely on it, while messages may be reworded
	Kind  Kind
	Title string // Chinese, for the kind of problem; an error's own message describes the case
}

var (
	errorCodes []ErrorCode
	codesByID  = map[string]ErrorCode{}
)

// NewCode adds a row to the table of error codes and returns its code. It panics if the code exists.
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

// CodeOf returns the row of a code. For an unknown code it returns a general title and the kind Internal.
func CodeOf(code string) ErrorCode {
	if row, ok := codesByID[code]; ok {
		return row
	}
	return ErrorCode{Code: code, Kind: Internal, Title: "请求未完成"}
}

// The codes of errors: those of casework, of the API and of the pages.
var (
	CodeInvalid             = NewCode(Invalid, "invalid", "填写有误")           // fields are invalid, each is listed
	CodeFieldNotOpen        = NewCode(Invalid, "field_not_open", "不在可补正范围") // not among the notified gaps
	CodeOpensNothing        = NewCode(Invalid, "opens_nothing", "未指明可修改之处") // a finding with nothing for the applicant to change, each is listed
	CodeNothingChanged      = NewCode(Invalid, "nothing_changed", "尚未补正")   // corrections without a change; what is still open is listed
	CodeComplaintPhotosFull = NewCode(Invalid, "complaint_photos_full", "照片已满")
	CodeOutcomeNotOffered   = NewCode(Invalid, "outcome_not_offered", "办理结果不可选")
	CodeSettingNotAllowed   = NewCode(Invalid, "setting_not_allowed", "参数不可设置")
	CodeCalendarYearInvalid = NewCode(Invalid, "calendar_year_invalid", "节假日安排有误")
	CodePlanStarted         = NewCode(Conflict, "plan_started", "计划已启动")                // a plan of that name was started before
	CodeSiteBuilt           = NewCode(Conflict, "site_built", "建设点已建成")                 // every milestone is done
	CodeClosesByFiling      = NewCode(Invalid, "closes_by_filing", "节点随备案完成")           // the milestone is completed by the site's filing case alone
	CodeReportWaiting       = NewCode(Conflict, "report_waiting", "上次报送尚待核定")           // the last report of the milestone is not decided yet
	CodeReportDecided       = NewCode(Conflict, "report_decided", "报送已办理")              // accepted or returned already
	CodePlanCommitted       = NewCode(Conflict, "plan_committed", "承诺已经公布")             // the list is fixed
	CodePlanNotCommitted    = NewCode(Conflict, "plan_not_committed", "尚未公布承诺")         // there is nothing to draw
	CodePlanEmpty           = NewCode(Conflict, "plan_empty", "没有受检机构")                 // no institution to inspect
	CodeNotRegistered       = NewCode(Conflict, "not_registered", "不在检查人员名录")           // the caller is not in the register of inspectors
	CodeInspectorElsewhere  = NewCode(Conflict, "inspector_elsewhere", "已由其他县区登记")      // in the register of another county
	CodeFilingNotOfSite     = NewCode(Invalid, "filing_not_of_site", "备案不属于该建设点")       // another county's, another's, or none that can be built
	CodeSealingUnavailable  = NewCode(Unavailable, "sealing_unavailable", "暂不能办理婴幼儿事项") // no keyset, so no data of children can be stored
	CodeChildElsewhere      = NewCode(Conflict, "child_in_care_elsewhere", "在其他机构在托")   // another institution has the child until it ends that
	CodeChildEnrolled       = NewCode(Conflict, "child_enrolled", "已在本机构在托")            // in care here already
	CodeChildNotEnrolled    = NewCode(Conflict, "child_not_enrolled", "已不在本机构在托")       // the child's time here has ended
	CodeIdentityTaken       = NewCode(Conflict, "identity_taken", "证件号码已登记")            // another child has this identity
	CodeIdentityUnverified  = NewCode(Conflict, "identity_unverified", "证件信息未能核验")      // name, birth date and sex must be verified with the original document
	CodeIdentityAttempts    = NewCode(TooMany, "identity_attempts", "核验次数已达上限")         // rejected as unverified too often on this day
	CodeIdentityOffice      = NewCode(Conflict, "identity_office", "由县级卫生健康部门更正")       // the county's office changes the number, with the original document
	CodeAgeUnusual          = NewCode(Invalid, "age_unusual", "入托年龄待确认")                // older than infant care; accepted with a reason
	CodeChildDied           = NewCode(Conflict, "child_died", "已登记死亡")                  // recorded as having died; a correction withdraws that
	CodeChildAlive          = NewCode(Conflict, "child_alive", "没有可撤销的死亡登记")            // there is no death that the caller may withdraw
	CodeStayOverlaps        = NewCode(Conflict, "stay_overlaps", "在托时间重叠")              // two stays of the child would overlap
	CodeChildMerged         = NewCode(Conflict, "child_merged", "记录已合并")                // a record is already part of another
	CodeNothingToUndo       = NewCode(Conflict, "nothing_to_undo", "不能撤销")              // the last change of the assignee is not the caller's
	CodeMergeUndone         = NewCode(Conflict, "merge_undone", "合并已撤销")                // already undone
	CodeConsentAlreadyGiven = NewCode(Conflict, "consent_stands", "已同意此事项")             // given already and not withdrawn
	CodeNoConsent           = NewCode(Conflict, "consent_absent", "没有可撤回的同意")           // nothing to withdraw
	CodeConsentMissing      = NewCode(Conflict, "consent_missing", "监护人未同意")            // the guardian has not consented, or has withdrawn
	CodeMeasureAgain        = NewCode(Conflict, "measure_again", "需要复测")                // an implausible value; accepted when measured again
	CodeCheckupClosed       = NewCode(Conflict, "checkup_closed", "体检未开始或已截止")          // the round is not open
	CodeCheckupsOpen        = NewCode(Conflict, "checkups_open", "尚有未检项目")              // children with items neither done nor waived
	CodeResultMissing       = NewCode(Conflict, "result_missing", "尚无转诊结果")             // no result of the referral yet
	CodeReferralClosed      = NewCode(Conflict, "referral_closed", "转诊已办结")             // the referral is closed
	CodeRendererUnavailable = NewCode(Unavailable, "renderer_unavailable", "打印服务暂不可用")  // nothing can be rendered now
	CodePurposeNotAllowed   = NewCode(Forbidden, "purpose_not_allowed", "不能为此目的查阅")     // the role may read nothing for this purpose
	CodeRosterUnreadable    = NewCode(Invalid, "roster_unreadable", "名册无法读取")           // not a table, too long, or without the columns
	CodeImportsBusy         = NewCode(Unavailable, "imports_busy", "导入繁忙")              // the maximum number of files is being read
	CodeImportUndone        = NewCode(Conflict, "import_undone", "导入已撤销")               // nothing of the import is left to be undone
	CodeImportFinal         = NewCode(Conflict, "import_final", "导入不能再撤销")              // it was on an earlier day
	CodeNotInspectable      = NewCode(Invalid, "not_inspectable", "不是可检查的机构")           // not filed in the county
	CodeVisitConflict       = NewCode(Conflict, "visit_conflict", "现场记录有冲突")            // different content, or another was submitted in the meantime; both are shown
	CodeTextChanged         = NewCode(Conflict, "text_changed", "协议文本已变更")              // the text was changed since it was read
	CodeContractExists      = NewCode(Conflict, "contract_exists", "该日期的签约已在办理")        // one is being signed for that first day
	CodeContractState       = NewCode(Conflict, "contract_state", "签约状态不允许此操作")         // the state of the contract does not allow this
	CodeVisitConfirmed      = NewCode(Conflict, "visit_confirmed", "该次指导已确认")           // confirmed already
	CodeInsuranceStarted    = NewCode(Conflict, "insurance_started", "该月投保已经开始")        // the county's month was opened before
	CodeInsuranceClosed     = NewCode(Conflict, "insurance_closed", "该月投保已办结")          // the month is closed
	CodeRosterFile          = NewCode(Invalid, "roster_file", "名册文件不能读取")               // the file is not a readable roster
	CodeRosterEmpty         = NewCode(Conflict, "roster_empty", "名册为空")                 // nobody is on the roster yet
	CodeAnswersPending      = NewCode(Conflict, "answers_pending", "尚有未答复的明细")          // lines without an answer
	CodeExceptionsOpen      = NewCode(Conflict, "exceptions_open", "尚有未处理的例外")          // exceptions that are not settled
	CodeCaseNotStuck        = NewCode(Conflict, "case_not_stuck", "办件无需重试")             // the case has ended, there is nothing to retry
	CodeCaseNotRestartable  = NewCode(Conflict, "case_not_restartable", "办件不能重新开始")     // its history is lost and steps were done
	CodeSchemaMismatch      = NewCode(Unavailable, "schema_mismatch", "数据库版本不符")        // the database has the schema of another release
	CodeDatabaseUnavailable = NewCode(Unavailable, "database_unavailable", "数据库暂不可用")   // Postgres is unavailable
	CodeStorageUnavailable  = NewCode(Unavailable, "storage_unavailable", "文件存储暂不可用")   // the blob folder is full, read-only or unavailable
	CodeClinicElsewhere     = NewCode(Conflict, "clinic_elsewhere", "编号属于其他县区的医疗卫生机构")  // the number belongs to another county's clinic
	CodeInsurerElsewhere    = NewCode(Conflict, "insurer_elsewhere", "编号已由其他县区或者市级登记")  // another office registered the number
	CodeFundShort           = NewCode(Conflict, "fund_short", "资金不足")                   // the account does not have that much
	CodeAccountUncorrected  = NewCode(Conflict, "account_uncorrected", "收款账户还没有更正")     // the bank returned a payment to it
	CodePaymentState        = NewCode(Conflict, "payment_state", "拨付状态不允许此操作")          // another run has it, or it was settled
	CodeRunState            = NewCode(Conflict, "run_state", "批次状态不允许此操作")              // the state of the payment run does not allow this
	CodeSamePerson          = NewCode(Conflict, "same_person", "应由另一人核准")               // who drew up a run does not approve it
	CodeAccountChanged      = NewCode(Conflict, "account_changed", "收款账户已更正")           // a payee corrected the account since the run was drawn up
	CodeReturnFile          = NewCode(Invalid, "return_file", "返回文件不能读取")               // the file is not a readable return file
	CodeNotCovered          = NewCode(Invalid, "not_covered", "没有生效的保险")                // no cover of the child on that day
	CodeFiltersFull         = NewCode(Conflict, "filters_full", "保存的筛选已满")              // the maximum number is saved
	CodeAbsenceActive       = NewCode(Conflict, "absence_stands", "已登记不在岗")             // another absence of the account has not ended
	CodeAbsenceEnded        = NewCode(Conflict, "absence_ended", "不在岗登记已结束")            // ended before
	CodeDelegateAbsent      = NewCode(Conflict, "delegate_absent", "代办人同期不在岗")          // the substitute is absent as well
	CodeAttachmentType      = NewCode(Invalid, "attachment_type", "文件类型不支持")            // not an accepted kind of file
	CodeAttachmentEmpty     = NewCode(Invalid, "attachment_empty", "文件是空的")             // 0 bytes
	CodeAttachmentEncrypted = NewCode(Invalid, "attachment_encrypted", "文件设有密码")        // needs a password to be opened
	CodeAttachmentBroken    = NewCode(Invalid, "attachment_broken", "文件不能打开")           // cannot be opened as its kind of file
	CodeAttachmentNoPages   = NewCode(Invalid, "attachment_no_pages", "PDF 没有页面")       // a PDF without a page
	CodeAttachmentPicture   = NewCode(Invalid, "attachment_picture_size", "图片尺寸过大")     // a picture with too many pixels
	CodeAttachmentInfected  = NewCode(Invalid, "attachment_refused", "文件未通过安全检查")       // the virus scan rejected it
	CodeKeyRequired         = NewCode(BadRequest, "idempotency_key_required", "缺少幂等键")  // a command without its key
	CodeMalformed           = NewCode(BadRequest, "malformed_body", "请求内容格式有误")         // not JSON, or JSON with a duplicate name
	CodeBodyRequired        = NewCode(BadRequest, "body_required", "缺少请求内容")
	CodeUnauthenticated     = NewCode(Unauthorized, "unauthenticated", "未登录")  // no token
	CodeTokenInvalid        = NewCode(Unauthorized, "token_invalid", "登录凭证无效") // not signed by the issuer, or for another audience
	CodeTokenExpired        = NewCode(Unauthorized, "token_expired", "登录已过期")
	CodeForbidden           = NewCode(Forbidden, "forbidden", "无权操作")            // visible, but not permitted for this role
	CodeConflictOfInterest  = NewCode(Forbidden, "conflict_of_interest", "应当回避") // submitted it, or made the first finding
	CodeRegistrarNotYours   = NewCode(Forbidden, "registrar_mismatch", "登记机关不符") // another registrar registers that nature
	CodeRoleUnknown         = NewCode(Forbidden, "role_unknown", "没有角色")         // the account has no role here
	CodeRoleAmbiguous       = NewCode(Forbidden, "role_ambiguous", "角色不唯一")      // the account has several roles
	CodeClaimsIncomplete    = NewCode(Forbidden, "claims_incomplete", "账号信息不完整") // the account lacks a claim that the role requires
	CodeNotFound            = NewCode(NotFound, "not_found", "没有找到")             // absent, or not visible to the caller
	CodeNoSuchPath          = NewCode(NotFound, "no_such_path", "没有这个地址")
	CodeMethodNotAllowed    = NewCode(MethodNotAllowed, "method_not_allowed", "请求方法不支持")
	CodeNotAcceptable       = NewCode(NotAcceptable, "not_acceptable", "没有所需的格式")
	CodeRequestTimeout      = NewCode(RequestTimeout, "request_timeout", "请求超时")
	CodeKeyReused           = NewCode(Conflict, "idempotency_key_reused", "幂等键已使用")  // the key was used for another request
	CodeFilingAlreadyOpen   = NewCode(Conflict, "filing_already_open", "已有在办事项")     // one case of a kind at a time
	CodeVersionStale        = NewCode(Conflict, "version_stale", "内容已被更新")           // another user saved in the meantime
	CodeNotOpenForChange    = NewCode(Conflict, "not_open_for_change", "当前环节不能修改")   // no changes are possible in this stage
	CodeTaskClosed          = NewCode(Conflict, "task_closed", "待办已办结")              // includes who closed it and when
	CodeTaskClaimed         = NewCode(Conflict, "task_claimed", "待办已被领取")            // assigned to somebody else
	CodeAssigneeUnknown     = NewCode(Invalid, "assignee_unknown", "没有这名人员")         // the account has not been seen in the office
	CodeAssigneeUnfit       = NewCode(Invalid, "assignee_unfit", "不能由此人办理")          // the account may not see or answer it
	CodeKeyWeak             = NewCode(BadRequest, "idempotency_key_weak", "幂等键不够随机") // a key of an anonymous caller that others could guess
	CodeTooLate             = NewCode(Conflict, "too_late", "环节已变化")                 // what is possible in other stages only
	CodeTooLateToWithdraw   = NewCode(Conflict, "too_late_to_withdraw", "不能撤回")
	CodeAlreadyFiled        = NewCode(Conflict, "already_filed", "已经备案")          // a filing is changed, not filed again
	CodeNotFiled            = NewCode(Conflict, "not_filed", "尚未备案")              // there is no filing to change or cancel
	CodeDocumentPending     = NewCode(Conflict, "document_pending", "文书制作中")      // decided, still being rendered
	CodeDocumentUnprintable = NewCode(Conflict, "document_unprintable", "文书不能制发") // contains characters that cannot be printed
	CodeDocumentEnded       = NewCode(Conflict, "document_ended", "文书已失效")        // already revoked or superseded
	CodeBodyTooLarge        = NewCode(TooLarge, "body_too_large", "请求内容过大")
	CodeAttachmentTooLarge  = NewCode(TooLarge, "attachment_too_large", "文件过大")
	CodeMediaType           = NewCode(MediaType, "unsupported_media_type", "请求格式不支持")
	CodeTooManyRequests     = NewCode(TooMany, "too_many_requests", "请求过于频繁")
	CodeInternal            = NewCode(Internal, "internal", "系统错误")
	CodeEngineUnavailable   = NewCode(Unavailable, "engine_unavailable", "服务暂不可用")
	CodeIssuerUnavailable   = NewCode(Unavailable, "issuer_unavailable", "登录服务暂不可用") // tokens cannot be verified at the moment
	CodeTimeout             = NewCode(Unavailable, "timeout", "处理超时")                // exceeded the time limit of a request
	CodeMalformedForm       = NewCode(BadRequest, "malformed_form", "表单无法读取")        // of a page
	CodeSigninFailed        = NewCode(BadRequest, "signin_failed", "登录未完成")          // of a page: the provider returned no account
	CodeNoRole              = NewCode(Forbidden, "no_role", "没有可用的角色")               // of a page: the account signed in has no role here
	CodeCrossOrigin         = NewCode(Forbidden, "cross_origin", "请求来自其他网站")         // of a page
)
