package web

import (
	"cmp"
	"fmt"
	"slices"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

var filingShape = SchemaOf[nursery.Application]()

// applicationShape is what an application asks for.
func applicationShape() FormSchema { return titled(filingShape) }

// sectionTitles name the groups of an application, whose fields have no label of their own.
var sectionTitles = map[string]string{
	"institution": "机构", "premises": "场所", "fire": "消防安全", "hygiene": "卫生保健",
}

func titled(s FormSchema) FormSchema {
	fields := make([]FormSchema, len(s.Fields))
	for i, f := range s.Fields {
		if f.Label == "" {
			f.Label = sectionTitles[f.Name]
		}
		fields[i] = f
	}
	s.Fields = fields
	return s
}

func documentTone(state string) string {
	return map[string]string{"in_force": "good", "revoked": "bad", "superseded": "warn"}[state]
}

// clockTitle returns the title of a legal clock of a kind of case.
func clockTitle(kind nursery.CaseKind, name string) string {
	process, _ := workflows.ProcessOf(kind)
	return cmp.Or(process.Clocks[name], name)
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
			e.Note = fmt.Sprintf("%s（%d 次）", EventText(e), saves)
		}
		lines = append(lines, e)
	}
	return lines
}

// EventText returns what an event of a timeline is about.
func EventText(e casework.Event) string {
	if e.Note != "" {
		return e.Note
	}
	return e.Kind
}

// sourceTitle returns the title of the source of registration data.
func sourceTitle(source string) string {
	if source == "registrar" {
		return "登记机关推送"
	}
	return "据登记证书核对"
}

// QRCode draws a link as a QR code.
func QRCode(link string) string {
	drawn, err := documents.QR(link)
	if err != nil {
		return "" // a link of ours is never too long
	}
	return string(drawn)
}

// latestDecisions parts the decisions of a case, newest first, into the last of each rule set and those before it.
func latestDecisions(list []casework.DecisionView) (now, before []casework.DecisionView) {
	for _, d := range list {
		if slices.ContainsFunc(now, func(n casework.DecisionView) bool { return n.RuleSet == d.RuleSet }) {
			before = append(before, d)
		} else {
			now = append(now, d)
		}
	}
	return now, before
}
