package documents

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rsc.io/qr"
)

func TestQRPathDrawsExactlyTheModules(t *testing.T) {
	for _, text := range []string{"https://tuoyu.changzhi.example/verify/7H3J-0PZ9-M4TW-C2V5", "https://a/" + strings.Repeat("x", 300)} {
		svg, err := QR(text)
		if err != nil {
			t.Fatal(err)
		}
		want, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		size := want.Size + 8
		if !strings.Contains(string(svg), fmt.Sprintf(`viewBox="0 0 %d %d"`, size, size)) {
			t.Errorf("no quiet zone of 4 modules around %d: %.90s", want.Size, svg)
		}
		if n := strings.Count(string(svg), "<path"); n != 1 {
			t.Errorf("%d paths, want 1", n)
		}
		got := map[[2]int]bool{}
		run := regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
		for _, m := range run.FindAllStringSubmatch(string(svg), -1) {
			var x, y, w, back int
			if _, err := fmt.Sscan(strings.Join(m[1:], " "), &x, &y, &w, &back); err != nil || w != back {
				t.Fatalf("run %q: %v", m[0], err)
			}
			for i := range w {
				got[[2]int{x + i - 4, y - 4}] = true
			}
		}
		dark := 0
		for y := range want.Size {
			for x := range want.Size {
				if want.Black(x, y) {
					dark++
				}
				if got[[2]int{x, y}] != want.Black(x, y) {
					t.Fatalf("module %d,%d is %v, want %v", x, y, got[[2]int{x, y}], want.Black(x, y))
				}
			}
		}
		if len(got) != dark {
			t.Errorf("%d modules are dark, want %d", len(got), dark)
		}
	}
}

func TestQROfTooLongTextIsAnError(t *testing.T) {
	if _, err := QR(strings.Repeat("核", 4000)); err == nil {
		t.Error("12,000 bytes fit in no QR code, but there is no error")
	}
}
