package api

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// missingField is the beginning of the message for a missing field; the name follows.
const missingField = "缺少必填项："

// untranslatable are the messages hard-coded in huma.
var untranslatable = map[string]string{
	"invalid integer":         "应为整数",
	"invalid floating value":  "应为数字",
	"invalid float":           "应为数字",
	"invalid boolean":         "应为 true 或 false",
	"unknown query parameter": "没有这个参数",
}

// huma has one error type and one set of messages for the whole process, so they are set once at start.
func init() {
	huma.NewError = fromHuma
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		err := fromHuma(status, message, errs...)
		if p, ok := err.(*Problem); ok {
			p.RequestID = exchangeOf(ctx.Context()).id
		}
		return err
	}
	huma.ValidateStrictCasing = true

	validation.MsgUnexpectedProperty = "没有这个字段"
	validation.MsgExpectedRFC3339DateTime = "应为时间，如 2026-01-31T08:00:00+08:00"
	validation.MsgExpectedRFC3339Date = "应为日期，如 2026-01-31"
	validation.MsgExpectedRFC4122UUID = "应为 UUID"
	validation.MsgExpectedBoolean = "应为 true 或 false"
	validation.MsgExpectedNumber = "应为数字"
	validation.MsgExpectedInteger = "应为整数"
	validation.MsgExpectedString = "应为文本"
	validation.MsgExpectedBase64String = "应为 Base64 文本"
	validation.MsgExpectedArray = "应为列表"
	validation.MsgExpectedObject = "应为对象"
	validation.MsgExpectedArrayItemsUnique = "列表中有重复项"
	validation.MsgExpectedOneOf = "只能是以下之一：%s"
	validation.MsgExpectedConst = "只能是 %v"
	validation.MsgExpectedMinimumNumber = "不能小于 %v"
	validation.MsgExpectedExclusiveMinimumNumber = "应大于 %v"
	validation.MsgExpectedMaximumNumber = "不能大于 %v"
	validation.MsgExpectedExclusiveMaximumNumber = "应小于 %v"
	validation.MsgExpectedNumberBeMultipleOf = "应为 %v 的整数倍"
	validation.MsgExpectedMinLength = "至少 %d 个字"
	validation.MsgExpectedMaxLength = "最多 %d 个字"
	validation.MsgExpectedBePattern = "格式应为%s"
	validation.MsgExpectedMatchPattern = "格式不对，应符合 %s"
	validation.MsgExpectedMinItems = "至少 %d 项"
	validation.MsgExpectedMaxItems = "最多 %d 项"
	validation.MsgExpectedMinProperties = "至少 %d 个字段"
	validation.MsgExpectedMaxProperties = "最多 %d 个字段"
	validation.MsgExpectedRequiredProperty = missingField + "%s"
	validation.MsgExpectedDependentRequiredProperty = missingField + "%s（因为填写了 %s）"
}
