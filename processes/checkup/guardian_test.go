package checkup

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tuoyu/documents"
	"tuoyu/nursery"
)

func guardianSample() GuardianSheet {
	return GuardianSheet{
		CaseNo: "TJ-140403-2026-000001-K", Institution: "示例托育园", Clinic: "示例社区卫生服务中心", Half: nursery.HalfYear{Year: 2026, Half: 2},
		Child: "婴幼儿<b>000001</b>", CheckedOn: nursery.NewDate(2026, 11, 26), Lines: []string{"体重：10.9千克。", "这份说明不是诊断，有疑问请问签约医生。"},
	}
}

func TestTheGuardianIsToldInPlainWords(t *testing.T) {
	page, err := guardianSample().Printed().HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"示例托育园参加2026年下半年免费健康体检", "体重：10.9千克。", "不是诊断", "2026年11月26日", "婴幼儿&lt;b&gt;000001&lt;/b&gt;的家长"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}

func TestTheSheetForTheGuardianIsPrinted(t *testing.T) {
	url := os.Getenv("TUOYU_GOTENBERG_URL")
	if url == "" {
		t.Fatal("TUOYU_GOTENBERG_URL is not set: run the tests through `make test`")
	}
	client, err := documents.New(url, &http.Client{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := documents.LoadFonts(documents.DefaultFontFiles())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fonts.Close() })
	pdf, err := documents.NewRenderer(fonts, client).RenderSheet(t.Context(), guardianSample().Printed())
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("got %.20q, %v", pdf, err)
	}
}
