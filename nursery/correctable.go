package nursery

import (
	"reflect"
	"slices"
	"strings"
)

// Correctable reports whether the target of a pointer is something an applicant can correct: a field of the
// application, an element of a list by its key, a whole list, or a paper of a known kind, which need not be present
// yet. Pointers address elements as Changes does; a pointer with a list index, or to a key field of an element, is not
// correctable.
func Correctable(a Application, pointer string) bool {
	path, ok := strings.CutPrefix(pointer, "/")
	if !ok || path == "" || pointer == "/institution/county" { // the county of a filing cannot be changed: the institution files in the other county
		return false
	}
	first, rest, _ := strings.Cut(path, "/")
	switch {
	case first == "papers":
		return correctablePaper(a, rest)
	case first == "family" && a.SiteKind != FamilyPoint:
		return false
	}
	return correctableField(a, reflect.TypeFor[Application](), "", path)
}

// correctableField resolves a path below the struct at a pointer.
func correctableField(a Application, t reflect.Type, at, path string) bool {
	name, rest, deeper := strings.Cut(path, "/")
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag != name {
			continue
		}
		inner := t.Field(i).Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch here := at + "/" + name; {
		case !deeper:
			return true
		case inner.Kind() == reflect.Struct && inner != reflect.TypeFor[Date]():
			return correctableField(a, inner, here, rest)
		case keyedList(here):
			element, field, ofField := strings.Cut(rest, "/")
			return slices.Contains(namesIn(a, here), element) && (!ofField || hasField(inner.Elem(), field) && !NamesElement(here, field))
		}
		return false
	}
	return false
}

// correctablePaper resolves a path below /papers/: a paper or one of its fields, or a paper that is not present yet.
func correctablePaper(a Application, path string) bool {
	for _, name := range namesIn(a, "/papers") {
		if rest, ok := strings.CutPrefix(path, name); ok && (rest == "" || rest[0] == '/' && hasField(reflect.TypeFor[Paper](), rest[1:]) && !NamesElement("/papers", rest[1:])) {
			return true
		}
	}
	kind, whose, ofOne := strings.Cut(path, "/")
	if _, known := paperKindTitles[PaperKind(kind)]; !known {
		return false
	}
	return !ofOne || PaperKind(kind) == OtherPaper && whose != "" || slices.Contains(namesIn(a, "/staff"), whose)
}

func hasField(t reflect.Type, name string) bool {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name {
			return true
		}
	}
	return false
}

// namesIn returns the names of the elements of a list of an application.
func namesIn(a Application, list string) []string {
	value, err := tree(a)
	if err != nil {
		return nil // an application can always be marshalled
	}
	for step := range strings.SplitSeq(list[1:], "/") {
		object, _ := value.(map[string]any)
		value = object[step]
	}
	elements, _ := value.([]any)
	return ElementNames(list, len(elements), func(n int, name string) string {
		object, _ := elements[n].(map[string]any)
		text, _ := object[name].(string)
		return text
	})
}

// Lacks returns the missing paper that a pointer addresses, with its key fields only; false if the pointer addresses no
// paper or one that is present.
func Lacks(a Application, pointer string) (Paper, bool) {
	path, ok := strings.CutPrefix(pointer, "/papers/")
	if !ok || !correctablePaper(a, path) {
		return Paper{}, false
	}
	for _, name := range namesIn(a, "/papers") {
		if path == name || strings.HasPrefix(path, name+"/") || strings.HasPrefix(name, path+"/") {
			return Paper{}, false
		}
	}
	kind, whose, _ := strings.Cut(path, "/")
	p := Paper{Kind: PaperKind(kind)}
	if slices.Contains(namesIn(a, "/staff"), whose) {
		p.Staff = whose
	} else {
		p.Name = whose
	}
	return p, true
}

// PaperKinds lists the kinds of paper in the order of their enumeration.
func PaperKinds() (kinds []PaperKind) {
	f, _ := reflect.TypeFor[Paper]().FieldByName("Kind")
	for kind := range strings.SplitSeq(f.Tag.Get("enum"), ",") {
		kinds = append(kinds, PaperKind(kind))
	}
	return kinds
}
