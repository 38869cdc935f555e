package ui_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/web/ui"
)

const rowSchema = `{"type": "object", "required": ["days"], "properties": {
	"class_kind": {"title": "班型", "description": "infant 乳儿班、toddler 托小班", "enum": ["infant", "toddler"]},
	"level": {"title": "级别", "oneOf": [{"const": "city", "title": "市级"}, {"const": "county", "title": "县级"}], "type": "string"},
	"days": {"title": "天数", "description": "实际到托的", "type": "integer"},
	"county": {"title": "县区代码", "type": "string"},
	"half_day": {"title": "半日托", "type": "boolean"},
	"fee_fen": {"title": "收费（分）", "type": "integer"},
	"tags": {"title": "标签", "type": "array", "items": {"type": "string"}},
	"attachments": {"title": "附件", "type": "array", "items": {"type": "string"}}
}}`

func TestValuesOfAFormHaveTheirTitlesFromTheSchema(t *testing.T) {
	t.Parallel()
	shape, err := ui.ReadSchema([]byte(rowSchema))
	require.NoError(t, err)
	kind, _ := shape.Field("class_kind")
	require.Equal(t, []ui.Option{{Value: "infant", Label: "乳儿班"}, {Value: "toddler", Label: "托小班"}}, kind.Options)
	require.Empty(t, kind.Hint)
	level, _ := shape.Field("level")
	require.Equal(t, []ui.Option{{Value: "city", Label: "市级"}, {Value: "county", Label: "县级"}}, level.Options)
	require.Equal(t, ui.KindChoice, level.Kind)
	days, _ := shape.Field("days")
	require.Equal(t, "实际到托的", days.Hint)
	county, _ := shape.Field("county")
	require.Equal(t, ui.KindChoice, county.Kind)
	require.Equal(t, "县区", county.Title())
	require.Contains(t, county.Options, ui.Option{Value: "140403", Label: "潞州区"})
	fee, _ := shape.Field("fee_fen")
	require.Equal(t, "收费", fee.Title())
	tags, _ := shape.Field("tags")
	files, _ := shape.Field("attachments")
	require.Equal(t, []ui.FieldKind{ui.KindTexts, ui.KindFiles}, []ui.FieldKind{tags.Kind, files.Kind})
}

func TestACellHasTheValueInWordsAndIsReadBack(t *testing.T) {
	t.Parallel()
	shape, err := ui.ReadSchema([]byte(rowSchema))
	require.NoError(t, err)
	form := ui.FormOf(shape, map[string]any{"class_kind": "toddler", "half_day": false, "fee_fen": 80050, "county": "140403"})
	for name, text := range map[string]string{"class_kind": "托小班", "half_day": "否", "fee_fen": "800.50", "county": "潞州区", "days": ""} {
		f, _ := shape.Field(name)
		require.Equal(t, text, ui.CellText(form, f), name)
		values, ok := ui.ReadCell(f, text)
		require.True(t, ok, name)
		if text != "" {
			require.Equal(t, form.Values["/"+name], values, name)
		}
	}
	kind, _ := shape.Field("class_kind")
	_, ok := ui.ReadCell(kind, "大班")
	require.False(t, ok)
}
