// Package processes joins the packages of all processes, and of what they share, in one value for the API, the pages and the
// program. A new process is added here.
package processes

import (
	"tuoyu/attendance"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/offices"
	"tuoyu/processes/buildsite"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/processes/filing"
	"tuoyu/processes/funds"
	"tuoyu/processes/inspection"
	"tuoyu/processes/insurance"
	"tuoyu/processes/procedure"
	"tuoyu/processes/targets"
	"tuoyu/registry"
	"tuoyu/web"
	"tuoyu/web/cases"
)

// Services is every command and query there is: those of cases in general, and those of each process.
type Services struct {
	*casework.Service
	*childrenService
	*attendanceService
	*registryService
	*officesService
	*filingService
	*buildsiteService
	*contractService
	*checkupService
	*inspectionService
	*insuranceService
	*targetsService
	*procedureService
	*fundsService
}

type (
	childrenService   = children.Service
	attendanceService = attendance.Service
	registryService   = registry.Service
	officesService    = offices.Service
	filingService     = filing.Service
	buildsiteService  = buildsite.Service
	contractService   = contract.Service
	checkupService    = checkup.Service
	inspectionService = inspection.Service
	insuranceService  = insurance.Service
	targetsService    = targets.Service
	procedureService  = procedure.Service
	fundsService      = funds.Service
)

// New returns the services with the given dependencies.
func New(d casework.Deps) *Services {
	s := casework.New(d)
	return &Services{
		s,
		children.New(s),
		attendance.For(s),
		registry.For(s),
		offices.For(s),
		filing.New(s),
		buildsite.For(s),
		contract.New(s),
		checkup.New(s),
		inspection.New(s),
		insurance.New(s),
		targets.New(s),
		procedure.New(s),
		funds.New(s),
	}
}

// Pages registers the pages of all processes, and of what they share.
func (s *Services) Pages(site *web.Site) {
	for _, pages := range []func(*web.Site){
		cases.Pages,
		s.childrenService.Pages, s.attendanceService.Pages, s.registryService.Pages, s.officesService.Pages, s.filingService.Pages, s.buildsiteService.Pages,
		s.contractService.Pages, s.checkupService.Pages, s.inspectionService.Pages, s.insuranceService.Pages, s.targetsService.Pages, s.fundsService.Pages, s.procedureService.Pages,
	} {
		pages(site)
	}
}
