// Package children executes the commands and queries of the register of children 婴幼儿: enrolment, identity, consents, stays, merges
// and rosters. Names, numbers and guardians are sealed by activities, and each access is logged. New has casework authorize the
// files of a child as the child itself.
package children

import (
	"context"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }

// New is For, and has s authorize the files of a child as the child itself.
func New(s *casework.Service) *Service {
	c := For(s)
	s.AuthorizeChildFiles(func(ctx context.Context, q *store.Queries, p nursery.Principal, child string) error {
		_, err := c.childFor(ctx, q, p, "child.file", child, q.ChildByID)
		return err
	})
	return c
}
