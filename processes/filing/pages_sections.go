package filing

import (
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

var filingShape = ui.SchemaOf[nursery.Application]()

// applicationShape is what an application asks for.
func applicationShape() ui.FormSchema { return titled(filingShape) }

// sectionTitles name the groups of an application, whose fields have no label of their own.
var sectionTitles = map[string]string{
	"institution": "机构", "premises": "场所", "fire": "消防安全", "hygiene": "卫生保健",
}

func titled(s ui.FormSchema) ui.FormSchema {
	fields := make([]ui.FormSchema, len(s.Fields))
	for i, f := range s.Fields {
		if f.Label == "" {
			f.Label = sectionTitles[f.Name]
		}
		fields[i] = f
	}
	s.Fields = fields
	return s
}

// section is a part of an application that is filled in and saved at once.
type section struct {
	Name, Title string
	Fields      []string // properties of the application
}

var filingSections = []section{
	{"institution", "机构", []string{"site_kind", "institution"}},
	{"service", "服务与收费", []string{"service_forms", "inclusive", "meals", "prices"}},
	{"classes", "班级", []string{"classes"}}, // before the rooms and the staff, which refer to them
	{"premises", "场所", []string{"premises"}},
	{"fire", "消防安全", []string{"fire"}},
	{"hygiene", "卫生保健", []string{"hygiene"}},
	{"staff", "人员", []string{"staff"}},
	{"papers", "申请材料", []string{"papers"}},
	{"family", "家庭托育点专项", []string{"family"}},
}

// sectionView is the state of a section.
type sectionView struct {
	section
	Filled  bool
	Open    bool                  // may be changed now
	Faults  []casework.FieldError // of what was typed and is not part of the application
	Reasons []nursery.Reason
}

// sectionsOf returns the sections of an application of the kind.
func sectionsOf(kind nursery.SiteKind) []section {
	return slices.DeleteFunc(slices.Clone(filingSections), func(s section) bool { return s.Name == "family" && kind != nursery.FamilyPoint })
}

// after returns the section that follows s in an application of the kind.
func (s section) after(kind nursery.SiteKind) (next section, ok bool) {
	all := sectionsOf(kind)
	i := slices.IndexFunc(all, func(x section) bool { return x.Name == s.Name })
	if i+1 >= len(all) {
		return next, false
	}
	return all[i+1], true
}

func sectionNamed(name string) (section, bool) {
	i := slices.IndexFunc(filingSections, func(s section) bool { return s.Name == name })
	if i < 0 {
		return section{}, false
	}
	return filingSections[i], true
}

// holds reports whether a pointer into the application is in the section.
func (s section) holds(pointer string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return slices.Contains(s.Fields, first)
}

// shape is what the section asks for. Where the institution lies is chosen, not typed.
func (s section) shape(county string) ui.FormSchema {
	form := applicationShape().Only(s.Fields...)
	for i, f := range form.Fields {
		if f.Name == "institution" {
			form.Fields[i] = placed(f, county)
		}
	}
	return form
}

func placed(institution ui.FormSchema, county string) ui.FormSchema {
	fields := slices.Clone(institution.Fields)
	for i, f := range fields {
		switch f.Name {
		case "county":
			fields[i].Kind = ui.KindHidden // chosen when the filing began, and not changed afterwards
		case "township":
			fields[i].Kind, fields[i].Label, fields[i].Options = ui.KindChoice, "乡镇、街道", nil
			for _, d := range nursery.TownshipsOf(county) {
				fields[i].Options = append(fields[i].Options, ui.Option{Value: d.Code, Label: d.Name})
			}
		}
	}
	institution.Fields = fields
	return institution
}

// openPointers returns the pointers of the gaps that the applicant has to correct.
func openPointers(c casework.CaseDetail) []string {
	var open []string
	for _, g := range c.Gaps {
		open = append(open, g.Fields...)
	}
	return open
}

// openFields reports which places of a form may be changed now, or are ancestors of such, and which may be changed with
// everything below: for a draft all, for which both are nil; with corrections those of the gaps, and those that differ
// from the application already, to be reverted. The fields that form an element's key remain closed, since they would
// make it another element.
func openFields(c casework.CaseDetail, form ui.BoundForm, entered nursery.Application) (open, whole func(string) bool) {
	if c.Status == nursery.CaseDraft {
		return nil, nil
	}
	pointers := openPointers(c)
	if changed, err := nursery.Changes(*c.Application, entered); err == nil {
		pointers = append(pointers, changed...)
	}
	elements := form.Elements()
	open = func(place string) bool {
		for _, e := range elements {
			rest, in := ui.Below(e.Place, place)
			switch {
			case in && e.Name == "": // a new one, which may become any that is open
				return ui.Opens(pointers, e.List)
			case in && rest != "" && nursery.NamesElement(e.List, rest[1:]):
				return nursery.Covers(pointers, e.List)
			case in:
				return ui.Opens(pointers, e.List+"/"+e.Name+rest)
			}
		}
		return ui.Opens(pointers, place)
	}
	whole = func(place string) bool {
		for _, e := range elements {
			if rest, in := ui.Below(e.Place, place); in {
				return e.Name == "" || nursery.Covers(pointers, e.List+"/"+e.Name+rest)
			}
		}
		return nursery.Covers(pointers, place)
	}
	return open, whole
}

// slots adds a row for each missing paper that a pointer names.
func slots(a *ui.BoundForm, c casework.CaseDetail, pointers []string) {
	if !slices.ContainsFunc(a.Shape.Fields, func(f ui.FormSchema) bool { return f.Name == "papers" }) {
		return
	}
	for _, pointer := range pointers {
		p, missing := nursery.Lacks(*c.Application, pointer)
		if !missing || pointed(*a, pointer) {
			continue
		}
		next := 0
		for _, n := range ui.Rows(a.Values, "/papers") {
			next = max(next, n+1)
		}
		row := "/papers/" + strconv.Itoa(next)
		a.Values.Add("/papers/_rows", strconv.Itoa(next))
		a.Values.Add("/papers/"+ui.Suggested, strconv.Itoa(next))
		a.Values.Set(row+"/kind", string(p.Kind))
		a.Values.Set(row+"/staff", p.Staff)
		a.Values.Set(row+"/name", p.Name)
	}
}

// pointed reports whether the form has the element that a pointer names.
func pointed(a ui.BoundForm, pointer string) bool {
	return slices.ContainsFunc(a.Elements(), func(e ui.Element) bool { return e.List+"/"+e.Name == pointer })
}

// missingPapers returns the pointers that a form asks papers for: of a draft those that the rules miss, later those of the gaps.
func missingPapers(c casework.CaseDetail, checked casework.Prechecked) []string {
	if c.Status != nursery.CaseDraft {
		return openPointers(c)
	}
	var missing []string
	for _, d := range checked.Decisions {
		for _, reason := range d.Reasons {
			missing = append(missing, reason.Fields...)
		}
	}
	return missing
}

// withoutBlankSlots removes the rows of requested papers that were left empty. What an applicant added to a draft stays.
func withoutBlankSlots(a *ui.BoundForm, c casework.CaseDetail) {
	stored := ui.FormOf(applicationShape(), *c.Application)
	kept := []string{}
	for _, n := range ui.Rows(a.Values, "/papers") {
		row := "/papers/" + strconv.Itoa(n)
		filledIn := false
		for name, values := range a.Values {
			rest, in := ui.Below(row, name)
			filledIn = filledIn || in && rest != "" && !nursery.NamesElement("/papers", rest[1:]) && strings.Join(values, "") != ""
		}
		added := c.Status == nursery.CaseDraft && !slices.Contains(a.Values["/papers/"+ui.Suggested], strconv.Itoa(n))
		if filledIn || added || pointed(stored, a.PointerAt(row)) {
			kept = append(kept, strconv.Itoa(n))
		}
	}
	if a.Values.Has("/papers/_rows") {
		a.Values["/papers/_rows"] = kept
	}
}

// reasonsOf returns the distinct findings of the rules in a section.
func reasonsOf(checked casework.Prechecked, part section) []nursery.Reason {
	var found []nursery.Reason
	for _, d := range checked.Decisions {
		for _, reason := range d.Reasons {
			in := slices.ContainsFunc(reason.Fields, part.holds)
			same := func(other nursery.Reason) bool { return other.Rule == reason.Rule && other.Subject == reason.Subject }
			if in && !slices.ContainsFunc(found, same) {
				found = append(found, reason)
			}
		}
	}
	return found
}
