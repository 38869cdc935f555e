package procedure

import (
	"context"
	"io"
	"net/http"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// Tag is the group of operations of procedures.
var Tag = api.Tag{Name: "事项", Description: "以数据写成的事项：申请、填报、公示和版本"}

// KindPath is the path parameter with the kind of a procedure.
type KindPath struct {
	Kind string `path:"kind" maxLength:"60" doc:"事项代码" example:"rent_relief"`
}

// SetPath is the path parameters with a case and a set of its rows.
type SetPath struct {
	api.CaseNumber
	Set string `path:"set" maxLength:"60" doc:"行集" example:"child_months"`
}

// rowKey names a row.
type rowKey struct {
	Key string `json:"key" minLength:"1" maxLength:"500" doc:"行的标识"`
}

// procedureList is the published procedures.
type procedureList struct {
	Items []ProcedureKind `json:"items" doc:"已发布的事项"`
}

// Operations registers the operations of procedures.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	api.Handle(g.Op("GET /api/v1/procedures", "listProcedures", "已发布的事项", "含申请表。"), func(ctx context.Context, _ *struct{}) (procedureList, error) {
		items, err := s.Kinds(ctx, api.Principal(ctx))
		return procedureList{items}, err
	})
	api.Handle(g.Op("GET /api/v1/procedures/{kind}", "getProcedure", "事项", ""), func(ctx context.Context, in *KindPath) (ProcedureKind, error) {
		return s.Kind(ctx, api.Principal(ctx), in.Kind)
	})
	api.Create(g.Op("POST /api/v1/procedures/{kind}/cases", "startProcedureCase", "申请", "申请表见事项的 form。"), func(ctx context.Context, in *struct {
		api.With[ProcedureApplication]
		KindPath
	}) (casework.Started, error) {
		return s.Start(ctx, api.Principal(ctx), in.Key, in.Kind, in.Body)
	}, api.StartedAt("cases"))
	api.Handle(g.Op("POST /api/v1/procedures/{kind}/precheck", "precheckProcedure", "提交前预检", "不保存任何内容。"), func(ctx context.Context, in *struct {
		KindPath
		Body ProcedureApplication
	}) (ProcedurePrechecked, error) {
		return s.PrecheckApplication(ctx, api.Principal(ctx), in.Kind, in.Body)
	})
	api.Handle(g.Op("GET /api/v1/procedures/{kind}/map", "getProcedureMap", "事项的办理图", "每个环节的办件数、逾期数和等待最久的。"), func(ctx context.Context, in *struct {
		KindPath
		County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	}) (ProcedureMap, error) {
		return s.Map(ctx, api.Principal(ctx), in.Kind, in.County)
	})
	type figuresOf struct {
		KindPath
		FiguresFilter
	}
	api.Handle(g.Op("GET /api/v1/procedures/{kind}/figures", "getProcedureFigures", "事项的指标", "按现在的办件计算，按指标规定的各项分组。"), func(ctx context.Context, in *figuresOf) (Figures, error) {
		return s.FiguresOf(ctx, api.Principal(ctx), in.Kind, in.FiguresFilter)
	})
	api.Download(g.Op("GET /api/v1/procedures/{kind}/figures.xlsx", "exportProcedureFigures", "导出事项的指标", ""), sheets.Media, "指标，Excel", func(ctx context.Context, in *figuresOf) (casework.File, error) {
		figures, err := s.FiguresOf(ctx, api.Principal(ctx), in.Kind, in.FiguresFilter)
		if err != nil {
			return casework.File{}, err
		}
		return figuresSheet(figures.Title).File(figures.lines(), casework.Workbook)
	})
	s.caseOperations(g)
	s.revisionOperations(g)
	s.publicOperations(a)
}

func (s *Service) caseOperations(g api.Group) {
	api.Page(g.Op("GET /api/v1/cases/{case_no}/rows", "listRows", "办件的填报内容", "按行集和标识排列。"), Rows, func(in *struct {
		api.Listing
		api.CaseNumber
		Set string `query:"set" maxLength:"60" doc:"行集"`
	}) (api.Listing, RowFilter) {
		return in.Listing, RowFilter{in.CaseNo, in.Set}
	})
	api.Handle(g.Op("POST /api/v1/cases/{case_no}/rows/{set}", "putRows", "填报", "整批写入，有一行不合格则全部不写；标识相同的行被替换，原内容保留。"), func(ctx context.Context, in *struct {
		api.With[RowsInput]
		SetPath
	}) (RowsWritten, error) {
		return s.PutRows(ctx, api.Principal(ctx), in.With.Key, in.CaseNo, in.Set, in.Body)
	})
	api.Handle(g.Op("POST /api/v1/cases/{case_no}/rows/{set}/remove", "removeRow", "删除一行", "原内容保留。"), func(ctx context.Context, in *struct {
		api.With[rowKey]
		SetPath
	}) (RowsWritten, error) {
		return s.RemoveRow(ctx, api.Principal(ctx), in.With.Key, in.CaseNo, in.Set, in.Body.Key)
	})
	api.Handle(g.Op("POST /api/v1/cases/{case_no}/rows/{set}/send", "sendRows", "报送", "填报完毕，办件进入下一环节。"), func(ctx context.Context, in *struct {
		api.Command
		SetPath
	}) (RowsWritten, error) {
		return s.SendRows(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Set)
	})
	api.Handle(g.Op("POST /api/v1/cases/{case_no}/anytime/{name}", "doAnytime", "随时可以做的事", "例如撤回、追回；可以在哪些环节做，由事项规定。"), func(ctx context.Context, in *struct {
		api.OnCaseWith[AnytimeInput]
		Name string `path:"name" maxLength:"60" doc:"事项里的名称" example:"withdraw"`
	}) (AnytimeDone, error) {
		return s.Anytime(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Name, in.Body)
	})
}

