package web

import (
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
)

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
	Open    bool // may be changed now
	Reasons []nursery.Reason
}

// sectionsOf returns the sections of an application of the kind.
func sectionsOf(kind nursery.SiteKind) []section {
	return slices.DeleteFunc(slices.Clone(filingSections), func(s section) bool { return s.Name == "family" && kind != nursery.FamilyPoint })
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
func (s section) shape(county string) formSchema {
	form := applicationShape().only(s.Fields...)
	for i, f := range form.Fields {
		if f.Name == "institution" {
			form.Fields[i] = placed(f, county)
		}
	}
	return form
}

func placed(institution formSchema, county string) formSchema {
	fields := slices.Clone(institution.Fields)
	for i, f := range fields {
		switch f.Name {
		case "county":
			fields[i].Kind, fields[i].Label, fields[i].Options = kindChoice, "县区", counties()
		case "township":
			fields[i].Kind, fields[i].Label, fields[i].Options = kindChoice, "乡镇、街道", nil
			for _, d := range nursery.TownshipsOf(county) {
				fields[i].Options = append(fields[i].Options, option{d.Code, d.Name})
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

// opens reports whether a pointer is open or is an ancestor of an open one.
func opens(open []string, pointer string) bool {
	return nursery.Covers(open, pointer) || slices.ContainsFunc(open, func(o string) bool { return strings.HasPrefix(o, pointer+"/") })
}

// openFields reports which places of a form may be changed now, or are ancestors of such, and which may be changed with
// everything below: for a draft all, for which both are nil; with corrections those of the gaps, and those that differ
// from the application already, to be reverted. The fields that form an element's key remain closed, since they would
// make it another element.
func openFields(c casework.CaseDetail, form boundForm, entered nursery.Application) (open, whole func(string) bool) {
	if c.Status == nursery.CaseDraft {
		return nil, nil
	}
	pointers := openPointers(c)
	if changed, err := nursery.Changes(*c.Application, entered); err == nil {
		pointers = append(pointers, changed...)
	}
	elements := form.elements()
	open = func(place string) bool {
		for _, e := range elements {
			rest, in := below(e.Place, place)
			switch {
			case in && e.Name == "": // a new one, which may become any that is open
				return opens(pointers, e.List)
			case in && rest != "" && nursery.NamesElement(e.List, rest[1:]):
				return nursery.Covers(pointers, e.List)
			case in:
				return opens(pointers, e.List+"/"+e.Name+rest)
			}
		}
		return opens(pointers, place)
	}
	whole = func(place string) bool {
		for _, e := range elements {
			if rest, in := below(e.Place, place); in {
				return e.Name == "" || nursery.Covers(pointers, e.List+"/"+e.Name+rest)
			}
		}
		return nursery.Covers(pointers, place)
	}
	return open, whole
}

// slots adds a row for each requested paper that is missing.
func (a *boundForm) slots(c casework.CaseDetail) {
	if c.Status == nursery.CaseDraft || !slices.ContainsFunc(a.Shape.Fields, func(f formSchema) bool { return f.Name == "papers" }) {
		return
	}
	for _, pointer := range openPointers(c) {
		p, missing := nursery.Lacks(*c.Application, pointer)
		if !missing || a.pointed(pointer) {
			continue
		}
		next := 0
		for _, n := range rows(a.Values, "/papers") {
			next = max(next, n+1)
		}
		row := "/papers/" + strconv.Itoa(next)
		a.Values.Add("/papers/_rows", strconv.Itoa(next))
		a.Values.Set(row+"/kind", string(p.Kind))
		a.Values.Set(row+"/staff", p.Staff)
		a.Values.Set(row+"/name", p.Name)
	}
}

// pointed reports whether the form has the element that a pointer names.
func (a boundForm) pointed(pointer string) bool {
	return slices.ContainsFunc(a.elements(), func(e element) bool { return e.List+"/"+e.Name == pointer })
}

// withoutBlankSlots removes the rows of requested papers that were left empty.
func (a *boundForm) withoutBlankSlots(c casework.CaseDetail) {
	if c.Status == nursery.CaseDraft {
		return
	}
	stored := ask(applicationShape(), *c.Application)
	kept := []string{}
	for _, n := range rows(a.Values, "/papers") {
		row := "/papers/" + strconv.Itoa(n)
		filledIn := false
		for name, values := range a.Values {
			rest, in := below(row, name)
			filledIn = filledIn || in && rest != "" && !nursery.NamesElement("/papers", rest[1:]) && strings.Join(values, "") != ""
		}
		if filledIn || stored.pointed(a.named(row)) {
			kept = append(kept, strconv.Itoa(n))
		}
	}
	if a.Values.Has("/papers/_rows") {
		a.Values["/papers/_rows"] = kept
	}
}

// named returns the pointer of a place in the form, with its elements by their names.
func (a boundForm) named(place string) string {
	for _, e := range a.elements() {
		if rest, in := below(e.Place, place); in && e.Name != "" {
			return e.List + "/" + e.Name + rest
		}
	}
	return place
}

// element is an element of a list of the application: its place in the form, and its name in the list, by which the
// rules refer to it; "" as long as it has none.
type element struct{ Place, List, Name string }

func (a boundForm) elements() []element {
	var all []element
	for field := range a.Values {
		list, isList := strings.CutSuffix(field, "/_rows")
		if !isList {
			continue
		}
		at := rows(a.Values, list)
		names := nursery.ElementNames(list, len(at), func(n int, name string) string {
			return a.Values.Get(list + "/" + strconv.Itoa(at[n]) + "/" + name)
		})
		for n, name := range names {
			all = append(all, element{list + "/" + strconv.Itoa(at[n]), list, name})
		}
	}
	return all
}

// placed returns the place in the form of a field whose pointer has elements by their names.
func (a boundForm) placed(pointer string) string {
	best, place := "", pointer
	for _, e := range a.elements() {
		named := e.List + "/" + e.Name
		if rest, in := below(named, pointer); in && e.Name != "" && len(named) > len(best) {
			best, place = named, e.Place+rest
		}
	}
	return place
}

// below returns the part of a pointer below another, and whether it is equal to or below it.
func below(above, pointer string) (string, bool) {
	rest, in := strings.CutPrefix(pointer, above)
	return rest, in && (rest == "" || rest[0] == '/')
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
