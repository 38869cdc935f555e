package targets

import "tuoyu/api"

// Operations registers the operation about the targets.
func (s *Service) Operations(a *api.API) {
	api.Handle(a.Group(api.TagDashboard).Op("GET /api/v1/targets", "listTargets", "方案目标的完成情况",
		"方案的每一项目标都列出；尚无数据的说明原因。比率按精确值判断是否达到，不因四舍五入而达到。"), api.Query(s.Targets))
}
