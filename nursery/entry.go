package nursery

// EntryFacts is the input of health.entry when a child is enrolled: its birth, the day, and the number of doses of the
// DTaP vaccine on its vaccination certificate (疫苗管理法 art. 48). Unknown facts are nil.
type EntryFacts struct {
	BornOn    Date `json:"born_on" doc:"出生日期"`
	EnteredOn Date `json:"entered_on" doc:"入托日期"`
	DTaPDoses *int `json:"dtap_doses,omitempty" minimum:"0" maximum:"5" doc:"接种证上百白破疫苗的剂次"`
}
