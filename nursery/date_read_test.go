package nursery_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestADayIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]string{
		"2025-03-08": "2025-03-08", "2025/3/8": "2025-03-08", "2025.03.08": "2025-03-08", "2024.1.3": "2024-01-03", "2024/2/4": "2024-02-04",
		"2025年3月8日": "2025-03-08", "2024年5月7日": "2024-05-07", "2025 年 3 月 8 日": "2025-03-08", "20250308": "2025-03-08",
		"2025-03-08 00:00:00": "2025-03-08", "2025/3/8 0:00": "2025-03-08", "2025/3/8 0:00:00": "2025-03-08", "2025-03-08T00:00:00Z": "2025-03-08",
		"2025-03-08T00:00:00.000+08:00": "2025-03-08", "45724": "2025-03-08", "45724.0": "2025-03-08",
		"２０２５－０３－０８": "2025-03-08", "２０２５／３／８": "2025-03-08", "2025–3–8": "2025-03-08", "　2025-03-08 ": "2025-03-08",
		"2024-02-29": "2024-02-29", "": "", " ": "",
	} {
		d, err := nursery.ReadDate(text)
		require.NoError(t, err, text)
		require.Equal(t, want, d.String(), text)
	}
	for _, text := range []string{
		"2025-02-29", "2025-13-01", "2025/0/1", "3/8/2025", "25/3/8", "2025年3月", "2025", "2025-03-08 14:25:00", "2025/3/8 8:00", "457240", "1.5",
		"三月八日", "2025-03-08-01", "-45724", "0000-00-00", "2025-3-",
	} {
		_, err := nursery.ReadDate(text)
		require.Error(t, err, text)
	}
}

func FuzzReadDate(f *testing.F) {
	for _, text := range []string{"2025-03-08", "2025年3月8日", "45724.0", "2025/3/8 0:00", "２０２５．３．８", "00:00", "T00:00:00Z", "99999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := nursery.ReadDate(text)
		if err != nil {
			return
		}
		if !d.IsZero() && !d.Valid() {
			t.Fatalf("%q is no day", text)
		}
		again, err := nursery.ReadDate(d.String())
		if err != nil || again != d {
			t.Fatalf("%q is read as %v, and that as %v, %v", text, d, again, err)
		}
		if d.IsZero() && strings.ContainsAny(text, "123456789") {
			t.Fatalf("%q is read as nothing", text)
		}
	})
}
