// Package checkup is the half-yearly check-ups of children and the referrals that follow from them.
package checkup

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }

// New is For, and adds to s the checks of answers to the tasks of the process.
func New(s *casework.Service) *Service {
	i := For(s)
	s.CheckAnswers(map[string]casework.AnswerCheck{
		"checkup_round.record": i.everyDutySettled, "referral.result": resultWritten,
	})
	return i
}
