package api

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestWhatIsWrongWithJSONIsSaidWhereItIs(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = fmt.Sprintf(`"n%d": %d`, i, i)
	}
	members := strings.Join(many, ",")
	deep := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	for body, want := range map[string]string{
		` {"a": [1, -2.5e3, true, false, null, "托\n\u6258\""], "b": {}, "c": []} ` + "\n": "",
		`"x"`:                                  "",
		"{" + members + "}":                    "",
		"{" + members + `, "n3": 0}`:           "/n3 字段重复",
		`{"a": 1, "a": 2}`:                     "/a 字段重复",
		`{"a": 1, "\u0061": 2}`:                "/a 字段重复",
		`{"x": [{}, {"a/b~c": "\ud800"}]}`:     "/x/1/a~1b~0c 含有无法识别的字符",
		`{"x": {"\u0000": 1}}`:                 "/x 含有无法识别的字符",
		"[0, \"\x7f\"]":                        "/1 含有无法识别的字符",
		"[\"\ufffd\"]":                         "/0 含有无法识别的字符",
		`["\b"]`:                               "/0 含有无法识别的字符",
		"[\"a\tb\"]":                           " 第 4 个字节处不是有效的 JSON",
		`[9007199254740992, 9007199254740994]`: "/1 数值超出范围",
		`[1e15, 1e16]`:                         "/1 数值超出范围",
		`[1e999]`:                              "/0 数值超出范围",
		`[0.` + strings.Repeat("1", 39) + `]`:  "/0 数值超出范围",
		deep(32):                               "",
		deep(33):                               strings.Repeat("/0", 32) + " 嵌套层次过深",
		`{"` + strings.Repeat("a", 299) + `": 1}`:        "",
		`{"` + strings.Repeat("a", 300) + `": 1}`:        " 字段名过长",
		`{"a": {"` + strings.Repeat("~", 149) + `": 1}}`: "/a 字段名过长",
		`{"a": 1, "a": }`:   " 第 15 个字节处不是有效的 JSON", // before the duplicate
		"{\"a\": \"\xff\"}": " 不是 UTF-8 编码",
	} {
		got := ""
		if fault := checkJSON([]byte(body)); fault != nil {
			got = fault.Location + " " + fault.Message
		}
		if got != want {
			t.Errorf("%.60s: %q, want %q", body, got, want)
		}
	}
}

// Numbers, strings and names are read where they are in the body: no more is allocated than one list of names for each object.
func TestCheckingAnApplicationAllocatesLittle(t *testing.T) {
	body, err := os.ReadFile("../testdata/filing/community.json")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() {
		if fault := checkJSON(body); fault != nil {
			t.Fatal(fault)
		}
	}); n > 100 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"institution":"inst-140403-01","application":{"fire":{}}}`, `{}`, `[1,2,{"a":[]}]`, `{"a":1,"a":2}`, `1e999`, `"\ud800"`,
		`{"a":{"b":{"c":null}}}`, `[[[[`, `[1,]`, `{"a"}`, `[01]`, `-`, `tru`, `"\x"`, `[] []`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fault := checkJSON(body)
		if fault == nil && !json.Valid(body) {
			t.Errorf("accepted: %q", body)
		}
		if fault != nil && fault.Message == "" {
			t.Errorf("refused without a word: %q", body)
		}
	})
}
