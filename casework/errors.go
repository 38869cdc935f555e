package casework

import (
	"errors"
	"fmt"
	"io/fs"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Kind is what sort of refusal an error is; the doors map it to their own way of saying no.
type Kind int

// The kinds, with the HTTP status the API gives for each.
const (
	BadRequest  Kind = 400
	Forbidden   Kind = 403
	NotFound    Kind = 404
	Conflict    Kind = 409
	TooLarge    Kind = 413
	Invalid     Kind = 422
	TooMany     Kind = 429
	Unavailable Kind = 503
)

// The stable codes of errors. A client may rely on them; the messages may be reworded.
const (
	CodeInvalid             = "invalid"                  // 422: fields are wrong, each named
	CodeKeyRequired         = "idempotency_key_required" // 400: a command came without its key
	CodeKeyReused           = "idempotency_key_reused"   // 409: the key was used for something else
	CodeNotFound            = "not_found"                // 404: absent, or not the asker's to see
	CodeForbidden           = "forbidden"                // 403: may be seen, must not be done by this role
	CodeConflictOfInterest  = "conflict_of_interest"     // 403: submitted it, or found first
	CodeFilingAlreadyOpen   = "filing_already_open"      // 409: one case of a kind at a time
	CodeVersionStale        = "version_stale"            // 409: somebody saved meanwhile
	CodeNotOpenForChange    = "not_open_for_change"      // 409: the stage takes no changes
	CodeFieldNotOpen        = "field_not_open"           // 422: not among the gaps that were told
	CodeOpensNothing        = "opens_nothing"            // 422: a finding that leaves the applicant nothing to change, each named
	CodeNothingChanged      = "nothing_changed"          // 422: corrections without a change; what is still open is named
	CodeTaskClosed          = "task_closed"              // 409: who closed it and when is said
	CodeAssigneeUnknown     = "assignee_unknown"         // 422: the account has not been seen in the office
	CodeAssigneeUnfit       = "assignee_unfit"           // 422: the account cannot see or do it
	CodeKeyWeak             = "idempotency_key_weak"     // 400: a key that somebody else may guess, without signing in
	CodeTaskClaimed         = "task_claimed"             // 409: somebody else has it
	CodeOutcomeNotOffered   = "outcome_not_offered"      // 422
	CodeTooLateToWithdraw   = "too_late_to_withdraw"     // 409
	CodeAlreadyFiled        = "already_filed"            // 409: what is filed is changed, not filed again
	CodeNotFiled            = "not_filed"                // 409: nothing filed to change or cancel
	CodeDocumentPending     = "document_pending"         // 409: decided, still being printed
	CodeDocumentUnprintable = "document_unprintable"     // 409: holds what cannot be printed
	CodeDocumentEnded       = "document_ended"           // 409: revoked or superseded already
	CodeAttachmentType      = "attachment_type"          // 422: not one of the kinds of file taken
	CodeAttachmentEmpty     = "attachment_empty"         // 422: 0 bytes
	CodeAttachmentEncrypted = "attachment_encrypted"     // 422: needs a password to be opened
	CodeAttachmentBroken    = "attachment_broken"        // 422: does not open as what it is
	CodeAttachmentNoPages   = "attachment_no_pages"      // 422: a PDF without a page
	CodeAttachmentPicture   = "attachment_picture_size"  // 422: a picture of too many points
	CodeAttachmentInfected  = "attachment_refused"       // 422: the virus scan refused it
	CodeAttachmentTooLarge  = "attachment_too_large"     // 413
	CodeEngineUnavailable   = "engine_unavailable"       // 503
	CodeRegistrarNotYours   = "registrar_mismatch"       // 403: another registrar registers that nature
	CodeSettingNotAllowed   = "setting_not_allowed"      // 422
	CodeCalendarYearInvalid = "calendar_year_invalid"    // 422
	CodePlanStarted         = "plan_started"             // 409: a plan of that name was started before
	CodeSiteBuilt           = "site_built"               // 409: every milestone is done
	CodeClosesByFiling      = "closes_by_filing"         // 422: the milestone follows the site's filing case alone
	CodeReportWaiting       = "report_waiting"           // 409: the last report of the milestone is not decided yet
	CodeReportDecided       = "report_decided"           // 409: accepted or returned already
	CodeSealingUnavailable  = "sealing_unavailable"      // 503: no keyset, so nothing of children is taken
	CodeChildElsewhere      = "child_in_care_elsewhere"  // 409: another institution has the child until it ends that
	CodeChildEnrolled       = "child_enrolled"           // 409: in care here already
	CodeChildNotEnrolled    = "child_not_enrolled"       // 409: the child's time here has ended
	CodeIdentityTaken       = "identity_taken"           // 409: another child is known by it
	CodeIdentityUnverified  = "identity_unverified"      // 409: name, birth date and sex have to be verified with the original paper
	CodeIdentityAttempts    = "identity_attempts"        // 429: refused as unverified too often on this day
	CodeIdentityOffice      = "identity_office"          // 409: the county's office changes the number, with the original paper
	CodeAgeUnusual          = "age_unusual"              // 422: older than infant care; with a reason it is taken
	CodeChildDied           = "child_died"               // 409: recorded as having died; a correction takes that back
	CodeChildAlive          = "child_alive"              // 409: no death is recorded that the asker may take back
	CodeStayOverlaps        = "stay_overlaps"            // 409: two stays of the child would overlap
	CodeChildMerged         = "child_merged"             // 409: a record is part of another already
	CodeMergeUndone         = "merge_undone"             // 409: taken back already
	CodeConsentStands       = "consent_stands"           // 409: given already and not withdrawn
	CodeNoConsent           = "consent_absent"           // 409: nothing to withdraw
	CodePurposeNotAllowed   = "purpose_not_allowed"      // 403: the role reads nothing for this purpose
	CodeRosterUnreadable    = "roster_unreadable"        // 422: no table, too long, or without the columns
	CodeImportsBusy         = "imports_busy"             // 503: as many files are being read as may be at once
	CodeTextChanged         = "text_changed"             // 409: the text was changed since it was read
	CodeContractExists      = "contract_exists"          // 409: one is being signed for that first day
	CodeContractState       = "contract_state"           // 409: the contract does not stand so that this can be done
	CodeVisitConfirmed      = "visit_confirmed"          // 409: confirmed already
	CodeConsentMissing      = "consent_missing"          // 409: the guardian has not consented, or has withdrawn
	CodeMeasureAgain        = "measure_again"            // 409: a value that cannot be; measured again it is taken
	CodeCheckupClosed       = "checkup_closed"           // 409: the round is not open
	CodeCheckupsOpen        = "checkups_open"            // 409: children with items neither done nor waived
	CodeResultMissing       = "result_missing"           // 409: no result of the referral yet
	CodeReferralClosed      = "referral_closed"          // 409: the referral is closed
	CodeRendererUnavailable = "renderer_unavailable"     // 503: nothing can be printed now
	CodeNotInspectable      = "not_inspectable"          // 422: not filed in the county
	CodeVisitConflict       = "visit_conflict"           // 409: other content, or another was sent meanwhile; both are shown
	CodePlanCommitted       = "plan_committed"           // 409: the list is fixed
	CodePlanNotCommitted    = "plan_not_committed"       // 409: there is nothing to draw
	CodePlanEmpty           = "plan_empty"               // 409: no institution to inspect
	CodeNotRegistered       = "not_registered"           // 409: the asker is not in the register of inspectors
	CodeInspectorElsewhere  = "inspector_elsewhere"      // 409: in the register of another county
	CodeFilingNotOfSite     = "filing_not_of_site"       // 422: another county's, another's, or none that can be built
	CodeInsuranceStarted    = "insurance_started"        // 409: the county's month was opened before
	CodeInsuranceClosed     = "insurance_closed"         // 409: the month is closed
	CodeRosterFile          = "roster_file"              // 422: the file is no roster that can be read
	CodeRosterEmpty         = "roster_empty"             // 409: nobody is on the roster yet
	CodeAnswersPending      = "answers_pending"          // 409: lines without an answer
	CodeExceptionsOpen      = "exceptions_open"          // 409: exceptions that are not settled
	CodeFiltersFull         = "filters_full"             // 409: as many as are kept
	CodeAbsenceStands       = "absence_stands"           // 409: another of the account has not ended
	CodeAbsenceEnded        = "absence_ended"            // 409: ended before
	CodeDelegateAbsent      = "delegate_absent"          // 409: who should answer meanwhile is away as well
	CodeClinicElsewhere     = "clinic_elsewhere"         // 409: the number is another county's clinic
	CodeCaseNotStuck        = "case_not_stuck"           // 409: the case has ended, there is nothing to retry
	CodeCaseNotRestartable  = "case_not_restartable"     // 409: its history is lost and steps were done
	CodeSchemaMismatch      = "schema_mismatch"          // 503: the database has the schema of another release
	CodeDatabaseUnavailable = "database_unavailable"     // 503: Postgres is away
	CodeStorageUnavailable  = "storage_unavailable"      // 503: the blob folder is full, read-only or away
	CodeNotCovered          = "not_covered"              // 422: no cover of the child on that day
)

// FieldError names one thing that is wrong in what was sent.
type FieldError struct {
	Location string `json:"location"` // JSON Pointer into the body, or a parameter's name
	Message  string `json:"message"`  // Chinese
}

// Error is a refusal with its reason for a person. Message never repeats what was entered.
type Error struct {
	Code    string
	Kind    Kind
	Message string
	Fields  []FieldError
	Shown   any // what stands against each other, for whoever has to settle it
	Err     error
}

// Error gives the code and the cause, for logs.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func refuse(kind Kind, code, message string, fields ...FieldError) *Error {
	return &Error{Code: code, Kind: kind, Message: message, Fields: fields}
}

