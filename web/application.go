package web

import (
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// appView is an application on a page: its parts, its papers with their files, and the remarks on them.
type appView struct {
	boundForm
	Case  casework.CaseDetail
	Media map[string]string // kinds of the files that may be opened
	Seen  []string          // files the reader has looked at; nil where nobody ticks
	Mark  string            // the form that takes what is marked for correction; empty: nothing is marked
	Marks []string          // pointers marked already
}

func newAppView(c casework.CaseDetail) appView {
	v := appView{boundForm: ask(applicationShape(), *c.Application), Case: c, Media: map[string]string{}}
	v.Files = map[string]string{}
	for _, f := range c.Files {
		v.Files[f.ID], v.Media[f.ID] = f.Name, f.MediaType
	}
	return v
}

// part returns the properties of the application that a section shows.
func (v appView) partOf(s section) formSchema { return v.Shape.only(s.Fields...) }

// changedAt reports whether the value at a place, or a value below it, has changed since the applicant's last notice.
func (v appView) changedAt(place string) bool {
	return len(v.Case.Changed) > 0 && opens(v.Case.Changed, v.named(place))
}

// changedIn reports whether something of a section differs.
func (v appView) changedIn(s section) bool {
	return slices.ContainsFunc(v.Case.Changed, s.holds)
}

// markedAt reports whether a place is among what is to be corrected.
func (v appView) markedAt(place string) bool { return slices.Contains(v.Marks, v.named(place)) }

// marks reports whether a place can be marked for correction: what the applicant can change.
func (v appView) marksAt(place string) bool {
	return v.Mark != "" && nursery.Correctable(*v.Case.Application, v.named(place))
}

// rowsView is a list of the application as a table.
type rowsView struct {
	boundForm
	Shape formSchema
	At    string
	Rows  []int
	app   *appView // nil: only to be read
}

// columns returns the fields that have a value in some row.
func (v rowsView) columns() (all []formSchema) {
	for _, f := range v.Shape.Fields {
		if slices.ContainsFunc(v.Rows, func(n int) bool { return v.words(f, v.cell(n, f)) != "" }) {
			all = append(all, f)
		}
	}
	return all
}

func (v rowsView) row(n int) string { return v.At + "/" + strconv.Itoa(n) }

func (v rowsView) cell(n int, f formSchema) string { return v.row(n) + "/" + f.Name }

func (v appView) table(f formSchema, at string) rowsView {
	return rowsView{boundForm: v.boundForm, Shape: f, At: at, Rows: rows(v.Values, at), app: &v}
}

// paperRow is a paper of the application on a page.
type paperRow struct {
	Place, Pointer string
	Title          string // the kind of paper and the person it belongs to
	File, Name     string // the attachment and what it is called; no name: not the reader's to open
	Facts          []line // number and days
	Seen           bool
}

// papers lists the papers of the application.
func (v appView) papers() (list []paperRow) {
	f, _ := v.Shape.field("papers")
	for _, n := range rows(v.Values, "/papers") {
		at := "/papers/" + strconv.Itoa(n)
		p := paperRow{Place: at, Pointer: v.named(at), Title: v.paperTitle(at), File: v.Values.Get(at + "/attachment")}
		p.Name, p.Seen = v.Files[p.File], slices.Contains(v.Seen, p.File)
		p.Facts = plainLines(v.boundForm, f.without("kind").without("staff").without("name").without("attachment"), at)
		list = append(list, p)
	}
	return list
}

// openable reports whether the reader may open a paper's file.
func (p paperRow) openable() bool { return p.File != "" && p.Name != "" }

// unseen counts the papers the reader could look at and has not.
func (v appView) unseen() (n int) {
	for _, p := range v.papers() {
		if p.openable() && !p.Seen {
			n++
		}
	}
	return n
}

// shownInPage reports whether browsers show a file of the kind in a page.
func shownInPage(mediaType string) bool {
	return slices.Contains([]string{"application/pdf", "image/jpeg", "image/png", "image/webp"}, mediaType)
}

// paperTitle returns the title of a paper: its kind, with the name and the member of staff it belongs to.
func (a boundForm) paperTitle(at string) string {
	kind := nursery.PaperKind(a.Values.Get(at + "/kind"))
	if kind == "" {
		return "材料"
	}
	title := kind.Title()
	if name := a.Values.Get(at + "/name"); name != "" {
		title += "：" + name
	}
	if staff := a.Values.Get(at + "/staff"); staff != "" {
		title += "（人员 " + staff + "）"
	}
	return title
}

// titleItems returns each row of the application's lists a title by which people know it.
func (a *boundForm) titleItems() {
	a.Items = map[string]string{}
	for _, e := range a.elements() {
		switch {
		case e.Name == "":
		case e.List == "/papers":
			a.Items[e.Place] = a.paperTitle(e.Place)
		default:
			a.Items[e.Place] = a.elementTitle(e)
		}
	}
}

// elementTitle returns the title of a class, a member of staff or a room of the premises.
func (a boundForm) elementTitle(e element) string {
	switch e.List {
	case "/classes":
		if name := a.Values.Get(e.Place + "/name"); name != "" {
			return name
		}
		return "班级 " + e.Name
	case "/staff":
		title := "人员 " + e.Name
		if post := a.Values.Get(e.Place + "/post"); post != "" {
			title += " " + nursery.Post(post).Title()
		}
		return title
	case "/premises/rooms":
		return "房间 " + e.Name
	}
	return e.Name
}

// pointerTitle returns the title in Chinese of the part of the application that a JSON Pointer refers to; the pointer
// itself if nothing is found.
func (a boundForm) pointerTitle(pointer string) string {
	for _, e := range a.elements() {
		rest, in := below(e.List+"/"+e.Name, pointer)
		if !in || e.Name == "" {
			continue
		}
		title := a.elementTitle(e)
		if e.List == "/papers" {
			title = a.paperTitle(e.Place)
		}
		if rest != "" {
			title += " · " + strings.TrimSuffix(labelAt(a.listShape(e.List), rest), "：")
		}
		return title
	}
	if path, ok := strings.CutPrefix(pointer, "/papers/"); ok { // one that is not there yet
		kind, whose, _ := strings.Cut(path, "/")
		title := nursery.PaperKind(kind).Title()
		if whose != "" {
			title += "（" + whose + "）"
		}
		return title + "（补交）"
	}
	if label := strings.TrimSuffix(labelAt(a.Shape, pointer), "："); label != "" {
		return label
	}
	return pointer
}

// listShape returns the form schema of the elements of a list of the application.
func (a boundForm) listShape(list string) formSchema {
	s := a.Shape
	for step := range strings.SplitSeq(list[1:], "/") {
		s, _ = s.field(step)
	}
	return formSchema{Kind: kindGroup, Fields: s.Fields}
}

// correctionChoices groups what a clerk can ask an applicant to correct: what is handed in, what is missing, and the
// pointers that were marked in the application.
func (a boundForm) correctionChoices(app nursery.Application, marked []string) []optionGroup {
	var groups []optionGroup
	have := map[string]bool{}
	add := func(label string, pointers ...string) {
		g := optionGroup{Label: label}
		for _, p := range pointers {
			if !have[p] && nursery.Correctable(app, p) {
				have[p] = true
				g.Options = append(g.Options, option{p, a.pointerTitle(p)})
			}
		}
		if len(g.Options) > 0 {
			groups = append(groups, g)
		}
	}
	var missing, elements, papers []string
	for _, kind := range nursery.PaperKinds() {
		if pointer := "/papers/" + string(kind); lacks(app, pointer) {
			missing = append(missing, pointer)
		}
		for _, person := range app.Staff {
			if kind == nursery.StaffHealth || kind == nursery.StaffQualification {
				if pointer := "/papers/" + string(kind) + "/" + person.Number; lacks(app, pointer) {
					missing = append(missing, pointer)
				}
			}
		}
	}
	for _, e := range a.elements() {
		if e.List == "/papers" {
			papers = append(papers, e.List+"/"+e.Name)
		} else {
			elements = append(elements, e.List+"/"+e.Name)
		}
	}
	slices.Sort(papers)
	slices.Sort(elements)
	add("已标记", marked...)
	add("应当补交的材料", missing...)
	add("已提交的材料", papers...)
	for _, part := range sectionsOf(app.SiteKind) {
		var pointers []string
		for _, name := range part.Fields {
			f, _ := a.Shape.field(name)
			if f.Kind == kindGroup {
				for _, inner := range f.Fields {
					pointers = append(pointers, "/"+name+"/"+inner.Name)
				}
			} else if name != "papers" {
				pointers = append(pointers, "/"+name)
			}
		}
		add(part.Title, pointers...)
	}
	add("班级、人员和房间", elements...)
	return groups
}

func lacks(a nursery.Application, pointer string) bool {
	_, missing := nursery.Lacks(a, pointer)
	return missing
}

// placedLine is an answer in words with the place of its field.
type placedLine struct{ Label, Value, Place string }

// placedLines are the answers of a group that are no groups themselves.
func placedLines(a boundForm, s formSchema, at string) (lines []placedLine) {
	for _, f := range s.Fields {
		if f.Kind == kindGroup || f.Kind == kindList || f.Kind == kindHidden {
			continue
		}
		if text := a.words(f, at+"/"+f.Name); text != "" {
			lines = append(lines, placedLine{f.Label, text, at + "/" + f.Name})
		}
	}
	return lines
}

// hasThumb reports whether there is a small picture of a file of the kind.
func hasThumb(mediaType string) bool { return mediaType == "image/jpeg" || mediaType == "image/png" }

// fileKind is what people call a kind of file.
func fileKind(mediaType string) string {
	switch {
	case mediaType == "application/pdf":
		return "PDF"
	case strings.HasPrefix(mediaType, "image/"):
		return "图片"
	case strings.HasSuffix(mediaType, "wordprocessingml.document"):
		return "Word"
	case strings.HasSuffix(mediaType, "spreadsheetml.sheet"):
		return "Excel"
	}
	return "文件"
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
