package api

import (
	"context"
	"net/http"

	"tuoyu/nursery"
)

func registerRegistrations(a *api) {
	op := operation(http.MethodPost, "/api/v1/registrations", "pushRegistration", tagRegistrations, "推送登记信息")
	op.Description = "由登记机关推送本机关登记的机构信息；同一统一社会信用代码再次推送即为更新。等待核验登记信息的备案随之继续。"
	register(a, op, func(ctx context.Context, in *struct {
		Command
		Body nursery.Registration
	}) (*answer[nursery.Registration], error) {
		return reply(a.service.PushRegistration(ctx, principal(ctx), in.Key, in.Body))
	})
}
