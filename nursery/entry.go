package nursery

// EntryFacts is what health.entry looks at when a child comes into care: its birth, the day, and how many doses of the DTaP
// vaccine its vaccination certificate shows (疫苗管理法 art. 48). What is not known is nil.
type EntryFacts struct {
	BornOn    Date `json:"born_on" doc:"出生日期"`
	EnteredOn Date `json:"entered_on" doc:"入托日期"`
	DTaPDoses *int `json:"dtap_doses,omitempty" minimum:"0" maximum:"5" doc:"接种证上百白破疫苗的剂次"`
}
