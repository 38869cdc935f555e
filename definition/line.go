package definition

import (
	"slices"

	"tuoyu/nursery"
)

// Place is where a stage stands as seen from the stage a case is in.
type Place string

// Places.
const (
	Past  Place = "past"
	Here  Place = "here"
	Ahead Place = "ahead"
)

// LineStage is a stage of a case's line.
type LineStage struct {
	Stage
	Place Place
}

// Line is the way of a case that is at a stage and was in those passed, in any order: what it came through, where it is, and
// unless it has ended what usually follows. Stages it came back from count as neither.
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
