package activities

import (
	"fmt"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// OpenLine opens what the insurer needs of one child.
func OpenLine(fields *sealing.Fields, row store.InsuranceLinesRow) (nursery.InsuranceLine, error) {
	line := nursery.InsuranceLine{
		Ref: row.Child, IdentityKind: nursery.IdentityKind(row.IdentityKind), BornOn: row.BornOn, Sex: nursery.Sex(row.Sex),
		CoverFrom: row.CoverFrom, CoverUntil: row.CoverUntil,
	}
	name, err := fields.Open(row.Name, sealing.Cell{Table: "children", Column: "name", Row: row.Child})
	if err != nil {
		return line, fmt.Errorf("open line: %w", err)
	}
	identity, err := fields.Open(row.Identity, sealing.Cell{Table: "children", Column: "identity", Row: row.Child})
	if err != nil {
		return line, fmt.Errorf("open line: %w", err)
	}
	line.Name, line.Identity = string(name), string(identity)
	return line, nil
}
