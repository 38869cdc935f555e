package testdata

import (
	"fmt"

	"tuoyu/nursery"
)

// Child gives a generated child of a county by serial, always the same one: a name that is a code, a resident ID whose
// checksum, birth date and sex agree, and a guardian's phone. It was born between 6 and 35 months before day. Serials of a
// county up to 400 for each birth date have distinct numbers.
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

// Children gives the generated children of a county from serial first on.
func Children(county string, first, n int, day nursery.Date) []nursery.Child {
	all := make([]nursery.Child, n)
	for i := range all {
		all[i] = Child(county, first+i, day)
	}
	return all
}
