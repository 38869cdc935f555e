package activities

import (
	"fmt"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// OpenLine decrypts the data on one child that the insurer needs.
func OpenLine(fields *sealing.Fields, row store.InsuranceLinesRow) (nursery.InsuranceLine, error) {
	line := nursery.InsuranceLine{
		Ref: row.Child, IdentityKind: nursery.IdentityKind(row.IdentityKind), BornOn: row.BornOn, Sex: nursery.Sex(row.Sex),
		CoverFrom: row.CoverFrom, CoverUntil: row.CoverUntil,
	}
	name, err := fields.Open(row.Name, childCell(row.Child, nursery.ChildName))
	if err != nil {
		return line, fmt.Errorf("open line: %w", err)
	}
	identity, err := fields.Open(row.Identity, childCell(row.Child, nursery.ChildIdentity))
	if err != nil {
		return line, fmt.Errorf("open line: %w", err)
	}
	line.Name, line.Identity = string(name), string(identity)
	return line, nil
}
