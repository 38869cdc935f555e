package casework

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// limited has a field for each limit, at the depth at which applications have them.
type limited struct {
	Name   string          `json:"name" minLength:"2" maxLength:"4"`
	Kind   string          `json:"kind,omitempty" enum:"a,b" minLength:"1"`
	Code   string          `json:"code" pattern:"^[0-9]+$"`
	Count  int             `json:"count" minimum:"1" maximum:"9"`
	Area   *float64        `json:"area,omitempty" minimum:"0.5"`
	Tags   []string        `json:"tags" maxItems:"2" maxLength:"3"`
	Inner  []limited       `json:"inner" maxItems:"3"`
	Answer json.RawMessage `json:"answer" maxItems:"9"`
	Local  string          `maxLength:"1"`
	Hidden string          `json:"-" maxLength:"1"`
}

func TestEachLimitIsHeldWhereItIs(t *testing.T) {
	fits := limited{Name: "某园", Code: "12", Count: 3, Tags: []string{"x", ""}, Local: "long", Hidden: "long"}
	area, wrong := 0.4, math.NaN()
	for name, c := range map[string]struct {
		value any
		want  []string
	}{
		"fits":                     {fits, nil},
		"nothing":                  {nil, nil},
		"text alone":               {"a\x00", []string{" 含有不能显示的字符"}},
		"short and missing":        {limited{Count: 1}, []string{"/name 不能少于 2 个字符"}},
		"long, counted in symbols": {&limited{Name: "一二三四五", Count: 1}, []string{"/name 不能超过 4 个字符"}},
		"no choice":                {limited{Name: "某园", Kind: "c", Count: 1}, []string{"/kind 不在可选值之内"}},
		"no pattern":               {limited{Name: "某园", Code: "1x", Count: 1}, []string{"/code 格式不对"}},
		"below and above":          {[]limited{{Name: "某园"}, {Name: "某园", Count: 10}}, []string{"/0/count 应在 1 至 9 之间", "/1/count 应在 1 至 9 之间"}},
		"one bound":                {limited{Name: "某园", Count: 1, Area: &area}, []string{"/area 应在 0.5 至  之间"}},
		"no number":                {limited{Name: "某园", Count: 1, Area: &wrong}, []string{"/area 不是数字"}},
		"too many":                 {limited{Name: "某园", Count: 1, Tags: []string{"long", "b", "c"}}, []string{"/tags 不能超过 2 项"}},
		"each of a list":           {limited{Name: "某园", Count: 1, Tags: []string{"b", "long"}}, []string{"/tags/1 不能超过 3 个字符"}},
		"JSON":                     {limited{Name: "某园", Count: 1, Answer: json.RawMessage(strings.Repeat(" ", 10))}, []string{"/answer 不能超过 9 项"}},
		"deep": {limited{Name: "某园", Count: 1, Inner: []limited{fits, {Name: "某园", Count: 1, Inner: []limited{{Name: "x"}}}}},
			[]string{"/inner/1/inner/0/name 不能少于 2 个字符", "/inner/1/inner/0/count 应在 1 至 9 之间"}},
	} {
		t.Run(name, func(t *testing.T) {
			var c0 Checker
			c0.Limits(c.value)
			var got []string
			for _, f := range c0.Fields {
				got = append(got, f.Location+" "+f.Message)
			}
			require.Equal(t, c.want, got)
		})
	}
}
