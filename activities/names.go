package activities

// Named is an activity with its name in histories, and its own task queue if it does not run on that of the processes.
type Named struct {
	Name  string
	Run   any
	Queue string
}

// Names returns every activity of e with its name. A name never changes: running cases are replayed against it, and the
// server retries a step under it. A method may be renamed; its name here may not, and the name of a removed method is
// never reused.
func Names(e *Engine) []Named {
	return []Named{
		{"Assess", e.Assess, ""},

		{"OpenBuild", e.OpenBuild, ""},
		{"AssessBuild", e.AssessBuild, ""},
		{"TakeReply", e.TakeReply, ""},
		{"EndBuild", e.EndBuild, ""},

		{"ApproveChange", e.ApproveChange, ""},
		{"RefuseChange", e.RefuseChange, ""},
		{"Cancel", e.Cancel, ""},

		{"OpenCheckup", e.OpenCheckup, ""},
		{"FollowCheckup", e.FollowCheckup, ""},

		{"CloseCheckup", e.CloseCheckup, ""},
		{"EndCheckup", e.EndCheckup, ""},

		{"TakeUpComplaint", e.TakeUpComplaint, ""},
		{"SettleComplaint", e.SettleComplaint, ""},

		{"AssessContract", e.AssessContract, ""},
		{"ReadContract", e.ReadContract, ""},
		{"TakeSignature", e.TakeSignature, ""},
		{"FileContract", e.FileContract, ""},
		{"RefuseContract", e.RefuseContract, ""},
		{"BeginContract", e.BeginContract, ""},
		{"TakeAnswer", e.TakeAnswer, ""},

		{"AssessDuties", e.AssessDuties, ""},
		{"EndContract", e.EndContract, ""},
		{"CloseContract", e.CloseContract, ""},
		{"RenewContract", e.RenewContract, ""},

		{"OpenRoundOfContract", e.OpenRoundOfContract, ""},

		{"RequestCorrections", e.RequestCorrections, ""},
		{"ResumeReview", e.ResumeReview, ""},
		{"AcceptMaterials", e.AcceptMaterials, ""},
		{"IssueReceipt", e.IssueReceipt, ""},
		{"RecordConformity", e.RecordConformity, ""},
		{"RecordNonconformity", e.RecordNonconformity, ""},
		{"CloseRectified", e.CloseRectified, ""},
		{"ReferPenalty", e.ReferPenalty, ""},
		{"Withdraw", e.Withdraw, ""},
		{"Reroute", e.Reroute, ""},

		{"TakeUpInspection", e.TakeUpInspection, ""},
		{"NameInspector", e.NameInspector, ""},
		{"SetVisitDay", e.SetVisitDay, ""},

		{"RecordVisit", e.RecordVisit, ""},
		{"OrderCorrection", e.OrderCorrection, ""},
		{"CloseInspection", e.CloseInspection, ""},
		{"ReferInspection", e.ReferInspection, ""},

		{"TakeUpInspectionPlan", e.TakeUpInspectionPlan, ""},
		{"PublishCommitment", e.PublishCommitment, ""},
		{"DrawInspections", e.DrawInspections, ""},

		{"OpenPlannedInspections", e.OpenPlannedInspections, ""},
		{"TallyInspectionPlan", e.TallyInspectionPlan, ""},
		{"CloseInspectionPlan", e.CloseInspectionPlan, ""},

		{"AssessVisit", e.AssessVisit, ""},
		{"SignVisit", e.SignVisit, ""},

		{"OpenInsurance", e.OpenInsurance, ""},
		{"CheckInsurance", e.CheckInsurance, CountiesQueue},

		{"OpenInsuranceClaim", e.OpenInsuranceClaim, ""},
		{"AdmitClaim", e.AdmitClaim, ""},
		{"ContestClaim", e.ContestClaim, ""},
		{"RefuseClaim", e.RefuseClaim, ""},
		{"PayClaim", e.PayClaim, ""},

		{"SignInsurance", e.SignInsurance, CountiesQueue},
		{"ReturnInsurance", e.ReturnInsurance, CountiesQueue},
		{"SettleInsurance", e.SettleInsurance, CountiesQueue},
		{"InsuranceOpen", e.InsuranceOpen, ""},
		{"StandInsurance", e.StandInsurance, ""},
		{"CloseInsurance", e.CloseInsurance, CountiesQueue},
		{"NoteInsurance", e.NoteInsurance, ""},

		{"OpenCase", e.OpenCase, ""},

		{"PrintPapers", e.PrintPapers, PapersQueue},

		{"OpenReferral", e.OpenReferral, ""},
		{"MoveReferral", e.MoveReferral, ""},

		{"OpenTask", e.OpenTask, ""},
		{"RescheduleTask", e.RescheduleTask, ""},
		{"MarkTask", e.MarkTask, ""},
		{"CloseTask", e.CloseTask, ""},
		{"CancelTask", e.CancelTask, ""},
		{"CancelUnasked", e.CancelUnasked, ""},

		{"MarkStuck", e.MarkStuck, ""},
		{"ClearStuck", e.ClearStuck, ""},
	}
}

// ByName returns the activity of that name, for a workflow to call; nil if there is none.
func ByName(name string) any { return byName[name] }

var byName = func() map[string]any {
	all := map[string]any{}
	for _, a := range Names(nil) {
		all[a.Name] = a.Run
	}
	return all
}()
