package nursery_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"tuoyu/nursery"
)

func TestParsePhoneGivesOneForm(t *testing.T) {
	for _, c := range []struct {
		in, want string
		mobile   bool
	}{
		{"13800000000", "13800000000", true}, {"138 0000 0000", "13800000000", true}, {"+86 199-0000-0000", "19900000000", true},
		{"0355-2021234", "0355-2021234", false}, {"03552021234", "0355-2021234", false}, {"0351 82021234", "0351-82021234", false},
		{"010-62021234", "010-62021234", false}, {"02162021234", "021-62021234", false},
	} {
		got, err := nursery.ParsePhone(c.in)
		if err != nil || string(got) != c.want || got.Mobile() != c.mobile {
			t.Errorf("%s: got %q, mobile %t, %v", c.in, string(got), got.Mobile(), err)
		}
	}
}

func TestParsePhoneRefusesOtherNumbers(t *testing.T) {
	for _, in := range []string{
		"", "12800000000", "1380000000", "138000000000", "2021234", "0355-1021234", "0355-202123", "0355-202123456",
		"010-6202123", "+1 2025550100", "138０0000000", "1380000000a", "86 13800000000",
	} {
		_, err := nursery.ParsePhone(in)
		wantCode(t, in, err, "phone.form")
	}
}

func TestPhoneIsLoggedMasked(t *testing.T) {
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("called", "phone", nursery.Phone("13812345678"))
	if got := log.String(); !strings.Contains(got, `"138******78"`) || strings.Contains(got, "12345") {
		t.Errorf("got %s", got)
	}
	if got := nursery.Phone("1381").Masked(); got != "****" {
		t.Errorf("a number cut short: got %s", got)
	}
}
