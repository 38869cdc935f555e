// Package offices is what offices keep in order besides cases: registrations they are sent, years of the calendar, absences and delegates, saved filters, workload.
package offices

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }
