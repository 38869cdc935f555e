package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Tag is a group of operations in the documentation, by subject.
type Tag struct{ Name, Description string }

// The tags of the operations in this package and of those that several packages have.
var (
	TagCases       = Tag{"办件", "办件的环节、期限、时间线与留言"}
	TagTasks       = Tag{"待办", "等待工作人员或机构答复的事项"}
	TagDashboard   = Tag{"工作台", "各人和各单位的待办、方案目标、不在岗登记与保存的筛选"}
	TagAttachments = Tag{"材料", "上传与下载申请材料"}
	TagDocuments   = Tag{"文书", "系统制发的文书"}
	TagPublic      = Tag{"公众查询", "无需登录；按来访地址限制频率"}
	TagSession     = Tag{"账号与事项", "当前账号、办理事项与环节"}
)

// Tags declares the tags of all operations, in the order of the documentation.
func (a *API) Tags(tags ...Tag) {
	spec := a.huma.OpenAPI()
	for _, t := range tags {
		spec.Tags = append(spec.Tags, &huma.Tag{Name: t.Name, Description: t.Description})
	}
}

// Schemas returns the schemas of the bodies, for a type whose schema does not follow from its fields.
func (a *API) Schemas() huma.Registry { return a.huma.OpenAPI().Components.Schemas }

// Group describes operations with the same tag.
type Group struct {
	api *API
	tag string
}

// Group returns the group of operations with that tag.
func (a *API) Group(tag Tag) Group { return Group{a, tag.Name} }

// Operation is the description of an operation, to register by Handle or one of its kind.
type Operation struct {
	huma.Operation
	api  *API
	body *huma.RequestBody // of an operation that reads its body itself
}

// Op returns the description of an operation for authenticated callers. Route is the method and the path. Statuses are its
// error statuses in addition to those of every operation with the method; a path with a parameter has 404.
func (g Group) Op(route, id, summary, description string, statuses ...int) Operation {
	method, path, _ := strings.Cut(route, " ")
	op := huma.Operation{
		Method: method, Path: path, OperationID: id, Tags: []string{g.tag}, Summary: summary, Description: description,
		Security: []map[string][]string{{bearer: {}}}, RejectUnknownQueryParameters: true,
		MaxBodyBytes: -1, BodyReadTimeout: -1, // readJSON reads the body and limits its size and time
		Errors: append([]int{
			http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable, http.StatusTooManyRequests,
			http.StatusUnprocessableEntity, http.StatusServiceUnavailable, // 422: at least for an unknown query parameter
		}, statuses...),
	}
	switch {
	case method != http.MethodGet: // 404: for what the body refers to and the account may not see
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge,
			http.StatusUnsupportedMediaType)
	case strings.Contains(path, "{"):
		op.Errors = append(op.Errors, http.StatusNotFound)
	}
	return Operation{Operation: op, api: g.api}
}

// ForEverybody returns the description of an operation without a token.
func (op Operation) ForEverybody() Operation {
	op.Security = []map[string][]string{}
	return op.without(http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict)
}

func (op Operation) without(statuses ...int) Operation {
	op.Errors = slices.DeleteFunc(slices.Clone(op.Errors), func(status int) bool { return slices.Contains(statuses, status) })
	return op
}

// register adds an operation; the errors of its handler are converted to problems here.
func register[I, O any](op Operation, handle func(context.Context, *I) (*O, error)) {
	a := op.api
	huma.Register(a.huma, op.Operation, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			p := a.refuse(ctx, err)
			p.RequestID = exchangeOf(ctx).id
			return nil, p
		}
		return out, nil
	})
	if op.body != nil { // set afterwards: huma would read a body that it knows of itself, and as a whole
		a.huma.OpenAPI().Paths[op.Path].Post.RequestBody = op.body
	}
}

// answer is a JSON response.
type answer[T any] struct{ Body T }

// Handle registers an operation that responds with what handle returns.
func Handle[I, T any](op Operation, handle func(context.Context, *I) (T, error)) {
	register(op, func(ctx context.Context, in *I) (*answer[T], error) {
		body, err := handle(ctx, in)
		return &answer[T]{body}, err
	})
}

// made is the JSON response with a created resource.
type made[T any] struct {
	Location string `header:"Location" doc:"新建内容的地址"`
	Body     T
}

// Create registers an operation that creates what handle returns and responds with it and with its location, which at returns.
func Create[I, T any](op Operation, handle func(context.Context, *I) (T, error), at func(T) string) {
	CreateAt(op, func(ctx context.Context, in *I) (T, string, error) {
		body, err := handle(ctx, in)
		return body, at(body), err
	})
}

// CreateAt registers an operation that creates what handle returns, at the location that handle returns.
func CreateAt[I, T any](op Operation, handle func(context.Context, *I) (T, string, error)) {
	op.DefaultStatus = http.StatusCreated
	register(op, func(ctx context.Context, in *I) (*made[T], error) {
		body, location, err := handle(ctx, in)
		return &made[T]{location, body}, err
	})
}

// Delete registers an operation that responds with nothing.
func Delete[I any](op Operation, handle func(context.Context, *I) error) {
	op.DefaultStatus = http.StatusNoContent
	register(op, func(ctx context.Context, in *I) (*struct{}, error) { return nil, handle(ctx, in) })
}
