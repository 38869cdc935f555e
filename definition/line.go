package definition

import (
	"slices"

	"tuoyu/nursery"
)

// Place is the position of a stage relative to the current stage of a case.
type Place string

// Places.
const (
	Past  Place = "past"
	Here  Place = "here"
	Ahead Place = "ahead"
)

// LineStage is a stage in the progress of a case.
type LineStage struct {
	Stage
	Place Place
}

// Line returns the progress of a case that is in a stage and was in those passed, in any order: the stages it has completed, the
// current one and, unless it has ended, those that usually follow. Stages it returned from are not included.
func (p Process) Line(passed []nursery.Stage, at nursery.Stage, ended bool) []LineStage {
	here := slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Code == at })
	var line []LineStage
	for i, s := range p.Stages {
		switch {
		case i == here:
			line = append(line, LineStage{s, Here})
		case i < here && slices.Contains(passed, s.Code):
			line = append(line, LineStage{s, Past})
		case i > here && !ended && slices.Contains(p.HappyPath, s.Code):
			line = append(line, LineStage{s, Ahead})
		}
	}
	return line
}