func notFound() *Error {
	return refuse(NotFound, CodeNotFound, "没有这项内容，或者您无权查看。")
}

// Passing returns the refusal of a request that failed for a reason which passes without anybody changing anything: Postgres is
// away, has the schema of another release, or the blob folder takes nothing. It returns nil for any other error.
func Passing(err error) *Error {
	var file *fs.PathError
	code, message := "", ""
	switch {
	case errors.Is(err, store.ErrSchemaMismatch):
		code, message = CodeSchemaMismatch, "系统正在升级，暂时不能办理，请几分钟后再试。"
	case errors.Is(err, store.ErrStorage), errors.As(err, &file):
		code, message = CodeStorageUnavailable, "文件暂时不能保存或读取，请稍后再试。"
	case store.IsUnavailable(err):
		code, message = CodeDatabaseUnavailable, "数据库暂时无法连接，请稍后再试。"
	default:
		return nil
	}
	return &Error{Code: code, Kind: Unavailable, Message: message, Err: err}
}

// fieldOf turns what a value's own check said into a field error.
func fieldOf(location string, err error) FieldError {
	var invalid *nursery.InvalidError
	if errors.As(err, &invalid) {
		return FieldError{Location: location, Message: invalid.Message}
	}
	return FieldError{Location: location, Message: "填写有误"}
}
