// Package targets compares the targets of the city's plan with the current figures. It reads them from the processes, which do not
// import each other.
package targets

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }
