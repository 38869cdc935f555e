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
		{"0086 13800000000", "13800000000", true}, {"008613800000000", "13800000000", true}, {"138００00 0000", "13800000000", true},
		{"＋86－138-0000-0000", "13800000000", true}, {"138—0000—0000", "13800000000", true}, {"138\u200b0000\ufeff0000", "13800000000", true},
		{"+86-355-2021234", "0355-2021234", false}, {"+86 0355 2021234", "0355-2021234", false}, {"0086 10 6202 1234", "010-62021234", false},
		{"+86 (0) 355 2021234", "0355-2021234", false}, {"(0355)2021234", "0355-2021234", false}, {"（０３５５）２０２１２３４", "0355-2021234", false},
		{"0355-2021234-801", "0355-2021234-801", false}, {"0355 2021234转801", "0355-2021234-801", false}, {"0355-2021234 ext. 8", "0355-2021234-8", false},
		{"(0355)2021234转分机8012", "0355-2021234-8012", false}, {"0355-2021234#12", "0355-2021234-12", false}, {"13800000000转1234", "13800000000-1234", false},
		{"400-123-4567", "400-123-4567", false}, {"8001234567", "800-123-4567", false}, {"400 1234567转2", "400-123-4567-2", false}, {"400-1234567", "400-123-4567", false},
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
		"010-6202123", "+1 2025550100", "1380000000a", "86 13800000000", "0355-2021234转", "转801", "0355-2021234-1234567",
		"4001234", "900-123-4567", "3552021234", "+86 10 6202123", "13800000000,13900000000",
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
