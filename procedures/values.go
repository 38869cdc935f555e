package procedures

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"tuoyu/nursery"
)

// The values that the format consists of, each with its place.
type (
	text struct {
		at place
		s  string
	}
	number struct {
		at place
		n  int
	}
	flag struct {
		at place
		b  bool
	}
	date struct {
		at place
		d  nursery.Date
	}
	// quantity is a whole number, or the parameter of the rules that holds it.
	quantity struct {
		at    place
		n     int
		param text
	}
	// choice is true or false, or the parameter of the rules that holds it.
	choice struct {
		at    place
		b     bool
		param text
	}
	// anything is a value of any form, such as the facts of a scenario.
	anything struct {
		at    place
		value any
	}
)

func (t text) is() bool { return t.at.is() }

func (q quantity) is() bool { return q.at.is() }

// at returns the place of a node.
func (r *reader) at(n *yaml.Node) place { return place{r.file, n.Line, n.Column} }

// pattern is a form of text with its name for people.
type pattern struct {
	re    *regexp.Regexp
	title string
}

var patterns = map[string]pattern{
	"id":     {regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`), "小写字母开头，只用小写字母、数字和下划线，不超过 40 个字符"},
	"path":   {regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`), "小写字母、数字和下划线，用点分开"},
	"prefix": {regexp.MustCompile(`^[A-Z]{2}$`), "两个大写字母"},
	"county": {regexp.MustCompile(`^[0-9]{6}$`), "六位区划代码"},
}

// scalar checks that the node is a single value and reports whether it is.
func (r *reader) scalar(n *yaml.Node, key, want string) bool {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.out.add("read.kind", r.at(n), key, want)
		return false
	}
	return true
}

func (r *reader) text(n *yaml.Node, key, is string) text {
	if !r.scalar(n, key, "一个词或者一句话") {
		return text{}
	}
	t := text{r.at(n), strings.TrimSpace(n.Value)}
	switch {
	case t.s == "":
		r.out.add("read.empty", t.at, key)
	case is == "":
	case strings.Contains(is, "|"):
		if choices := strings.Split(is, "|"); !slices.Contains(choices, t.s) {
			r.out.add("read.choice", t.at, key, t.s, didYouMean(t.s, choices))
		}
	case !patterns[is].re.MatchString(t.s):
		r.out.add("read.pattern", t.at, t.s, patterns[is].title)
	}
	return t
}

func (r *reader) number(n *yaml.Node, key string) (number, bool) {
	if !r.scalar(n, key, "一个不小于 0 的整数") {
		return number{}, false
	}
	i, err := strconv.Atoi(n.Value)
	if err != nil || i < 0 || i > 1_000_000_000_000 {
		r.out.add("read.kind", r.at(n), key, "一个不小于 0 的整数")
		return number{}, false
	}
	return number{r.at(n), i}, true
}

func (r *reader) flag(n *yaml.Node, key string) flag {
	if n.Kind != yaml.ScalarNode || n.Value != "true" && n.Value != "false" {
		r.out.add("read.kind", r.at(n), key, "true 或者 false")
		return flag{}
	}
	return flag{r.at(n), n.Value == "true"}
}

func (r *reader) date(n *yaml.Node, key string) date {
	if !r.scalar(n, key, "一个日期，如 2024-05-01") {
		return date{}
	}
	d, err := nursery.ParseDate(n.Value)
	if err != nil {
		r.out.add("read.kind", r.at(n), key, "一个日期，如 2024-05-01")
		return date{}
	}
	return date{r.at(n), d}
}

// quantity reads a whole number or {param: name}.
func (r *reader) quantity(n *yaml.Node, key string) quantity {
	if n.Kind != yaml.MappingNode {
		read, _ := r.number(n, key)
		return quantity{at: read.at, n: read.n}
	}
	var named struct {
		At    place
		Param text `yaml:"param" need:"yes" is:"path" doc:"参数：主题.名称"`
	}
	r.value(n, &named, key)
	return quantity{at: r.at(n), param: named.Param}
}

// choice reads true, false or {param: name}.
func (r *reader) choice(n *yaml.Node, key string) choice {
	if n.Kind != yaml.MappingNode {
		read := r.flag(n, key)
		return choice{at: read.at, b: read.b}
	}
	named := r.quantity(n, key)
	return choice{at: named.at, param: named.param}
}

// texts reads a list of texts; a single one may be written without brackets.
func (r *reader) texts(n *yaml.Node, key, is string) []text {
	if n.Kind == yaml.ScalarNode {
		return []text{r.text(n, key, is)}
	}
	if n.Kind != yaml.SequenceNode {
		r.out.add("read.kind", r.at(n), key, "一个列表")
		return nil
	}
	list := make([]text, 0, len(n.Content))
	for _, item := range n.Content {
		t := r.text(item, key, is)
		if slices.ContainsFunc(list, func(have text) bool { return t.s != "" && have.s == t.s }) {
			r.out.add("read.twice", t.at, t.s)
			continue
		}
		list = append(list, t)
	}
	return list
}

func (r *reader) anything(n *yaml.Node, key string) anything {
	a := anything{at: r.at(n)}
	datesAsText(n)
	if err := n.Decode(&a.value); err != nil {
		r.out.add("read.kind", a.at, key, "可以读出的内容")
	}
	return a
}

// datesAsText marks dates as text, as JSON has them.
func datesAsText(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, c := range n.Content {
		datesAsText(c)
	}
}

// names returns the contents of texts.
func names(list []text) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.s
	}
	return out
}
