package casework

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"tuoyu/limits"
)

// limits validates a value against the limits in the tags of its fields (enum, minimum, maximum, minLength, maxLength,
// maxItems, pattern), the same that the API documents, and rejects text that can be neither stored nor printed. A nil
// pointer and an empty optional text are missing facts, which are left to the rules.
func (c *checker) limits(v any) { c.walk("", reflect.ValueOf(v), "") }

func (c *checker) walk(at string, v reflect.Value, tag reflect.StructTag) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.walk(at, v.Elem(), tag)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if name, options, ok := strings.Cut(field.Tag.Get("json"), ","); field.IsExported() && name != "" && name != "-" {
				if !(ok && strings.Contains(options, "omit") && v.Field(i).IsZero()) {
					c.walk(at+"/"+name, v.Field(i), field.Tag)
				}
			}
		}
	case reflect.Slice:
		if most, ok := limit(tag, "maxItems"); ok && v.Len() > int(most) {
			c.add(at, fmt.Sprintf("不能超过 %d 项", int(most)))
			return
		}
		for i := range v.Len() {
			c.walk(at+"/"+strconv.Itoa(i), v.Index(i), tag)
		}
	case reflect.String:
		c.text(at, v.String(), tag)
	case reflect.Int, reflect.Int64:
		c.number(at, float64(v.Int()), tag)
	case reflect.Float64:
		c.number(at, v.Float(), tag)
	}
}

func (c *checker) text(at, s string, tag reflect.StructTag) {
	least, _ := limit(tag, "minLength")
	most, bounded := limit(tag, "maxLength")
	choice, pattern := tag.Get("enum"), tag.Get("pattern")
	switch length := utf8.RuneCountInString(s); {
	case !printable(s):
		c.add(at, unprintableText)
	case length < int(least):
		c.add(at, fmt.Sprintf("不能少于 %d 个字符", int(least)))
	case bounded && length > int(most):
		c.add(at, fmt.Sprintf("不能超过 %d 个字符", int(most)))
	case s == "": // missing: a draft may omit what a case needs
	case choice != "" && !slices.Contains(strings.Split(choice, ","), s):
		c.add(at, "不在可选值之内")
	case pattern != "" && !compiled(pattern).MatchString(s):
		c.add(at, "格式不对")
	}
}

func (c *checker) number(at string, n float64, tag reflect.StructTag) {
	least, from := limit(tag, "minimum")
	most, to := limit(tag, "maximum")
	if math.IsNaN(n) || math.IsInf(n, 0) {
		c.add(at, "不是数字")
	} else if from && n < least || to && n > most {
		c.add(at, fmt.Sprintf("应在 %s 至 %s 之间", tag.Get("minimum"), tag.Get("maximum")))
	}
}

func limit(tag reflect.StructTag, name string) (float64, bool) {
	value, err := strconv.ParseFloat(tag.Get(name), 64)
	return value, err == nil
}

var patterns sync.Map // of *regexp.Regexp by their text; their number is that of the tags

func compiled(pattern string) *regexp.Regexp {
	if known, ok := patterns.Load(pattern); ok {
		return known.(*regexp.Regexp)
	}
	made, _ := patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	return made.(*regexp.Regexp)
}

const unprintableText = "含有不能显示的字符"

// printable reports whether Postgres can store and documents can show the text.
func printable(s string) bool { return limits.Storable(s) }

// checkText validates free text of at most most characters; it returns nil if it is valid.
func checkText(location, text string, most int) *FieldError {
	switch {
	case !printable(text):
		return &FieldError{Location: location, Message: unprintableText}
	case utf8.RuneCountInString(text) > most:
		return &FieldError{Location: location, Message: fmt.Sprintf("不能超过 %d 个字符", most)}
	}
	return nil
}

// needText is like checkText for required text.
func needText(location, text string, most int) *FieldError {
	if strings.TrimSpace(text) == "" {
		return &FieldError{Location: location, Message: "必填"}
	}
	return checkText(location, text, most)
}
