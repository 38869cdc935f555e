package procedures

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// reader reads YAML into the types of the format. Each kind of node is checked: unknown keys, keys written twice, anchors
// and aliases are problems.
type reader struct {
	file string
	out  *problems
}

// document parses a file and returns its only document; nil if it has none.
func (r *reader) document(raw []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var first, second yaml.Node
	if err := decoder.Decode(&first); err != nil || len(first.Content) != 1 {
		line, why := syntaxError(err)
		r.out.add("read.syntax", place{r.file, line, 1}, why)
		return nil
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		r.out.add("read.second", r.at(&second))
	}
	root := first.Content[0]
	if !r.plain(root) {
		return nil
	}
	return root
}

// syntaxError returns the line and the explanation of an error of the parser.
func syntaxError(err error) (line int, why string) {
	if err == nil || errors.Is(err, io.EOF) {
		return 1, "文件是空的"
	}
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		digits, explanation, _ := strings.Cut(rest, ": ")
		for _, c := range digits {
			if c < '0' || c > '9' {
				return 1, message
			}
			line = line*10 + int(c-'0')
		}
		return line, explanation
	}
	return 1, message
}

// plain reports whether the tree has no anchors and aliases, which would make a short file arbitrarily large.
func (r *reader) plain(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.out.add("read.alias", r.at(n))
		return false
	}
	for _, child := range n.Content {
		if !r.plain(child) {
			return false
		}
	}
	return true
}

// value reads a mapping into the struct that into points to.
func (r *reader) value(n *yaml.Node, into any, key string) {
	r.mapping(n, reflect.ValueOf(into).Elem(), key)
}

// fieldOf is a field of a type of the format.
type fieldOf struct {
	index     int
	key       string
	need      bool
	is, title string
}

// knownFields holds the fields of the types of the format, which are read often.
var knownFields sync.Map

// fieldsOf returns the fields of a type that have a key.
func fieldsOf(t reflect.Type) []fieldOf {
	if known, ok := knownFields.Load(t); ok {
		return known.([]fieldOf)
	}
	var fields []fieldOf
	for i := range t.NumField() {
		f := t.Field(i)
		if key := f.Tag.Get("yaml"); key != "" {
			fields = append(fields, fieldOf{i, key, f.Tag.Get("need") == "yes", f.Tag.Get("is"), f.Tag.Get("doc")})
		}
	}
	knownFields.Store(t, fields)
	return fields
}

// has reports whether the type has a field with that key, and returns it.
func has(fields []fieldOf, key string) (fieldOf, bool) {
	i := slices.IndexFunc(fields, func(f fieldOf) bool { return f.key == key })
	if i < 0 {
		return fieldOf{}, false
	}
	return fields[i], true
}

func (r *reader) mapping(n *yaml.Node, v reflect.Value, key string) {
	fields := fieldsOf(v.Type())
	if at := v.FieldByName("At"); at.IsValid() {
		at.Set(reflect.ValueOf(r.at(n)))
	}
	if whole, ok := has(fields, "*"); ok && n.Kind == yaml.ScalarNode {
		r.field(n, v.Field(whole.index), whole)
		return
	}
	if n.Kind != yaml.MappingNode {
		r.out.add("read.kind", r.at(n), key, "若干项“名称: 内容”")
		return
	}
	read := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, child := n.Content[i], n.Content[i+1]
		f, ok := has(fields, k.Value)
		switch {
		case !ok || f.key == "." || f.key == "=" || f.key == "*":
			r.out.add("read.unknown", r.at(k), k.Value, didYouMean(k.Value, keys(fields)))
		case read[k.Value]:
			r.out.add("read.twice", r.at(k), k.Value)
		default:
			r.field(child, v.Field(f.index), f)
		}
		read[k.Value] = true
	}
	for _, f := range fields {
		if f.need && !read[f.key] {
			r.out.add("read.missing", r.at(n), f.key, f.title)
		}
	}
}

func keys(fields []fieldOf) (list []string) {
	for _, f := range fields {
		if f.key != "." && f.key != "=" && f.key != "*" {
			list = append(list, f.key)
		}
	}
	return list
}

// field reads a node into a field of the format.
func (r *reader) field(n *yaml.Node, v reflect.Value, f fieldOf) {
	switch into := v.Addr().Interface().(type) {
	case *text:
		*into = r.text(n, f.key, f.is)
	case *number:
		*into, _ = r.number(n, f.key)
	case *flag:
		*into = r.flag(n, f.key)
	case *date:
		*into = r.date(n, f.key)
	case *quantity:
		*into = r.quantity(n, f.key)
	case *choice:
		*into = r.choice(n, f.key)
	case *anything:
		*into = r.anything(n, f.key)
	case *[]text:
		*into = r.texts(n, f.key, f.is)
	default:
		switch v.Kind() {
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			r.mapping(n, v.Elem(), f.key)
		case reflect.Slice:
			r.entries(n, v, f)
		default:
			r.mapping(n, v, f.key)
		}
	}
}

// entries reads the entries of a mapping whose keys are names, or the items of a list.
func (r *reader) entries(n *yaml.Node, v reflect.Value, f fieldOf) {
	elem := v.Type().Elem()
	fields := fieldsOf(elem)
	name, named := has(fields, ".")
	switch {
	case named && n.Kind == yaml.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if seen[k.Value] {
				r.out.add("read.twice", r.at(k), k.Value)
				continue
			}
			seen[k.Value] = true
			entry := reflect.New(elem).Elem()
			if value, single := has(fields, "="); single {
				r.field(n.Content[i+1], entry.Field(value.index), fieldOf{key: k.Value, is: value.is})
			} else {
				r.mapping(n.Content[i+1], entry, k.Value)
				if at := entry.FieldByName("At"); at.IsValid() {
					at.Set(reflect.ValueOf(r.at(k)))
				}
			}
			r.field(k, entry.Field(name.index), name)
			v.Set(reflect.Append(v, entry))
		}
	case !named && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			entry := reflect.New(elem).Elem()
			r.mapping(item, entry, f.key)
			v.Set(reflect.Append(v, entry))
		}
	case named:
		r.out.add("read.kind", r.at(n), f.key, "若干项“名称: 内容”")
	default:
		r.out.add("read.kind", r.at(n), f.key, "一个列表，每项以“- ”开头")
	}
}
