package api

import (
	"context"
	"encoding/json"
	"net/http"

	"tuoyu/casework"
)

// CountyCode is the path parameter with the code of a county.
type CountyCode struct {
	County string `path:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码" example:"140403"`
}

type setSetting struct {
	Name   string          `json:"name" minLength:"1" maxLength:"60" doc:"参数名" example:"filing.silence_grace_days"`
	Value  json.RawMessage `json:"value" doc:"参数值" example:"5"`
	Reason string          `json:"reason" minLength:"2" maxLength:"500" doc:"设置理由"`
}

func registerSettings(a *api) {
	register(a, operation(http.MethodGet, "/api/v1/counties/{county}/settings", "getCountySettings", tagSettings, "县区参数", http.StatusNotFound),
		func(ctx context.Context, in *CountyCode) (*answer[casework.CountySettings], error) {
			return reply(a.service.Settings(ctx, principal(ctx), in.County))
		})

	put := operation(http.MethodPut, "/api/v1/counties/{county}/settings", "setCountySetting", tagSettings, "设置县区参数", http.StatusNotFound)
	put.Description = "一次设置一个参数，须写明理由；法定时限只能缩短。每次设置都留有记录。"
	register(a, put, func(ctx context.Context, in *struct {
		Command
		CountyCode
		Body setSetting
	}) (*answer[casework.CountySettings], error) {
		return reply(a.service.SetSetting(ctx, principal(ctx), in.Key, in.County, in.Body.Name, in.Body.Value, in.Body.Reason))
	})
}
