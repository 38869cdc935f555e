// Package checkup executes the commands and queries of half-yearly check-ups 半年健康体检 and of the referrals that follow from them.
// Names come from package children, scores from package growth, and what is due and what leads to a referral from the rules.
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
