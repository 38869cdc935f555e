// Package buildsite is the plan to build new places: sites, their milestones and reports, and the ledger of the counties.
package buildsite

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }
