package offices

import (
	"context"
	"encoding/json"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/casework/public"
)

// The groups of operations about what offices administer.
var (
	TagRegistrations = api.Tag{Name: "登记信息", Description: "登记机关推送的机构登记信息"}
	TagSettings      = api.Tag{Name: "县区参数", Description: "县区自行确定的办理参数"}
)

// AbsenceNumber is the path parameter with the number of an absence.
type AbsenceNumber struct {
	ID int64 `path:"id" minimum:"1" doc:"登记编号"`
}

// FilterNumber is the path parameter with the number of a saved filter.
type FilterNumber struct {
	ID int64 `path:"id" minimum:"1" doc:"筛选编号"`
}

type setSetting struct {
	Name   string          `json:"name" minLength:"1" maxLength:"60" doc:"参数名" example:"filing.silence_grace_days"`
	Value  json.RawMessage `json:"value" doc:"参数值" example:"5"`
	Reason string          `json:"reason" minLength:"2" maxLength:"500" doc:"设置理由"`
}

// Operations registers the operations about workload, absences, saved filters, settings and registrations.
func (s *Service) Operations(a *api.API) {
	g := a.Group(api.TagDashboard)
	api.Handle(g.Op("GET /api/v1/workload", "getWorkload", "本单位各人的待办",
		"首行是尚无人认领的，其余按逾期多少排列；不在岗的人注明截止日和代办人。"), api.Query(s.Workload))
	api.Handle(g.Op("GET /api/v1/overdue", "getOverdueByOffice", "各单位的逾期情况", "市级看全市，县区看本县区；没有未办待办的不列。"), api.Query(s.OverdueByOffice))
	s.absenceOperations(g)
	s.filterOperations(g)
	s.settingOperations(a.Group(TagSettings))
	s.contactOperations(a)
	api.Handle(a.Group(TagRegistrations).Op("POST /api/v1/registrations", "pushRegistration", "推送登记信息",
		"由登记机关推送本机关登记的机构信息；同一统一社会信用代码再次推送即为更新。等待核验登记信息的备案随之继续。"), api.Execute(s.PushRegistration))
}

func (s *Service) absenceOperations(g api.Group) {
	api.List(g, "/api/v1/absences", "Absences", "不在岗登记", "新的在前。主管和县区专班看本县区，其他工作人员看本人。", Absences,
		func(in *api.Listing) (api.Listing, struct{}) { return *in, struct{}{} })
	api.Create(g.Op("POST /api/v1/absences", "setAbsence", "登记不在岗",
		"已经开始的，当即把名下待办转给代办人，按规定须回避的除外；期间指派给本人的待办也由代办人办理。"),
		api.Execute(s.SetAbsence), func(Absence) string { return "/api/v1/absences" })
	api.Handle(g.Op("POST /api/v1/absences/{id}/end", "endAbsence", "结束不在岗登记", "已转交的待办仍由接办人办理。"), func(ctx context.Context, in *struct {
		api.Command
		AbsenceNumber
	}) (Absence, error) {
		return s.EndAbsence(ctx, api.Principal(ctx), in.Key, in.ID)
	})
}

func (s *Service) filterOperations(g api.Group) {
	api.Handle(g.Op("GET /api/v1/saved-filters", "listSavedFilters", "保存的筛选", "只有本人可见。"), func(ctx context.Context, in *struct {
		Room string `query:"room" required:"true" pattern:"^[a-z][a-z_-]{0,39}$" patternDescription:"页面" doc:"页面" example:"tasks"`
	}) ([]SavedFilter, error) {
		return s.SavedFilters(ctx, api.Principal(ctx), in.Room)
	})
	api.Handle(g.Op("PUT /api/v1/saved-filters", "saveFilter", "保存筛选", "同一页面同名的被替换；每个页面最多 20 个。"), api.Execute(s.SaveFilter))
	api.Delete(g.Op("DELETE /api/v1/saved-filters/{id}", "dropFilter", "删除筛选", ""), func(ctx context.Context, in *struct {
		api.Command
		FilterNumber
	}) error {
		return s.DropFilter(ctx, api.Principal(ctx), in.Key, in.ID)
	})
}

func (s *Service) settingOperations(g api.Group) {
	api.Handle(g.Op("GET /api/v1/counties/{county}/settings", "getCountySettings", "县区参数", ""),
		func(ctx context.Context, in *api.CountyCode) (casework.CountySettings, error) {
			return s.Settings(ctx, api.Principal(ctx), in.County)
		})
	api.Handle(g.Op("PUT /api/v1/counties/{county}/settings", "setCountySetting", "设置县区参数",
		"一次设置一个参数，须写明理由；法定时限只能缩短。每次设置都留有记录。"), func(ctx context.Context, in *struct {
		api.With[setSetting]
		api.CountyCode
	}) (casework.CountySettings, error) {
		return s.SetSetting(ctx, api.Principal(ctx), in.Key, in.County, in.Body.Name, in.Body.Value, in.Body.Reason)
	})
}

func (s *Service) contactOperations(a *api.API) {
	api.Handle(a.Group(api.TagPublic).Op("GET /api/v1/public/contacts", "listOfficeContacts", "办理机关联系方式",
		"市级和各县区的办理机关；尚未公布的，办理机关名称为空。").ForEverybody(), func(ctx context.Context, _ *struct{}) ([]public.OfficeContact, error) {
		return public.Contacts(ctx, s.Service)
	})
	api.Handle(a.Group(TagSettings).Op("PUT /api/v1/counties/{county}/contact", "setOfficeContact", "公布办理机关联系方式",
		"由县区专班公布本县区的，市级专班和系统管理员公布各县区和市级的；公布后页面和办事指南随即显示。"), func(ctx context.Context, in *struct {
		api.With[ContactEntry]
		api.CountyCode
	}) (public.OfficeContact, error) {
		return s.PutContact(ctx, api.Principal(ctx), in.Key, in.County, in.Body)
	})
}
