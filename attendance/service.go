// Package attendance executes the commands and queries of the daily attendance 考勤 of an institution's children. Package children
// authorizes the institution, and returns the names that a reader may see.
package attendance

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }
