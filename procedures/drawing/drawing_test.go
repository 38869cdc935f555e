package drawing_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
	"tuoyu/procedures/describe"
	"tuoyu/procedures/drawing"
	"tuoyu/procedures/proceduretest"
)

// drawn returns the texts of a picture, and fails for one that is not well-formed.
func drawn(t *testing.T, svg string) (texts []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			texts = append(texts, strings.TrimSpace(string(text)))
		}
	}
}

func TestThePictureShowsEveryStageAndWay(t *testing.T) {
	for _, name := range []string{"device_alarm", "family_lectures", "joint_check", "rent_relief"} {
		p := proceduretest.Load(t, proceduretest.Folder(t, name))
		svg := drawing.SVG(p, drawing.Marks{})
		require.Equal(t, svg, drawing.SVG(p, drawing.Marks{}), "drawn twice")
		texts := drawn(t, svg)
		for i, s := range p.Plan.Stages {
			require.Contains(t, texts, p.Live.Stages[i].Title)
			for _, transition := range s.On {
				if transition.To != procedures.Joined {
					require.Contains(t, texts, describe.ResultTitle(p, i, transition.Result), s.Name)
				}
			}
		}
		require.Contains(t, svg, `role="img"`)
		require.NotContains(t, svg, "style=", "a page forbids styles in elements")
		require.NotContains(t, svg, "<style")
		require.NotContains(t, svg, "#", "colors are those of the page")
	}
}

func TestThePictureMarksTheCase(t *testing.T) {
	p := proceduretest.Load(t, proceduretest.Folder(t, "rent_relief"))
	svg := drawing.SVG(p, drawing.Marks{At: []string{"city_check"}, Passed: []string{"checking", "computing"}})
	texts := drawn(t, svg)
	require.Contains(t, texts, "办件在这里")
	require.Contains(t, svg, "市级复核（办件在这里）")
	require.Contains(t, svg, "县区初审（已办）")
}

func TestThePictureMarksWhatChanged(t *testing.T) {
	before := proceduretest.Load(t, proceduretest.Folder(t, "rent_relief"))
	files := proceduretest.Folder(t, "rent_relief")
	proceduretest.Replace(t, files, "procedure.yaml", "dismiss: paying}", "dismiss: waiting}\n  waiting:\n    title: 等待\n    wait: {days: 3, on: {reached: paying}}")
	proceduretest.Replace(t, files, "procedure.yaml", "form: account, days: 10", "form: account, days: 5")
	after := proceduretest.Load(t, files)
	svg := drawing.SVG(after, drawing.Marks{Before: before})
	require.Contains(t, svg, "等待（新增）")
	require.Contains(t, svg, "账户有误（有变化）")
	require.Contains(t, svg, "＋异议不成立")
	require.Contains(t, svg, "－异议不成立")
	require.Contains(t, drawing.SVG(before, drawing.Marks{Before: after}), "等待（删除）")
}

func TestTheTextOfMermaid(t *testing.T) {
	p := proceduretest.Load(t, proceduretest.Folder(t, "device_alarm"))
	require.Equal(t, `flowchart TD
  start(("外部通知发起")) --> n0
  n0["机构处置<br>托育机构 · 15 分钟"]
  n1["县区处置<br>县区托育专班 · 30 分钟"]
  n2(["已处置<br>结束"])
  n3(["误报<br>结束"])
  n0 -->|"已处置"| n2
  n0 -->|"误报"| n3
  n0 -->|"逾期未答复"| n1
  n1 -->|"已处置"| n2
  n1 -->|"误报"| n3
`, drawing.Mermaid(p, drawing.Marks{}))
}
