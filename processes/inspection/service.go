// Package inspection executes the commands and queries of inspections 督导评估: half-yearly plans and their draw, visits, complaints,
// and the register of inspectors with their calendars. Package draw draws; New has casework reject answers to tasks that only a
// command of this package closes.
package inspection

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }

// New is For, and adds to s the checks of answers to the tasks of the process.
func New(s *casework.Service) *Service {
	i := For(s)
	s.CheckAnswers(map[string]casework.AnswerCheck{
		taskVisit:         casework.OnlyByCommand("请通过现场记录送交，不能直接办理。", "请送交现场记录"),
		taskPlanCommit:    casework.OnlyByCommand("请在检查计划中办理，不能直接办理。", "请在检查计划中办理"),
		taskPlanDraw:      casework.OnlyByCommand("请在检查计划中办理，不能直接办理。", "请在检查计划中办理"),
		"inspection.name": i.checkReplacement, "inspection.day": i.checkVisitDay, "complaint.triage": i.checkTriage,
	})
	return i
}
