// Package offices executes the commands and queries of offices beside their cases: registrations, county settings, years of the
// calendar, absences and delegates, saved filters and workload. A registration answers the tasks that wait for it, and a year is
// reported to the open cases, both through the outbox.
package offices

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }
