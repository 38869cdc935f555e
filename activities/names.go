package activities

import "slices"

// Named is an activity with its name in histories, and its own task queue if it does not run on that of the processes.
type Named struct {
	Name  string
	Run   any
	Queue string
}

// Names returns every activity of e with its name; those of a process are listed beside its steps. A name never changes:
// running cases are replayed against it, and the server retries a step under it. A method may be renamed; its name here may
// not, and the name of a removed method is never reused.
func Names(e *Engine) []Named {
	return slices.Concat([]Named{
		{"Assess", e.Assess, ""},
		{"OpenCase", e.OpenCase, ""},
		{"PrintPapers", e.PrintPapers, PapersQueue},
		{"OpenTask", e.OpenTask, ""},
		{"RescheduleTask", e.RescheduleTask, ""},
		{"MarkTask", e.MarkTask, ""},
		{"CloseTask", e.CloseTask, ""},
		{"CancelTask", e.CancelTask, ""},
		{"CancelUnasked", e.CancelUnasked, ""},
		{"MarkStuck", e.MarkStuck, ""},
		{"ClearStuck", e.ClearStuck, ""},
	},
		filingNames(e), changeNames(e), buildNames(e), contractNames(e), checkupNames(e), referralNames(e),
		inspectionNames(e), inspectionPlanNames(e), complaintNames(e), insuranceNames(e), claimNames(e),
	)
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
