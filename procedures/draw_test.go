package procedures

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
	for _, name := range fixtures {
		p, _ := load(t, os.DirFS("testdata/"+name))
		svg := p.SVG(Drawing{})
		require.Equal(t, svg, p.SVG(Drawing{}), "drawn twice")
		texts := drawn(t, svg)
		for i, s := range p.Plan.Stages {
			require.Contains(t, texts, p.Live.Stages[i].Title)
			for _, transition := range s.On {
				if transition.To != Joined {
					require.Contains(t, texts, p.ResultTitle(i, transition.Result), s.Name)
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
	p, _ := load(t, os.DirFS("testdata/rent_relief"))
	svg := p.SVG(Drawing{At: []string{"city_check"}, Passed: []string{"checking", "computing"}})
	texts := drawn(t, svg)
	require.Contains(t, texts, string(markHere))
	require.Contains(t, svg, "市级复核（办件在这里）")
	require.Contains(t, svg, "县区初审（已办）")
}

func TestThePictureMarksWhatChanged(t *testing.T) {
	before, _ := load(t, folder(t, "rent_relief"))
	files := folder(t, "rent_relief")
	replace(t, files, flowFile, "dismiss: paying}", "dismiss: waiting}\n  waiting:\n    title: 等待\n    wait: {days: 3, on: {reached: paying}}")
	replace(t, files, flowFile, "form: account, days: 10", "form: account, days: 5")
	after, _ := load(t, files)
	svg := after.SVG(Drawing{Before: before})
	require.Contains(t, svg, "等待（新增）")
	require.Contains(t, svg, "账户有误（有变化）")
	require.Contains(t, svg, "＋异议不成立")
	require.Contains(t, svg, "－异议不成立")
	require.Contains(t, before.SVG(Drawing{Before: after}), "等待（删除）")
}

func TestTheTextOfMermaid(t *testing.T) {
	p, _ := load(t, os.DirFS("testdata/device_alarm"))
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
`, p.Mermaid(Drawing{}))
}
