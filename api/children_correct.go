package api

import (
	"context"
	"net/http"
	"strconv"

	"tuoyu/casework"
	"tuoyu/children"
)

type pairsAlike struct {
	Pairs []children.AlikeChildren `json:"pairs" doc:"疑似同一婴幼儿的记录"`
}

func registerChildCorrections(a *api) {
	stay := operation(http.MethodPost, "/api/v1/children/{child}/stay/correction", "correctStay", tagChildren, "更正在托时间", http.StatusNotFound)
	stay.Description = "更正本机构最近一次入托、离托日期，或恢复误登记离托的，须说明理由。与其他在托时间重叠的，返回 409 stay_overlaps。"
	register(a, stay, func(ctx context.Context, in *struct {
		Command
		ChildID
		Body children.StayCorrection
	}) (*answer[children.Enrolled], error) {
		return reply(a.service.CorrectStay(ctx, principal(ctx), in.Key, in.Child, in.Body))
	})

	doses := operation(http.MethodPost, "/api/v1/children/{child}/doses", "recordDoses", tagChildren, "补验预防接种证", http.StatusNotFound)
	doses.Description = "入托后出示接种证的，由在托机构登记百白破疫苗的剂次，入托查验的提示随之更新（疫苗管理法第四十八条）。剂次少于原登记的，须填写 reason。"
	register(a, doses, func(ctx context.Context, in *struct {
		Command
		ChildID
		Body children.DosesShown
	}) (*answer[children.Enrolled], error) {
		return reply(a.service.RecordDoses(ctx, principal(ctx), in.Key, in.Child, in.Body))
	})

	death := operation(http.MethodPost, "/api/v1/children/{child}/death/withdrawal", "withdrawDeath", tagChildren, "撤销死亡登记", http.StatusNotFound)
	death.Description = "误登记的死亡，由登记的机构或居住地县区专班说明理由后撤销；因此离托的恢复在托。"
	register(a, death, func(ctx context.Context, in *struct {
		Command
		ChildID
		Body children.ChildReason
	}) (*answer[children.Enrolled], error) {
		return reply(a.service.WithdrawDeath(ctx, principal(ctx), in.Key, in.Child, in.Body))
	})

	release := operation(http.MethodPost, "/api/v1/children/{child}/release", "releaseChild", tagChildren, "移交登记信息", http.StatusNotFound)
	release.Description = "离托后，原机构将其登记的监护人和同意信息移交接收机构。"
	register(a, release, func(ctx context.Context, in *struct {
		Command
		ChildID
		Body children.ChildReason
	}) (*answer[children.Enrolled], error) {
		return reply(a.service.ReleaseChild(ctx, principal(ctx), in.Key, in.Child, in.Body))
	})

	identity := operation(http.MethodPost, "/api/v1/children/{child}/identity", "changeIdentity", tagChildren, "更正证件号码", http.StatusNotFound)
	identity.Description = "县区专班核验证件原件后更正。本县区另一记录已用该号码的，返回 409 identity_taken 和该记录，可以合并。"
	register(a, identity, func(ctx context.Context, in *struct {
		Command
		ChildID
		Body children.IdentityChange
	}) (*answer[children.Enrolled], error) {
		return reply(a.service.ChangeIdentity(ctx, principal(ctx), in.Key, in.Child, in.Body))
	})
}

func registerMerges(a *api) {
	merge := creating(operation(http.MethodPost, "/api/v1/children/merges", "mergeChildren", tagChildren, "合并同一婴幼儿的记录", http.StatusNotFound))
	merge.Description = "县区专班核验证件后，将同一婴幼儿的两条记录合并。在托、同意、考勤、体检和投保随保留的记录，可以撤销。"
	register(a, merge, func(ctx context.Context, in *struct {
		Command
		Body children.ChildMerge
	}) (*made[children.MergedChildren], error) {
		merged, err := a.service.MergeChildren(ctx, principal(ctx), in.Key, in.Body)
		return newAt(merged, err, func(m children.MergedChildren) string { return pathOf("children/merges", strconv.FormatInt(m.ID, 10)) })
	})

	undo := operation(http.MethodPost, "/api/v1/children/merges/{merge}/undo", "undoMerge", tagChildren, "撤销合并", http.StatusNotFound)
	undo.Description = "并入的内容退回原记录，合并后新登记的留在保留的记录。"
	register(a, undo, func(ctx context.Context, in *struct {
		Command
		Merge int64 `path:"merge" minimum:"1" doc:"合并编号"`
		Body  children.ChildReason
	}) (*answer[children.MergedChildren], error) {
		return reply(a.service.UnmergeChildren(ctx, principal(ctx), in.Key, in.Merge, in.Body))
	})

	register(a, operation(http.MethodGet, "/api/v1/children/merges", "listMerges", tagChildren, "合并记录"), func(ctx context.Context, in *struct {
		Listing
	}) (*answer[casework.Page[children.MergedChildren]], error) {
		return reply(children.Merges.Page(ctx, a.service.Service, principal(ctx), struct{}{}, casework.PageRequest(in.Listing)))
	})

	alike := operation(http.MethodGet, "/api/v1/children/alike", "listAlike", tagChildren, "疑似同一婴幼儿")
	alike.Description = "本县区姓名、出生日期和性别相同而证件不同的记录，不含姓名。"
	register(a, alike, func(ctx context.Context, _ *struct{}) (*answer[pairsAlike], error) {
		pairs, err := a.service.Alike(ctx, principal(ctx))
		return reply(pairsAlike{pairs}, err)
	})
}
