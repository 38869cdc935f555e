package casework

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoyu/documents"
)

// printedActs are the commands whose text is printed in documents. An application is checked by checkApplication,
// together with its previous version.
var printedActs = map[string]bool{
	"filing.change": true, "filing.cancel": true, "registration.push": true, "task.complete": true,
	"inspection.visit": true, "contract.start": true, "contract.amend": true, "contract.terminate": true, "clinic.put": true,
	"insurance.start": true, "insurer.put": true,
}

// drawn finds text of a command that would be printed in a document and that no font can draw: the user who enters it
// can still change it.
func (s *Service) drawn(c *Checker, operation string, body any) {
	act, _, _ := strings.Cut(operation, " ")
	if s.Renderer == nil || !printedActs[act] {
		return
	}
	s.Undrawn(c, "", body, nil)
}

// Undrawn adds an error for each character of body that cannot be printed; texts in known are accepted.
func (s *Service) Undrawn(c *Checker, at string, body any, known []string) {
	raw, err := json.Marshal(body)
	if err != nil {
		return // the command hashes the same body and reports the error
	}
	if plainText(raw) && len(s.Renderer.Undrawn(string(raw))) == 0 {
		return // hardly any body has such a character, and most of the time went into finding the locations
	}
	eachText(at, decoded(raw), func(at, text string) {
		if slices.Contains(known, text) {
			return
		}
		for _, r := range s.Renderer.Undrawn(text) {
			c.Add(at, fmt.Sprintf("%s不能打印在文书上，请改用其他写法", documents.SaidOf(r)))
		}
	})
}

// plainText reports whether JSON contains each character of its texts as it is, except some that can be printed.
func plainText(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if i++; !strings.ContainsRune(`"\nrt`, rune(raw[i])) {
			return false
		}
	}
	return true
}

func decoded(raw json.RawMessage) (value any) {
	_ = json.Unmarshal(raw, &value) // a body that is not JSON contains no text
	return value
}

// TextsOf returns every text of a JSON value.
func TextsOf(raw json.RawMessage) (texts []string) {
	eachText("", decoded(raw), func(_, text string) { texts = append(texts, text) })
	return texts
}

// eachText calls do with every text of a JSON value and its pointer, members in the order of their names.
func eachText(at string, value any, do func(at, text string)) {
	switch v := value.(type) {
	case string:
		do(at, v)
	case []any:
		for i, element := range v {
			eachText(at+"/"+strconv.Itoa(i), element, do)
		}
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			eachText(at+"/"+name, v[name], do)
		}
	}
}
