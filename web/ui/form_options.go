package ui

import "tuoyu/nursery"

// options reads the values of a choice and their titles, and the hint. A schema has the titles as const and title of oneOf, or in
// its description, as nursery.OptionTitles reads it. Other values have the titles that the pages know. A county or
// a township is chosen by its name.
func (s *FormSchema) options(o orderedObject) {
	hint := o.text("description")
	titles := nursery.OptionTitles(hint)
	words := o.texts("enum")
	for _, one := range read[[]orderedObject](o, "oneOf") {
		if word := one.text("const"); word != "" {
			words = append(words, word)
			titles[word] = one.text("title")
		}
	}
	named := false
	for _, word := range words {
		title := titles[word]
		named = named || title != ""
		if title == "" {
			title = WordFor(s.Name, word)
		}
		s.Options = append(s.Options, Option{word, title})
	}
	if !named {
		s.Hint = hint
	}
	switch {
	case len(words) > 0 || o.text("type") != "string":
	case s.Name == "county":
		s.Options = Counties()
	case s.Name == "township":
		for _, c := range nursery.Counties() {
			group := OptionGroup{Label: c.Name}
			for _, t := range nursery.TownshipsOf(c.Code) {
				group.Options = append(group.Options, Option{t.Code, t.Name})
			}
			s.Groups = append(s.Groups, group)
		}
	}
}
