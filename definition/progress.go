package definition

import (
	"slices"

	"tuoyu/nursery"
)

// StageState is the position of a stage relative to the current stage of a case.
type StageState string

// Places.
const (
	Done     StageState = "past"
	Current  StageState = "here"
	Upcoming StageState = "ahead"
)

// ProgressStep is a stage in the progress of a case.
type ProgressStep struct {
	Stage
	Place StageState
}

// Progress returns the progress of a case that is in a stage and was in those passed, in any order: the stages it has completed, the
// current one and, unless it has ended, those that usually follow. Stages it returned from are not included.
func (p Process) Progress(passed []nursery.Stage, at nursery.Stage, ended bool) []ProgressStep {
	here := slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Code == at })
	var line []ProgressStep
	for i, s := range p.Stages {
		switch {
		case i == here:
			line = append(line, ProgressStep{s, Current})
		case i < here && slices.Contains(passed, s.Code):
			line = append(line, ProgressStep{s, Done})
		case i > here && !ended && slices.Contains(p.HappyPath, s.Code):
			line = append(line, ProgressStep{s, Upcoming})
		}
	}
	return line
}
