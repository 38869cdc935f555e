package web

import (
	"fmt"
	"strings"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

var filingShape = shapeOf[nursery.Application]()

// applicationShape is what an application asks for.
func applicationShape() formSchema { return titled(filingShape) }

// sectionTitles name the groups of an application, whose fields have no label of their own.
var sectionTitles = map[string]string{
	"institution": "机构", "premises": "场所", "fire": "消防安全", "hygiene": "卫生保健",
}

func titled(s formSchema) formSchema {
	fields := make([]formSchema, len(s.Fields))
	for i, f := range s.Fields {
		if f.Label == "" {
			f.Label = sectionTitles[f.Name]
		}
		fields[i] = f
	}
	s.Fields = fields
	return s
}

// line is one answer in words.
type line struct{ Label, Value string }

// plainLines are the answers of a group that are no groups themselves.
func plainLines(a boundForm, s formSchema, at string) []line {
	var lines []line
	for _, f := range s.Fields {
		if f.Kind == kindGroup || f.Kind == kindList || f.Kind == kindHidden {
			continue
		}
		if text := a.words(f, at+"/"+f.Name); text != "" {
			lines = append(lines, line{f.Label, text})
		}
	}
	return lines
}

// words is an answer as people read it.
func (a boundForm) words(f formSchema, at string) string {
	var said []string
	for _, v := range a.Values[at] {
		if v == "" {
			continue
		}
		for _, o := range optionsOf(f) {
			if o.Value == v {
				v = o.Label
			}
		}
		switch f.Kind {
		case kindMoney:
			v += " 元"
		case kindFile, kindFiles, kindSign:
			v = a.fileName(v)
		}
		if d, ok := nursery.DivisionByCode(v); ok && (f.Name == "county" || f.Name == "township") {
			v = d.Name
		}
		said = append(said, v)
	}
	return strings.Join(said, "、")
}

func filled(a boundForm, s formSchema, at string) bool {
	if len(plainLines(a, s, at)) > 0 {
		return true
	}
	for _, f := range s.Fields {
		if f.Kind == kindGroup && filled(a, f, at+"/"+f.Name) || f.Kind == kindList && len(rows(a.Values, at+"/"+f.Name)) > 0 {
			return true
		}
	}
	return false
}

func documentTone(state string) string {
	return map[string]string{"in_force": "good", "revoked": "bad", "superseded": "warn"}[state]
}

// clockTitle names a legal clock.
func clockTitle(name string) string {
	if t, ok := map[string]string{
		"receipt": "发放备案回执", "finding": "现场核查",
	}[name]; ok {
		return t
	}
	return name
}

// folded puts saves that follow one another into one line, the last of them.
func folded(timeline []casework.Event) (lines []casework.Event) {
	saves := 0
	for i, e := range timeline {
		if e.Kind != "saved" {
			saves = 0
			lines = append(lines, e)
			continue
		}
		saves++
		if i+1 < len(timeline) && timeline[i+1].Kind == "saved" {
			continue
		}
		if saves > 1 {
			e.Note = fmt.Sprintf("%s（%d 次）", eventText(e), saves)
		}
		lines = append(lines, e)
	}
	return lines
}

func eventText(e casework.Event) string {
	if e.Note != "" {
		return e.Note
	}
	return e.Kind
}

// processLink leads from a case to the page of its process, where there is more to see or to do.
func processLink(c casework.CaseDetail, p nursery.Principal) (path, title string) {
	switch {
	case mayEdit(c, p) && c.Status == nursery.CaseDraft:
		return "/filing/" + c.CaseNo, "继续填写"
	case mayEdit(c, p):
		return "/filing/" + c.CaseNo, "填写补正内容"
	}
	if process, _ := workflows.ProcessOf(c.Kind); process.Page.For(p.Role) {
		return process.Page.Path + c.CaseNo, process.Page.Title
	}
	return "", ""
}

// sourceTitle returns the title of the source of registration data.
func sourceTitle(source string) string {
	if source == "registrar" {
		return "登记机关推送"
	}
	return "据登记证书核对"
}

// qrCode draws a link as a QR code.
func qrCode(link string) string {
	drawn, err := documents.QR(link)
	if err != nil {
		return "" // a link of ours is never too long
	}
	return string(drawn)
}
