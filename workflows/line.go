package workflows

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
	StageInfo
	Place Place
}

// Line is the way of a case that is at a stage and was in those passed, in any order: what it came through, where it is, and
// unless it has ended what usually follows. Stages it came back from count as neither.
func (p Process) Line(passed []nursery.Stage, at nursery.Stage, ended bool) []LineStage {
	here := slices.IndexFunc(p.Stages, func(info StageInfo) bool { return info.Stage == at })
	var line []LineStage
	for i, info := range p.Stages {
		switch {
		case i == here:
			line = append(line, LineStage{info, Here})
		case i < here && slices.Contains(passed, info.Stage):
			line = append(line, LineStage{info, Past})
		case i > here && !ended && slices.Contains(p.Usual, info.Stage):
			line = append(line, LineStage{info, Ahead})
		}
	}
	return line
}
