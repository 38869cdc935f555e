package documents

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tuoyu/nursery"
)

// Gap is one item that a document asks to be corrected or rectified 补正或整改事项.
type Gap struct {
	Title    string             `json:"title"`             // 规则或材料名称
	Subject  string             `json:"subject,omitempty"` // 所指班级、人员或材料
	Field    string             `json:"field,omitempty"`   // 申请表中的项目名称
	Seen     string             `json:"seen,omitempty"`    // 现状
	Limit    string             `json:"limit,omitempty"`   // 要求
	Message  string             `json:"message,omitempty"` // 说明
	WhatToDo string             `json:"what_to_do"`        // 如何补正
	Basis    []nursery.Citation `json:"basis"`             // 依据
}

// Notice is the common fields of a kind that lists what has to be corrected and by when. The parts "gaps" and "limit" of
// the templates print them.
type Notice struct {
	Head
	Gaps           []Gap        `json:"gaps,omitempty"`
	DueOn          nursery.Date `json:"due_on,omitzero"`
	DueProvisional bool         `json:"due_provisional,omitempty"` // the limit ends in an unpublished year
}

// Facts returns the number of gaps and the date by which they are to be corrected.
func (n *Notice) Facts() []Fact {
	return Facts{}.Count("列明事项", len(n.Gaps), "项").On("期限", n.DueOn)
}

// Unverified reports whether a gap has a citation that is marked 待核.
func (n *Notice) Unverified() bool {
	return slices.ContainsFunc(n.Gaps, func(g Gap) bool { return Unverified(g.Basis) })
}

// Unverified reports whether one of the citations is marked 待核.
func Unverified(cited []nursery.Citation) bool {
	return slices.ContainsFunc(cited, func(c nursery.Citation) bool { return !c.Verified })
}

// Visit is the fields that the part "visit" of the templates prints.
type Visit struct {
	VisitedOn nursery.Date `json:"visited_on,omitzero"` // 现场核实或复查之日
	Officers  []string     `json:"officers,omitempty"`  // 现场人员, by code or certificate number
}

// GapOf returns the printed form of a reason. A value that is not a plain word or number is left to the message; a
// subject that is a kind of paper is named in Chinese, a class or a member of staff by its own number.
func GapOf(r nursery.Reason) Gap {
	return Gap{
		Title: r.Title, Subject: nursery.PaperKind(r.Subject).Title(), Seen: plain(r.Seen), Limit: plain(r.Limit),
		Message: r.Message, WhatToDo: r.Remedy, Basis: r.Basis,
	}
}

func plain(v any) string {
	switch v := v.(type) {
	case nil, map[string]any:
		return ""
	case bool:
		if v {
			return "是"
		}
		return "否"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		words := make([]string, 0, len(v))
		for _, e := range v {
			if w := plain(e); w != "" {
				words = append(words, w)
			}
		}
		return strings.Join(words, "、")
	default:
		return fmt.Sprint(v)
	}
}

// UnverifiedMark is what Cite adds to a citation that was not checked against the published text.
const UnverifiedMark = "〔待核〕"

// Cite formats a citation as in Chinese documents: 《托育机构设置标准（试行）》（国卫人口发〔2019〕58号）第十九条. A citation not checked
// against the published text is marked 待核.
func Cite(c nursery.Citation) string {
	var b strings.Builder
	b.WriteString("《" + strings.NewReplacer("(", "（", ")", "）", "《", "", "》", "").Replace(c.Document) + "》")
	if c.Number != "" {
		b.WriteString("（" + c.Number + "）")
	}
	b.WriteString(ArticleText(c.Article))
	if !c.Verified {
		b.WriteString(UnverifiedMark)
	}
	return b.String()
}

// citeShort formats a citation without its number, for tables that list their documents below.
func citeShort(c nursery.Citation) string {
	c.Number = ""
	return Cite(c)
}

var articleForms = regexp.MustCompile(`^(\d+)(?:\((\d+)\)| para\.? (\d+))?$`)

// ArticleText formats "9" as 第九条, "8(4)" as 第八条第（四）项 and "9 para 2" as 第九条第二款; other text is returned unchanged.
func ArticleText(article string) string {
	m := articleForms.FindStringSubmatch(article)
	if m == nil {
		return article
	}
	text := "第" + chineseNumeral(m[1]) + "条"
	if m[2] != "" {
		text += "第（" + chineseNumeral(m[2]) + "）项"
	}
	if m[3] != "" {
		text += "第" + chineseNumeral(m[3]) + "款"
	}
	return text
}

// chineseNumeral formats the digits of a number up to 9999 as articles are numbered: 一百二十六, 一百零四.
func chineseNumeral(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 9999 {
		return digits
	}
	names := []rune("零一二三四五六七八九")
	units := []string{"", "十", "百", "千"}
	var b strings.Builder
	text := strconv.Itoa(n)
	for i, c := range text {
		place := len(text) - 1 - i
		switch {
		case c != '0':
			b.WriteRune(names[c-'0'])
			b.WriteString(units[place])
		case place > 0 && text[i+1] != '0':
			b.WriteRune(names[0])
		}
	}
	if s := b.String(); strings.HasPrefix(s, "一十") {
		return strings.TrimPrefix(s, "一")
	}
	return b.String()
}
