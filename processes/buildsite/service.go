// Package buildsite executes the commands and queries of the plan to build a public nursery in each county 公办示范机构建设: sites,
// milestones and reports, and the ledger, map and ranking of the counties. Activities follow the filing with which a
// site closes.
package buildsite

import "tuoyu/casework"

// Service executes the commands and queries of the package.
type Service struct{ *casework.Service }

// For returns the service on s.
func For(s *casework.Service) *Service { return &Service{s} }
