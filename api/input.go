package api

import (
	"context"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// Command is the input shared by all operations that change something.
type Command struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"幂等键，必填。重复发送同一键的同一请求只办理一次，并得到同样的答复" example:"7f1c2c9e-3f55-4d0b-9c43-1f5f4c2f0a11"`
}

// CaseNumber is the path parameter with the number of a case.
type CaseNumber struct {
	CaseNo string `path:"case_no" maxLength:"40" doc:"办件编号" example:"BA-140403-2026-000017-5"`
}

// CountyCode is the path parameter with the code of a county.
type CountyCode struct {
	County string `path:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码" example:"140403"`
}

// StatedReason is the body of a command that needs a reason and nothing else.
type StatedReason struct {
	Reason string `json:"reason" minLength:"2" maxLength:"500" doc:"理由"`
}

// With is the input of a command with a body.
type With[Body any] struct {
	Command
	Body Body
}

// OnCase is the input of a command on a case.
type OnCase struct {
	Command
	CaseNumber
}

// OnCaseWith is the input of a command on a case, with a body.
type OnCaseWith[Body any] struct {
	Command
	CaseNumber
	Body Body
}

// Query returns the handler of an operation that calls query, which depends on the caller alone.
func Query[T any](query func(context.Context, nursery.Principal) (T, error)) func(context.Context, *struct{}) (T, error) {
	return func(ctx context.Context, _ *struct{}) (T, error) { return query(ctx, Principal(ctx)) }
}

// CaseQuery returns the handler of an operation that calls query with the number of the case in the path.
func CaseQuery[T any](query func(_ context.Context, _ nursery.Principal, caseNo string) (T, error)) func(context.Context, *CaseNumber) (T, error) {
	return func(ctx context.Context, in *CaseNumber) (T, error) { return query(ctx, Principal(ctx), in.CaseNo) }
}

// Execute returns the handler of an operation that calls command with the key and the body of the request.
func Execute[Body, T any](command func(_ context.Context, _ nursery.Principal, key string, in Body) (T, error)) func(context.Context, *With[Body]) (T, error) {
	return func(ctx context.Context, in *With[Body]) (T, error) {
		return command(ctx, Principal(ctx), in.Key, in.Body)
	}
}

// ExecuteOnCase returns the handler of an operation that calls command with the key, the number of the case in the path and the
// body of the request.
func ExecuteOnCase[Body, T any](command func(_ context.Context, _ nursery.Principal, key, caseNo string, in Body) (T, error)) func(context.Context, *OnCaseWith[Body]) (T, error) {
	return func(ctx context.Context, in *OnCaseWith[Body]) (T, error) {
		return command(ctx, Principal(ctx), in.Key, in.CaseNo, in.Body)
	}
}

// StartedAt returns the location of a started case, among the resources of that name.
func StartedAt(resources string) func(casework.Started) string {
	return func(s casework.Started) string { return PathOf(resources, s.CaseNo) }
}

// PathOf returns the path of a resource.
func PathOf(resources, id string) string { return "/api/v1/" + resources + "/" + id }
