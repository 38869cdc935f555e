package procedures

import "slices"

// Prefills are what the register knows of an institution: the type of the fields that it fills in, by the name that the keyword prefill
// of a field of an application refers to.
var Prefills = map[string]string{
	"institution.name": "string", "institution.uscc": "string", "institution.address": "string", "institution.phone": "string",
	"institution.site_kind": "string", "institution.filing_no": "string", "institution.filed_on": "string", "institution.inclusive": "boolean",
	"institution.seats": "integer", "institution.classes": "integer",
	"institution.young_class": "boolean", // whether it has a class of infants 乳儿班 or of younger toddlers 托小班
}

// Prefilled returns the fields of the application that known fills in, by their names; known has values by the names of Prefills.
func (p *Procedure) Prefilled(known map[string]any) map[string]any {
	facts := map[string]any{}
	for _, f := range p.forms[p.Plan.Start.Facts].fields {
		if value, ok := known[f.Prefill]; ok {
			facts[f.Name] = value
		}
	}
	return facts
}

// Pays reports whether cases of the procedure may be paid.
func (p *Plan) Pays() bool {
	return slices.ContainsFunc(p.Stages, func(s Stage) bool { return s.Verb == VerbPay })
}
