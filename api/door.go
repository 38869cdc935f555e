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

	PutClinic(ctx context.Context, p nursery.Principal, key string, in nursery.Clinic) (nursery.Clinic, error)
	Clinics(ctx context.Context, p nursery.Principal, county string, page casework.PageRequest) (casework.Page[nursery.Clinic], error)
	StartContract(ctx context.Context, p nursery.Principal, key string, in nursery.ContractTerms) (casework.Started, error)
	Contracts(ctx context.Context, p nursery.Principal, f casework.ContractFilter, page casework.PageRequest) (casework.Page[casework.ContractSummary], error)
	Contract(ctx context.Context, p nursery.Principal, caseNo string) (casework.ContractDetail, error)
	AmendContract(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.ContractAmendment) (casework.ContractDetail, error)
	TerminateContract(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.Termination) (casework.ContractDetail, error)
	RecordVisit(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.GuidanceVisit) (casework.GuidanceEntry, error)
	ConfirmVisit(ctx context.Context, p nursery.Principal, key, caseNo string, visit int64) (casework.GuidanceEntry, error)
	SignedRate(ctx context.Context, p nursery.Principal, on nursery.Date) (casework.Indicator, error)
	EnrolChild(ctx context.Context, p nursery.Principal, key string, in casework.Enrolment) (casework.Enrolled, error)
	ChangeClass(ctx context.Context, p nursery.Principal, key, id, class string) (casework.Enrolled, error)
	EndEnrolment(ctx context.Context, p nursery.Principal, key, id string, in casework.Leaving) (casework.Enrolled, error)
	CorrectChild(ctx context.Context, p nursery.Principal, key, id string, in nursery.Child) (casework.Enrolled, error)
	ImportRoster(ctx context.Context, p nursery.Principal, key string, from io.Reader) (casework.RosterReport, error)
	RosterSheet(ctx context.Context, p nursery.Principal, purpose nursery.ReadingPurpose) ([]byte, error)
	GiveConsent(ctx context.Context, p nursery.Principal, key, id string, in casework.ConsentGiven) (casework.Enrolled, error)
	WithdrawConsent(ctx context.Context, p nursery.Principal, key, id string, purpose nursery.ConsentPurpose) (casework.Enrolled, error)
	Consents(ctx context.Context, p nursery.Principal, id string) ([]casework.Consent, error)
	Children(ctx context.Context, p nursery.Principal, f casework.EnrolmentFilter, page casework.PageRequest) (casework.Page[casework.EnrolledChild], error)
	ChildCounts(ctx context.Context, p nursery.Principal) ([]casework.ChildCount, error)
	Child(ctx context.Context, p nursery.Principal, id string, purpose nursery.ReadingPurpose) (casework.ChildRecord, error)
	Readings(ctx context.Context, p nursery.Principal, child string, page casework.PageRequest) (casework.Page[casework.ReadingEntry], error)
	Institutions(ctx context.Context, p nursery.Principal, f casework.InstitutionFilter, page casework.PageRequest) (casework.Page[casework.RegisteredInstitution], error)
	Institution(ctx context.Context, p nursery.Principal, id string) (casework.RegisteredInstitution, error)
	StartInspection(ctx context.Context, p nursery.Principal, key string, in casework.InspectionRequest) (casework.InspectionSummary, error)
	Inspections(ctx context.Context, p nursery.Principal, f casework.InspectionFilter, page casework.PageRequest) (casework.Page[casework.InspectionSummary], error)
	Inspection(ctx context.Context, p nursery.Principal, caseNo string) (casework.InspectionDetail, error)
	VisitPackage(ctx context.Context, p nursery.Principal, caseNo string) (casework.VisitPackage, error)
	SendVisit(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.SentVisit) (casework.VisitVersion, error)
	SaveVisitDraft(ctx context.Context, p nursery.Principal, key, caseNo string, in casework.SavedDraft) (casework.VisitDraft, error)
	InspectionResults(ctx context.Context, county string, page casework.PageRequest) (casework.Page[casework.Publication], error)
	FileComplaint(ctx context.Context, p nursery.Principal, key string, in casework.ComplaintRequest) (casework.Started, error)
	Complaint(ctx context.Context, p nursery.Principal, caseNo string) (casework.ComplaintDetail, error)

	PublicStatus(ctx context.Context, caseNo, code string) (casework.PublicCase, error)
	Verify(ctx context.Context, code string) (casework.VerifiedPaper, error)
	Publications(ctx context.Context, county string, page casework.PageRequest) (casework.Page[casework.Publication], error)
	FiledInstitutions(ctx context.Context, county string, page casework.PageRequest) (casework.Page[casework.FiledInstitution], error)
}

var _ Door = (*casework.Service)(nil)
