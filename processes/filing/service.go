// Package filing executes the commands and queries of filings 备案: applications, their corrections and papers, changes and
// cancellations. Whether an application is complete is decided by the rules. New has casework check answers to the tasks of a
// filing, and add the application to a case that is read.
package filing

import (
	"context"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }

// New is For, and adds to s the checks of answers to the tasks of a filing and what a read of its case shows.
func New(s *casework.Service) *Service {
	f := For(s)
	s.CheckAnswers(map[string]casework.AnswerCheck{"filing.registration": f.checkConfirmation, "filing.review": f.opensSomething})
	s.CheckBeforeAnswer("filing.corrections", func(ctx context.Context, p nursery.Principal, key, caseNo string) error {
		return f.handsInChanges(ctx, p, key, caseNo, nil)
	})
	s.CompleteCases(f.completeCase)
	return f
}
