package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPersonalNumbersAreStruckOut(t *testing.T) {
	for text, want := range map[string]string{
		"staff 11010519491231002X has no check": "staff [identity number] has no check",
		"身份证440524188001010014，电话13800138000。":  "身份证[identity number]，电话[phone]。",
		"old form 110105491231002":              "old form [identity number]",
		"call 138 0013 8000 or 138-0013-8000":   "call [phone] or [phone]",
		"+8613800138000, 8613800138000":         "[phone], [phone]",
		"出生医学证明X320012345。":                     "出生医学证明[birth certificate]。",
		"13800138000,13900139000":               "[phone],[phone]",
		"办公电话0355-2012345":                      "办公电话[phone]",
		"case BA-140403-2026-000123 is open":    "case BA-140403-2026-000123 is open",
		"uscc 91140400MA0GR01234":               "uscc 91140400MA0GR01234",
		"at 1795579200000 ms, 20261124, 140403": "at 1795579200000 ms, 20261124, 140403",
		"hash 4f13800138000a":                   "hash 4f13800138000a",
		"":                                      "",
	} {
		if got := redact(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

type person struct {
	ID string `json:"id"`
}

func (p person) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", p.ID), slog.Int("n", 1))
}

func TestNoWayIntoTheLogLetsAPersonalNumberThrough(t *testing.T) {
	const id, phone = "11010519491231002X", "13800138000"
	var out bytes.Buffer
	log := newLogger(&out, slog.LevelInfo)
	failure := fmt.Errorf("read %s: %w", id, errors.New("phone "+phone))
	log.With("caller", phone).WithGroup("g").Info("message "+id,
		"string", id, "error", failure, "bytes", []byte(id), "json", json.RawMessage(`{"id":"`+id+`"}`),
		"struct", struct{ Phone string }{phone}, "map", map[string]any{"staff": []person{{id}}}, "valuer", person{id},
		slog.Group("group", "phone", phone), "number", int64(13800138000), "pointer", &person{id},
		"stringer", time.Minute, "count", 7)
	line := out.String()
	if strings.Contains(line, id) || strings.Contains(line, phone) {
		t.Errorf("a personal number is in %s", line)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || strings.Count(line, "\n") != 1 {
		t.Fatalf("not one line of JSON: %v, %s", err, line)
	}
	if got["caller"] != "[phone]" || got["msg"] != "message [identity number]" || got["g"].(map[string]any)["count"] != 7.0 {
		t.Errorf("got %s", line)
	}
	if strings.Count(line, "[identity number]") != 8 || strings.Count(line, "[phone]") != 5 {
		t.Errorf("struck out %d and %d: %s", strings.Count(line, "[identity number]"), strings.Count(line, "[phone]"), line)
	}
}

func TestAnyMobileNumberIsStruckOutWhereverItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		phone := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "phone")
		before := rapid.StringMatching(`[^0-9A-Za-z]{0,8}`).Draw(t, "before")
		after := rapid.StringMatching(`[^0-9A-Za-z]{0,8}`).Draw(t, "after")
		if got := redact(before + phone + after); strings.Contains(got, phone) {
			t.Fatalf("%q became %q", before+phone+after, got)
		}
	})
}

func TestLevelsBelowTheOneSetAreNotWritten(t *testing.T) {
	var out bytes.Buffer
	log := newLogger(&out, slog.LevelInfo)
	log.Debug("unseen")
	sdk := slog.New(atLeast{log.Handler(), slog.LevelWarn}).With("k", "v")
	sdk.Info("unseen too")
	sdk.Warn("seen")
	if strings.Count(out.String(), "\n") != 1 || !strings.Contains(out.String(), `"seen"`) {
		t.Errorf("got %s", out.String())
	}
}
