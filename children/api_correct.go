package children

import (
	"context"
	"strconv"

	"tuoyu/api"
)

type pairsAlike struct {
	Pairs []AlikeChildren `json:"pairs" doc:"疑似同一婴幼儿的记录"`
}

func (s *Service) changeOperations(g api.Group) {
	api.Handle(g.Op("POST /api/v1/children/{child}/class", "changeClass", "调班", ""), func(ctx context.Context, in *OnChildWith[changeClass]) (Enrolled, error) {
		return s.ChangeClass(ctx, api.Principal(ctx), in.Key, in.Child, in.Body.Class)
	})
	api.Handle(g.Op("POST /api/v1/children/{child}/leave", "endEnrolment", "登记离托", ""), executeOnChild(s.EndEnrolment))
	api.Handle(g.Op("POST /api/v1/children/{child}/correction", "correctChild", "更正婴幼儿信息",
		"应监护人请求更正，以所送内容代替原有内容。证件类型或号码的更正由县级卫生健康部门办理，返回 409 identity_office。"), executeOnChild(s.CorrectChild))
	api.Handle(g.Op("POST /api/v1/children/{child}/stay/correction", "correctStay", "更正在托时间",
		"更正本机构最近一次入托、离托日期，或恢复误登记离托的，须说明理由。与其他在托时间重叠的，返回 409 stay_overlaps。"), executeOnChild(s.CorrectStay))
	api.Handle(g.Op("POST /api/v1/children/{child}/doses", "recordDoses", "补验预防接种证",
		"入托后出示接种证的，由在托机构登记百白破疫苗的剂次，入托查验的提示随之更新（疫苗管理法第四十八条）。剂次少于原登记的，须填写 reason。"), executeOnChild(s.RecordDoses))
	api.Handle(g.Op("POST /api/v1/children/{child}/death/withdrawal", "withdrawDeath", "撤销死亡登记",
		"误登记的死亡，由登记的机构或居住地县区专班说明理由后撤销；因此离托的恢复在托。"), executeOnChild(s.WithdrawDeath))
	api.Handle(g.Op("POST /api/v1/children/{child}/release", "releaseChild", "移交登记信息",
		"离托后，原机构将其登记的监护人和同意信息移交接收机构。"), executeOnChild(s.ReleaseChild))
	api.Handle(g.Op("POST /api/v1/children/{child}/identity", "changeIdentity", "更正证件号码",
		"县区专班核验证件原件后更正。本县区另一记录已用该号码的，返回 409 identity_taken 和该记录，可以合并。"), executeOnChild(s.ChangeIdentity))
}

func (s *Service) mergeOperations(g api.Group) {
	api.Create(g.Op("POST /api/v1/children/merges", "mergeChildren", "合并同一婴幼儿的记录",
		"县区专班核验证件后，将同一婴幼儿的两条记录合并。在托、同意、考勤、体检和投保随保留的记录，可以撤销。"),
		api.Execute(s.MergeChildren), func(m MergedChildren) string { return api.PathOf("children/merges", strconv.FormatInt(m.ID, 10)) })
	api.Handle(g.Op("POST /api/v1/children/merges/{merge}/undo", "undoMerge", "撤销合并", "并入的内容退回原记录，合并后新登记的留在保留的记录。"), func(ctx context.Context, in *struct {
		api.With[ChildReason]
		Merge int64 `path:"merge" minimum:"1" doc:"合并编号"`
	}) (MergedChildren, error) {
		return s.UnmergeChildren(ctx, api.Principal(ctx), in.Key, in.Merge, in.Body)
	})
	api.Page(g.Op("GET /api/v1/children/merges", "listMerges", "合并记录", ""), Merges,
		func(in *api.Listing) (api.Listing, struct{}) { return *in, struct{}{} })
	api.Handle(g.Op("GET /api/v1/children/alike", "listAlike", "疑似同一婴幼儿", "本县区姓名、出生日期和性别相同而证件不同的记录，不含姓名。"), func(ctx context.Context, _ *struct{}) (pairsAlike, error) {
		pairs, err := s.Alike(ctx, api.Principal(ctx))
		return pairsAlike{pairs}, err
	})
}
