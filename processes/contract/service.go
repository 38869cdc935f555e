// Package contract executes the commands and queries of contracts between institutions and clinics 医育结合签约, and of the register
// of clinics. The facts for the rules come from activities, as they do in the workflow.
package contract

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }

// New is For, and adds to s the checks of answers to the tasks of the process.
func New(s *casework.Service) *Service {
	s.CheckAnswers(map[string]casework.AnswerCheck{
		"contract.sign": checkSignature,
	})
	return For(s)
}
