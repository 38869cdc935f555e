package api

import (
	"context"
	"encoding/json"
	"io"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// Door is what the API needs of casework. The errors that are for a person are *casework.Error.
type Door interface {
	StartFiling(ctx context.Context, p nursery.Principal, key string, in casework.StartFiling) (casework.Started, error)
	Precheck(ctx context.Context, p nursery.Principal, a nursery.Application) (casework.Prechecked, error)
	CorrectFiling(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.Correction) (casework.Corrected, error)
	SubmitFiling(ctx context.Context, p nursery.Principal, key, caseNo string) (casework.Corrected, error)
	Withdraw(ctx context.Context, p nursery.Principal, key, caseNo, reason string) (casework.Corrected, error)
	StartChange(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.ChangeRequest) (casework.Started, error)
	StartCancellation(ctx context.Context, p nursery.Principal, key, caseNo string, in nursery.Cancellation) (casework.Started, error)

	Cases(ctx context.Context, p nursery.Principal, f casework.CaseFilter, page casework.PageRequest) (casework.Page[casework.CaseSummary], error)
	Case(ctx context.Context, p nursery.Principal, caseNo string) (casework.CaseDetail, error)
	Comment(ctx context.Context, p nursery.Principal, key, caseNo, text string, internal bool) (casework.Event, error)

	Tasks(ctx context.Context, p nursery.Principal, f casework.TaskFilter, page casework.PageRequest) (casework.Page[casework.TaskSummary], error)
	Task(ctx context.Context, p nursery.Principal, id string) (casework.TaskDetail, error)
	Claim(ctx context.Context, p nursery.Principal, key, id string) (casework.TaskSummary, error)
	Release(ctx context.Context, p nursery.Principal, key, id string) (casework.TaskSummary, error)
	Assign(ctx context.Context, p nursery.Principal, key, id, account string) (casework.TaskSummary, error)
	Delegate(ctx context.Context, p nursery.Principal, key, id, account, reason string) (casework.TaskSummary, error)
	Complete(ctx context.Context, p nursery.Principal, key, id string, in casework.Completion) (casework.Completed, error)

	Upload(ctx context.Context, p nursery.Principal, in casework.Upload) (casework.Attachment, error)
	OpenAttachment(ctx context.Context, p nursery.Principal, id string) (casework.Attachment, io.ReadCloser, error)
	OpenDocument(ctx context.Context, p nursery.Principal, id string) (casework.Document, io.ReadCloser, error)
	RevokeDocument(ctx context.Context, p nursery.Principal, key, id, reason string) (casework.Document, error)
	Reissue(ctx context.Context, p nursery.Principal, key, id, reason string) (casework.Document, error)

	PushRegistration(ctx context.Context, p nursery.Principal, key string, r nursery.Registration) (nursery.Registration, error)
	Settings(ctx context.Context, p nursery.Principal, county string) (casework.CountySettings, error)
	SetSetting(ctx context.Context, p nursery.Principal, key, county, name string, value json.RawMessage, reason string) (casework.CountySettings, error)

	StartBuildPlan(ctx context.Context, p nursery.Principal, key string, plan nursery.BuildPlan) (casework.BuildStarted, error)
	BuildSites(ctx context.Context, p nursery.Principal, f casework.BuildFilter, page casework.PageRequest) (casework.Page[casework.BuildSiteSummary], error)
	BuildSite(ctx context.Context, p nursery.Principal, caseNo string) (casework.BuildSiteDetail, error)
	AmendBuild(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.BuildAmendment) (casework.BuildSiteDetail, error)
	LinkBuildFiling(ctx context.Context, p nursery.Principal, key, caseNo, filing string) (casework.BuildSiteDetail, error)
	ReportBuild(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.BuildReport) (casework.BuildReportEntry, error)
	DecideBuildReport(ctx context.Context, p nursery.Principal, key, caseNo string, id int64, in casework.BuildVerdict) (casework.BuildReportEntry, error)
	BuildLedger(ctx context.Context, p nursery.Principal, plan string) (casework.BuildLedger, error)
	BuildMap(ctx context.Context, p nursery.Principal, plan string) ([]casework.BuildCounty, error)
	BuildRanking(ctx context.Context, p nursery.Principal, plan string) (casework.BuildRanking, error)

	StartInsurance(ctx context.Context, p nursery.Principal, key string, in casework.InsuranceStart) (casework.Started, error)
	InsuranceMonths(ctx context.Context, p nursery.Principal, county string, page casework.PageRequest) (casework.Page[casework.InsuranceMonthSummary], error)
	InsuranceMonth(ctx context.Context, p nursery.Principal, caseNo string) (casework.InsuranceMonthDetail, error)
	InsuranceReconciliation(ctx context.Context, p nursery.Principal, month string) ([]casework.InsuranceReconciled, error)
	InsuredRate(ctx context.Context, p nursery.Principal, county string, on nursery.Date) (casework.InsuredRate, error)
	TakeRoster(ctx context.Context, p nursery.Principal, key, caseNo string, page casework.InsurancePage) (casework.InsuranceRoster, error)
	TakeRosterFile(ctx context.Context, p nursery.Principal, key, caseNo, source string, file io.Reader) (casework.InsuranceRoster, error)
	RosterReport(ctx context.Context, p nursery.Principal, caseNo string, number int) (casework.InsuranceRoster, error)
	InsuranceLines(ctx context.Context, p nursery.Principal, caseNo string, send int, page casework.PageRequest) (casework.InsuranceLinesPage, error)
	AllInsuranceLines(ctx context.Context, p nursery.Principal, caseNo string, send int) (casework.InsuranceLinesPage, error)
	AnswerInsurance(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.InsuranceAnswers) (casework.InsuranceAnswered, error)
	InsuranceExceptions(ctx context.Context, p nursery.Principal, caseNo string, page casework.PageRequest) (casework.Page[casework.InsuranceException], error)
	SettleExceptions(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.InsuranceResolution) (casework.InsuranceSettled, error)
	StartClaim(ctx context.Context, p nursery.Principal, key string, in casework.ClaimStart) (casework.Started, error)
	InsuranceClaims(ctx context.Context, p nursery.Principal, county string, page casework.PageRequest) (casework.Page[casework.InsuranceClaimView], error)
	InsuranceClaim(ctx context.Context, p nursery.Principal, caseNo string) (casework.InsuranceClaimView, error)

	PublicStatus(ctx context.Context, caseNo, code string) (casework.PublicCase, error)
	Verify(ctx context.Context, code string) (casework.VerifiedPaper, error)
	Publications(ctx context.Context, county string, page casework.PageRequest) (casework.Page[casework.Publication], error)
	FiledInstitutions(ctx context.Context, county string, page casework.PageRequest) (casework.Page[casework.FiledInstitution], error)
}

var _ Door = (*casework.Service)(nil)
