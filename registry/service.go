// Package registry queries the register of institutions, for offices and for the public, and what is published of them. It writes
// nothing: applications and the steps of their cases do.
package registry

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }
