package testdata

import (
	"fmt"

	"tuoyu/nursery"
)

// Child gives a generated child of a county: the same for the same serial (0 to 9,999,999), with a valid identity number
// and a name that is nobody's. The serial spreads births over the three years before day.
func Child(county string, serial int, day nursery.Date) (nursery.Child, error) {
	return ChildBorn(county, serial, day.AddDays(-(30 + serial*37%1060)))
}

// ChildBorn is Child with its birth given.
func ChildBorn(county string, serial int, born nursery.Date) (nursery.Child, error) {
	// The sequence of an identity number has three digits, so further ones of a day are told apart by the county of issue.
	sequence := serial%998 + 1
	division := fmt.Sprintf("14%02d%02d", serial/998/99%99+1, serial/998%99+1)
	id, err := nursery.MakeResidentID(division, born, sequence)
	if err != nil {
		return nursery.Child{}, fmt.Errorf("make child %d: %w", serial, err)
	}
	return nursery.Child{
		IdentityKind: nursery.ByResidentID, Identity: string(id), Name: fmt.Sprintf("婴幼儿%07d", serial), BornOn: born, Sex: id.Sex(),
		County: county, GuardianName: fmt.Sprintf("监护人%07d", serial), GuardianPhone: fmt.Sprintf("139%08d", serial),
	}, nil
}
