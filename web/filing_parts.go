package web

import (
	"slices"
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
	{"premises", "场所", []string{"premises"}},
	{"fire", "消防安全", []string{"fire"}},
	{"hygiene", "卫生保健", []string{"hygiene"}},
	{"classes", "班级", []string{"classes"}},
	{"staff", "人员", []string{"staff"}},
	{"papers", "申请材料", []string{"papers"}},
	{"family", "家庭托育点专项", []string{"family"}},
}

// sectionView is how a section stands.
type sectionView struct {
	section
	Filled  bool
	Open    bool // may be changed now
	Reasons []nursery.Reason
}

// sectionsOf are the parts that an application of the kind has.
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

// holds tells whether a pointer into the application is in the section.
func (s section) holds(pointer string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return slices.Contains(s.Fields, first)
}

// shape is what the section asks for. Where the institution lies is chosen, not typed.
func (s section) shape(county string) shape {
	form := applicationShape().only(s.Fields...)
	for i, f := range form.Fields {
		if f.Name == "institution" {
			form.Fields[i] = placed(f, county)
		}
	}
	return form
}

func placed(institution shape, county string) shape {
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

// openFields tells which pointers may be changed now: with corrections what the gaps name and what leads there, with a draft
// everything, for which it is nil.
func openFields(c casework.CaseDetail) func(string) bool {
	if c.Status == nursery.CaseDraft {
		return nil
	}
	var open []string
	for _, g := range c.Gaps {
		open = append(open, g.Fields...)
	}
	return func(pointer string) bool {
		return nursery.Covers(open, pointer) || slices.ContainsFunc(open, func(o string) bool { return strings.HasPrefix(o, pointer+"/") })
	}
}

// reasonsOf are what the rules find in a section, each once.
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
