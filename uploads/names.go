package uploads

import (
	"path/filepath"
	"strings"
	"unicode"
)

// SafeName returns the name of an uploaded file, without a path, without characters unsafe in headers or file systems,
// and with the extension of its media type.
func SafeName(name, mediaType string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|%;`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Trim(strings.TrimSuffix(name, filepath.Ext(name)), ". ")
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[:80])
	}
	if name == "" {
		name = "附件"
	}
	return name + extensions[mediaType]
}
