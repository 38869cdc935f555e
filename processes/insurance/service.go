// Package insurance executes the commands and queries of the monthly accident insurance of children 意外伤害险: rosters, batches for
// the insurer, its answers, exceptions and claims. It reads rosters by the columns of package children, and counts attempts at
// numbers together with it.
package insurance

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }

// New is For, and adds to s the checks of answers to the tasks of the process.
func New(s *casework.Service) *Service {
	i := For(s)
	s.CheckAnswers(map[string]casework.AnswerCheck{
		"insurance.roster": rosterFilled, "insurance.answers": everyLineAnswered, "insurance.exceptions": everyExceptionSettled,
		"insurance_claim.review": i.checkClaimAnswer, "insurance_claim.pay": i.checkClaimAnswer,
	})
	return i
}
