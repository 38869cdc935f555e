package processes

import (
	"tuoyu/api"
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
	"tuoyu/registry"
)

// Operations registers the operations of all processes, and declares the tags of the documentation in its order.
func (s *Services) Operations(a *api.API) {
	a.Tags(
		filing.Tag, api.TagCases, api.TagTasks, api.TagDashboard, api.TagAttachments, api.TagDocuments, offices.TagRegistrations,
		offices.TagSettings, children.Tag, registry.Tag, inspection.Tag, buildsite.Tag, contract.Tag, checkup.Tag, insurance.Tag, procedure.Tag, funds.Tag,
		api.TagPublic, api.TagSession,
	)
	for _, register := range []func(*api.API){
		s.childrenService.Operations, s.attendanceService.Operations, s.registryService.Operations, s.officesService.Operations,
		s.filingService.Operations, s.buildsiteService.Operations, s.contractService.Operations, s.checkupService.Operations,
		s.inspectionService.Operations, s.insuranceService.Operations, s.targetsService.Operations, s.procedureService.Operations,
		s.fundsService.Operations,
	} {
		register(a)
	}
}
