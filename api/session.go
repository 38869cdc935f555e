package api

import (
	"context"

	"tuoyu/nursery"
	"tuoyu/workflows"
)

// account is the caller, as identified by the token.
type account struct {
	Account     string            `json:"account"`
	Role        nursery.Role      `json:"role"`
	RoleTitle   string            `json:"role_title"`
	County      string            `json:"county"`
	CountyName  string            `json:"county_name,omitempty"`
	Institution string            `json:"institution,omitempty"`
	Registrar   nursery.Registrar `json:"registrar,omitempty"`
}

// process is a kind of case with its stages.
type process struct {
	Kind   nursery.CaseKind `json:"kind"`
	Title  string           `json:"title"`
	Prefix string           `json:"prefix" doc:"办件编号的前两位"`
	Stages []stage          `json:"stages" doc:"环节，按通常的先后"`
}

type stage struct {
	Stage       nursery.Stage `json:"stage"`
	Title       string        `json:"title"`
	Holder      nursery.Role  `json:"holder,omitempty"`
	HolderTitle string        `json:"holder_title,omitempty"`
	Next        string        `json:"next,omitempty"`
}

func registerSession(a *API) {
	g := a.Group(TagSession)
	Handle(g.Op("GET /api/v1/me", "getMe", "我的账号", ""), func(ctx context.Context, _ *struct{}) (account, error) {
		p := Principal(ctx)
		division, _ := nursery.DivisionByCode(p.County)
		return account{
			Account: p.Account, Role: p.Role, RoleTitle: p.Role.Title(), County: p.County, CountyName: division.Name,
			Institution: p.Institution, Registrar: p.Registrar,
		}, nil
	})
	Handle(g.Op("GET /api/v1/processes", "listProcesses", "办理事项与环节", "").ForEverybody(), func(context.Context, *struct{}) ([]process, error) {
		return listProcesses(), nil
	})
}

func listProcesses() []process {
	var list []process
	for _, p := range workflows.Processes() {
		shown := process{Kind: p.Kind, Title: p.Title, Prefix: p.Prefix}
		for _, s := range p.Stages {
			title := ""
			if s.Holder != "" {
				title = s.Holder.Title()
			}
			shown.Stages = append(shown.Stages, stage{s.Code, s.Title, s.Holder, title, s.Next})
		}
		list = append(list, shown)
	}
	return list
}
