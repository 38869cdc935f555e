package testdata

import (
	"fmt"

	"tuoyu/nursery"
)

// Child returns the generated child of a county with a serial, always the same one: a name that is a code, a resident
// ID whose checksum, birth date and sex agree, and a guardian's phone. It was born between 6 and 35 months before day.
// Serials of a county up to 400 for each birth date have distinct numbers.
func Child(county string, serial int, day nursery.Date) nursery.Child {
	born := day.AddMonths(-6 - serial%29).AddDays(-(serial / 29 % 27))
	sequence := 1 + (serial/(29*27)*2+serial%2)%998
	id, err := nursery.MakeResidentID(county, born, sequence)
	if err != nil {
		panic(fmt.Sprintf("make child %d: %v", serial, err))
	}
	return nursery.Child{
		IdentityKind: nursery.ByResidentID, Identity: string(id), Name: fmt.Sprintf("婴幼儿%04d", serial), BornOn: born, Sex: id.Sex(),
		GuardianName: fmt.Sprintf("监护人%04d", serial), GuardianPhone: fmt.Sprintf("139%08d", serial), County: county,
	}
}

// Children returns n generated children of a county, beginning with serial first.
func Children(county string, first, n int, day nursery.Date) []nursery.Child {
	all := make([]nursery.Child, n)
	for i := range all {
		all[i] = Child(county, first+i, day)
	}
	return all
}

// ChildBorn returns a generated child with a given birth date; serials up to 998 of a county and a day are distinct.
func ChildBorn(county string, serial int, born nursery.Date) nursery.Child {
	id, err := nursery.MakeResidentID(county, born, 1+(serial+997)%998)
	if err != nil {
		panic(fmt.Sprintf("make child %d: %v", serial, err))
	}
	return nursery.Child{
		IdentityKind: nursery.ByResidentID, Identity: string(id), Name: fmt.Sprintf("婴幼儿%04d", serial), BornOn: born, Sex: id.Sex(),
		GuardianName: fmt.Sprintf("监护人%04d", serial), GuardianPhone: fmt.Sprintf("139%08d", serial), County: county,
	}
}
