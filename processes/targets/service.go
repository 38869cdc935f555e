// Package targets compares the targets of the city's plan with the current figures, records the figures of each month, and reports
// on a month. It reads the figures from the processes, which do not import each other; what no process counts, offices enter.
package targets

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// New returns the service on s, and has s record the figures of each month.
func New(s *casework.Service) *Service {
	targets := &Service{s}
	s.Hourly("recording of the month's figures", targets.RecordMonth)
	return targets
}
