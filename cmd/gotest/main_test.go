package main

import (
	"strings"
	"testing"
)

func TestARunIsTold(t *testing.T) {
	events := `{"Action":"start","Package":"tuoyu/a"}
{"Action":"output","Package":"tuoyu/a","Test":"TestGood","Output":"chatter\n"}
{"Action":"pass","Package":"tuoyu/a","Test":"TestGood","Elapsed":1.5}
{"Action":"output","Package":"tuoyu/a","Test":"TestBad/second","Output":"    a_test.go:7: got 1, want 2\n"}
{"Action":"fail","Package":"tuoyu/a","Test":"TestBad/second","Elapsed":2.5}
{"Action":"output","Package":"tuoyu/a","Test":"TestBad","Output":"--- FAIL: TestBad (3.00s)\n"}
{"Action":"fail","Package":"tuoyu/a","Test":"TestBad","Elapsed":3}
{"Action":"fail","Package":"tuoyu/a","Elapsed":4.25}
{"Action":"output","Package":"tuoyu/b","Test":"TestPanics","Output":"panic: lost\n"}
{"Action":"output","Package":"tuoyu/b","Output":"FAIL\ttuoyu/b\n"}
{"Action":"fail","Package":"tuoyu/b","Elapsed":0.1}
{"ImportPath":"tuoyu/c [tuoyu/c.test]","Action":"build-output","Output":"c.go:3: undefined: x\n"}
{"ImportPath":"tuoyu/c [tuoyu/c.test]","Action":"build-fail"}
{"Action":"fail","Package":"tuoyu/c","Elapsed":0,"FailedBuild":"tuoyu/c [tuoyu/c.test]"}
{"Action":"output","Package":"tuoyu/d","Output":"?   \ttuoyu/d\t[no test files]\n"}
{"Action":"skip","Package":"tuoyu/d","Elapsed":0}
go: a word of its own
`
	var out strings.Builder
	r := newReport(&out)
	if err := r.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	r.close()
	want := `    a_test.go:7: got 1, want 2
--- FAIL: TestBad (3.00s)
FAIL tuoyu/a                                     3 tests     4.2 s
FAIL	tuoyu/b
panic: lost
FAIL tuoyu/b                                     0 tests     0.1 s
c.go:3: undefined: x
FAIL tuoyu/c                                     0 tests     0.0 s
none tuoyu/d                                     0 tests     0.0 s
go: a word of its own

the slowest tests:
    2.5 s  a TestBad/second
    1.5 s  a TestGood

FAILED a TestBad/second
    a_test.go:7: got 1, want 2
FAILED a TestBad
FAILED b
    panic: lost
FAILED c
1 passed, 4 failed
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
