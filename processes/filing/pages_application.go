package filing

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// appView is an application on a page: its parts, its papers with their files, and the remarks on them.
type appView struct {
	ui.Summary
	Case  casework.CaseDetail
	Media map[string]string // kinds of the files that may be opened
	Seen  []string          // files the reader has looked at; nil where nobody ticks
	// Looked is the version that the reader looked at last before this one, and New what differs from it.
	Looked int
	New    []string
}

func newAppView(c casework.CaseDetail) appView {
	v := appView{Summary: ui.Summary{BoundForm: ui.FormOf(applicationShape(), *c.Application), Changed: c.Changed}, Case: c, Media: map[string]string{}}
	v.Correctable = func(pointer string) bool { return nursery.Correctable(*c.Application, pointer) }
	v.Title = func(pointer string) string { return pointerTitle(v.BoundForm, pointer) }
	v.Files = map[string]string{}
	for _, f := range c.Files {
		v.Files[f.ID], v.Media[f.ID] = f.Name, f.MediaType
	}
	return v
}

// Render writes the application.
func (v *appView) Render(ctx context.Context, w io.Writer) error {
	return application(*v).Render(ctx, w)
}

// Markable has the application take marks, and the findings of the form name what is marked in words.
func (v *appView) Markable(form *ui.BoundForm) {
	v.Mark = "answer"
	v.Marks = []string{}
	for _, n := range ui.Rows(form.Values, web.FindingsPointer) {
		if at := form.Values.Get(web.FindingsPointer + "/" + strconv.Itoa(n) + "/field"); at != "" {
			v.Marks = append(v.Marks, at)
		}
	}
	choices := correctionChoices(v.BoundForm, *v.Case.Application, v.Marks)
	form.Shape = form.Shape.Change("findings", func(f ui.FormSchema) ui.FormSchema {
		return f.Change("field", func(f ui.FormSchema) ui.FormSchema {
			f.Kind, f.Groups, f.Required = ui.KindChoice, choices, true
			return f
		})
	})
	form.Items = map[string]string{}
	for _, n := range ui.Rows(form.Values, web.FindingsPointer) {
		row := web.FindingsPointer + "/" + strconv.Itoa(n)
		if at := form.Values.Get(row + "/field"); at != "" {
			form.Items[row] = pointerTitle(v.BoundForm, at)
		}
	}
}

// part returns the properties of the application that a section shows.
func (v appView) partOf(s section) ui.FormSchema { return v.Shape.Only(s.Fields...) }

// changedIn reports whether something of a section differs.
func (v appView) changedIn(s section) bool {
	return slices.ContainsFunc(v.Changed, s.holds)
}

// paperRow is a paper of the application on a page.
type paperRow struct {
	Place, Pointer string
	Title          string    // the kind of paper and the person it belongs to
	File, Name     string    // the attachment and what it is called; no name: not the reader's to open
	Facts          []ui.Line // number and days
	Seen           bool
}

// papers lists the papers of the application.
func (v appView) papers() (list []paperRow) {
	f, _ := v.Shape.Field("papers")
	for _, n := range ui.Rows(v.Values, "/papers") {
		at := "/papers/" + strconv.Itoa(n)
		p := paperRow{Place: at, Pointer: v.PointerAt(at), Title: paperTitle(v.BoundForm, at), File: v.Values.Get(at + "/attachment")}
		p.Name, p.Seen = v.Files[p.File], slices.Contains(v.Seen, p.File)
		p.Facts = ui.PlainLines(v.BoundForm, f.Without("kind").Without("staff").Without("name").Without("attachment"), at)
		list = append(list, p)
	}
	return list
}

// openable reports whether the reader may open a paper's file.
func (p paperRow) openable() bool { return p.File != "" && p.Name != "" }

// Unseen counts the papers the reader could look at and has not.
func (v *appView) Unseen() (n int) {
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
func paperTitle(a ui.BoundForm, at string) string {
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
func titleItems(a *ui.BoundForm) {
	a.Items = map[string]string{}
	for _, e := range a.Elements() {
		switch {
		case e.Name == "":
		case e.List == "/papers":
			a.Items[e.Place] = paperTitle(*a, e.Place)
		default:
			a.Items[e.Place] = elementTitle(*a, e)
		}
	}
}

// elementTitle returns the title of a class, a member of staff or a room of the premises.
func elementTitle(a ui.BoundForm, e ui.Element) string {
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
func pointerTitle(a ui.BoundForm, pointer string) string {
	for _, e := range a.Elements() {
		rest, in := ui.Below(e.List+"/"+e.Name, pointer)
		if !in || e.Name == "" {
			continue
		}
		title := elementTitle(a, e)
		if e.List == "/papers" {
			title = paperTitle(a, e.Place)
		}
		if rest != "" {
			title += " · " + strings.TrimSuffix(ui.LabelAt(listShape(a, e.List), rest), "：")
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
	if label := strings.TrimSuffix(ui.LabelAt(a.Shape, pointer), "："); label != "" {
		return label
	}
	return pointer
}

// listShape returns the form schema of the elements of a list of the application.
func listShape(a ui.BoundForm, list string) ui.FormSchema {
	s := a.Shape
	for step := range strings.SplitSeq(list[1:], "/") {
		s, _ = s.Field(step)
	}
	return ui.FormSchema{Kind: ui.KindGroup, Fields: s.Fields}
}

// correctionChoices groups what a clerk can ask an applicant to correct: what is handed in, what is missing, and the
// pointers that were marked in the application.
func correctionChoices(a ui.BoundForm, app nursery.Application, marked []string) []ui.OptionGroup {
	var groups []ui.OptionGroup
	have := map[string]bool{}
	add := func(label string, pointers ...string) {
		g := ui.OptionGroup{Label: label}
		for _, p := range pointers {
			if !have[p] && nursery.Correctable(app, p) {
				have[p] = true
				g.Options = append(g.Options, ui.Option{Value: p, Label: pointerTitle(a, p)})
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
	for _, e := range a.Elements() {
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
			f, _ := a.Shape.Field(name)
			if f.Kind == ui.KindGroup {
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
