package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"tuoyu/limits"
)

const (
	deepest        = 32      // levels of nesting; the application has 5
	largest        = 1 << 53 // larger JSON numbers are not exact everywhere
	longest        = 40      // characters of a number
	small          = 15      // characters of a number that is below largest, unless it has an exponent
	longestPointer = 300
)

var replacement = []byte(string(utf8.RuneError))

// checkJSON returns the first error by which the body is not one plain JSON value.
func checkJSON(body []byte) *Fault {
	if !utf8.Valid(body) {
		return &Fault{Message: "不是 UTF-8 编码"}
	}
	s := scanner{rest: body}
	fault := s.value(0, 0)
	if s.space(); fault == nil && len(s.rest) == 0 {
		return nil
	}
	// A syntax error anywhere in the body comes before any other fault.
	var whole json.RawMessage
	switch err := json.Unmarshal(body, &whole); {
	case err == nil && fault != nil:
		return fault
	case err != nil:
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return &Fault{Message: fmt.Sprintf("第 %d 个字节处不是有效的 JSON", syntax.Offset)}
		}
	}
	return notJSON()
}

func notJSON() *Fault { return &Fault{Message: "不是有效的 JSON"} }

// scanner reads a JSON text in one pass, without decoding its values. The location of a fault is completed by the callers
// of the function that found it.
type scanner struct{ rest []byte }

// space skips white space.
func (s *scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\n' || s.rest[0] == '\r' || s.rest[0] == '\t') {
		s.rest = s.rest[1:]
	}
}

// next skips white space and then c, and reports whether c was there.
func (s *scanner) next(c byte) bool {
	if s.space(); len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// value reads a value inside of depth others, whose JSON Pointer has at bytes.
func (s *scanner) value(depth, at int) *Fault {
	s.space()
	if len(s.rest) == 0 {
		return notJSON()
	}
	switch c := s.rest[0]; {
	case c == '"':
		_, fault := s.text()
		return fault
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	case c != '{' && c != '[':
		return s.number()
	case depth == deepest:
		return &Fault{Message: "嵌套层次过深"}
	case c == '{':
		return s.object(depth+1, at)
	}
	return s.list(depth+1, at)
}

func (s *scanner) literal(text string) *Fault {
	if !bytes.HasPrefix(s.rest, []byte(text)) {
		return notJSON()
	}
	s.rest = s.rest[len(text):]
	return nil
}

func (s *scanner) object(depth, at int) *Fault {
	s.rest = s.rest[1:]
	if s.next('}') {
		return nil
	}
	var few [16][]byte
	names := few[:0]
	var many map[string]bool // the names, once there are more than few
	for {
		if s.space(); len(s.rest) == 0 || s.rest[0] != '"' {
			return notJSON()
		}
		name, fault := s.text()
		if fault != nil {
			return fault
		}
		inside := at + 1 + len(name) + bytes.Count(name, []byte{'~'}) + bytes.Count(name, []byte{'/'})
		if inside > longestPointer {
			return &Fault{Message: "字段名过长"}
		}
		if many[string(name)] || many == nil && slices.ContainsFunc(names, func(n []byte) bool { return bytes.Equal(n, name) }) {
			return (&Fault{Message: "字段重复"}).inside(string(name))
		}
		switch {
		case many != nil:
			many[string(name)] = true
		case len(names) == len(few):
			many = map[string]bool{string(name): true}
			for _, n := range names {
				many[string(n)] = true
			}
		default:
			names = append(names, name)
		}
		if !s.next(':') {
			return notJSON()
		}
		if fault := s.value(depth, inside); fault != nil {
			return fault.inside(string(name))
		}
		if s.next('}') {
			return nil
		}
		if !s.next(',') {
			return notJSON()
		}
	}
}

func (s *scanner) list(depth, at int) *Fault {
	s.rest = s.rest[1:]
	if s.next(']') {
		return nil
	}
	for i := 0; ; i++ {
		if fault := s.value(depth, at+1+len(strconv.Itoa(i))); fault != nil {
			return fault.inside(strconv.Itoa(i))
		}
		if s.next(']') {
			return nil
		}
		if !s.next(',') {
			return notJSON()
		}
	}
}

// inside returns the fault of a value that is in the field or at the index of that name.
func (f *Fault) inside(name string) *Fault {
	f.Location = "/" + escapePointer(name) + f.Location
	return f
}

// text reads a string and returns its text. Control characters are rejected, which Postgres and documents cannot contain, and
// U+FFFD, which results from half a surrogate pair.
func (s *scanner) text() ([]byte, *Fault) {
	plain, storable := true, true
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			literal := s.rest[:i+1]
			s.rest = s.rest[i+1:]
			text := literal[1:i]
			if !plain {
				var decoded string
				if json.Unmarshal(literal, &decoded) != nil {
					return nil, notJSON()
				}
				text, storable = []byte(decoded), limits.Storable(decoded)
			}
			if !storable {
				return nil, &Fault{Message: "含有无法识别的字符"}
			}
			return text, nil
		case c == '\\':
			plain = false
			i++
		case c < 0x20:
			return nil, notJSON()
		case c == 0x7f, c == 0xef && bytes.HasPrefix(s.rest[i:], replacement):
			storable = false
		}
	}
	return nil, notJSON()
}

// number reads a number.
func (s *scanner) number() *Fault {
	end := 0
	for end < len(s.rest) && (s.rest[end]-'0' < 10 || bytes.IndexByte([]byte("+-.eE"), s.rest[end]) >= 0) {
		end++
	}
	literal := s.rest[:end]
	if !json.Valid(literal) {
		return notJSON()
	}
	s.rest = s.rest[end:]
	if len(literal) <= small && !bytes.ContainsAny(literal, "eE") {
		return nil
	}
	value, err := strconv.ParseFloat(string(literal), 64)
	if err != nil || math.Abs(value) > largest || len(literal) > longest {
		return &Fault{Message: "数值超出范围"}
	}
	return nil
}