func (s *Service) revisionOperations(g api.Group) {
	api.List(g, "/api/v1/procedure-revisions", "Revisions", "事项版本", "新提交的在前。", Revisions, func(in *struct {
		api.Listing
		RevisionFilter
	}) (api.Listing, RevisionFilter) {
		return in.Listing, in.RevisionFilter
	})
	api.Create(g.Op("POST /api/v1/procedure-revisions", "proposeRevision", "提交事项版本",
		"表单最后一项为 file：事项文件夹的 zip。检查、场景都通过才能提交；由另一人审批发布。").Form(nil, "zip 文件"),
		func(ctx context.Context, in *struct {
			api.Command
			api.Upload
		}) (Revision, error) {
			return api.TakeForm(&in.Upload, nil, func(_ string, body io.Reader) (Revision, error) {
				archive, err := io.ReadAll(body)
				if err != nil {
					return Revision{}, err
				}
				return s.Propose(ctx, api.Principal(ctx), in.Key, archive)
			})
		}, func(r Revision) string { return api.PathOf("procedure-revisions", r.ID) })
	type byID struct {
		ID string `path:"id" maxLength:"64" doc:"版本标识"`
	}
	api.Handle(g.Op("GET /api/v1/procedure-revisions/{id}", "getRevision", "事项版本", "含检查结果、与之前版本的不同和对办件的影响。"), func(ctx context.Context, in *byID) (Revision, error) {
		return s.Revision(ctx, api.Principal(ctx), in.ID)
	})
	api.Download(g.Op("GET /api/v1/procedure-revisions/{id}/files.zip", "getRevisionFiles", "事项版本的文件", ""), "application/zip", "事项文件夹", func(ctx context.Context, in *byID) (casework.File, error) {
		archive, err := s.Files(ctx, api.Principal(ctx), in.ID)
		return casework.File{Name: in.ID + ".zip", Media: "application/zip", Content: archive}, err
	})
	api.Handle(g.Op("POST /api/v1/procedure-revisions/{id}/decision", "decideRevision", "发布或不通过事项版本", "不能审批自己提交的版本。发布后数秒内各处开始受理。"), func(ctx context.Context, in *struct {
		api.With[RevisionVerdict]
		ID string `path:"id" maxLength:"64" doc:"版本标识"`
	}) (Revision, error) {
		return s.Decide(ctx, api.Principal(ctx), in.Key, in.ID, in.Body)
	})
	api.Page(g.Op("GET /api/v1/procedure-revisions/{id}/cases", "listCasesToMove", "按以前版本办理的办件", "可以转到这个版本的，和不能转移的原因。"), s.CasesToMove(), func(in *struct {
		api.Listing
		ID string `path:"id" maxLength:"64" doc:"版本标识"`
	}) (api.Listing, RevisionCases) {
		return in.Listing, RevisionCases{in.ID}
	})
	api.Handle(g.Op("POST /api/v1/cases/{case_no}/move", "moveCase", "把在办的办件转到以后的版本", "从所在的环节接着办；版本要写明在办的办件转移。"), func(ctx context.Context, in *struct {
		api.OnCaseWith[MoveInput]
	}) (MoveDone, error) {
		return s.Move(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Body)
	})
}

func (s *Service) publicOperations(a *api.API) {
	g := a.Group(Tag)
	api.Page(g.Op("GET /api/v1/consultations", "listConsultations", "征求意见", "只向您所在的角色公布的内容，新的在前。"), Consultations,
		func(in *struct{ api.Listing }) (api.Listing, struct{}) { return in.Listing, struct{}{} })
	api.Handle(g.Op("POST /api/v1/consultations/{case_no}/objections", "commentOnConsultation", "对征求意见的内容提出意见", "只有公布时指定的角色可以提出。"),
		func(ctx context.Context, in *struct {
			api.OnCaseWith[Objection]
		}) (Objected, error) {
			return s.ObjectSignedIn(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Body)
		})
	public := a.Group(api.TagPublic)
	api.Page(public.Op("GET /api/v1/public/publicity", "listPublicity", "公示", "正在公示和公示过的内容，新的在前。").ForEverybody(), PublicityList,
		func(in *api.PublicCounty) (api.Listing, PublicityFilter) {
			return in.Listing, PublicityFilter{in.County}
		})
	object := public.Op("POST /api/v1/public/publicity/{case_no}/objections", "objectToPublicity", "对公示提出异议",
		"无需登录；幂等键应为至少 22 位的随机字符（如 UUID）。").ForEverybody()
	object.Errors = append(object.Errors, http.StatusForbidden, http.StatusConflict)
	api.Handle(object, func(ctx context.Context, in *struct {
		api.OnCaseWith[Objection]
	}) (Objected, error) {
		if err := a.LimitSubmission(ctx, "提出异议过于频繁，请稍后再试。"); err != nil {
			return Objected{}, err
		}
		p := api.Principal(ctx)
		if p == (nursery.Principal{}) {
			p = casework.Anyone
		}
		return s.Object(ctx, p, in.Key, in.CaseNo, in.Body)
	})
}
