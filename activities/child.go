package activities

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// The columns in which a child's plain values are sealed, each for its own row.
const (
	childIdentity = "identity"
	childName     = "name"
	guardianName  = "guardian_name"
	guardianPhone = "guardian_phone"
)

func childCell(column, id string) sealing.Cell {
	return sealing.Cell{Table: "children", Column: column, Row: id}
}

// NewChildID gives an identifier for a child that means nothing.
func NewChildID() string {
	raw := make([]byte, 10)
	_, _ = rand.Read(raw) // never fails
	return "C" + strings.ToLower(base32.StdEncoding.EncodeToString(raw))
}

// identityIndex is the blind index of an identity under every index key, the primary first.
func identityIndex(f *sealing.Fields, c nursery.Child) ([][]byte, error) {
	return f.Indexes(childIdentity, string(c.IdentityKind)+"\x00"+c.Normal().Identity)
}

// RegisteredChild is a child with its identifier.
type RegisteredChild struct {
	ID    string
	Child nursery.Child
	Known bool // it was there before
}

// RegisterChildren takes children in, as the engine, and gives their identifiers in the same order: one already known by
// its identity keeps its identifier, its birth and its sex, and gets the guardian last declared. Whoever calls has
// checked them by Faults. Source says who declared them: institution, civil or health. A thousand at a time is well.
func RegisterChildren(ctx context.Context, q *store.Queries, f *sealing.Fields, children []nursery.Child, source, by string, at time.Time) ([]RegisteredChild, error) {
	made := make([]RegisteredChild, len(children))
	known, keys, err := knownChildren(ctx, q, f, children)
	if err != nil {
		return nil, err
	}
	in := store.InsertChildrenParams{Source: source, CreatedBy: by, At: at}
	fresh := map[string]string{} // primary index to identifier, of this batch
	for i, c := range children {
		c = c.Normal()
		primary := string(keys[i][0])
		made[i] = RegisteredChild{Child: c}
		if id := known[i]; id != "" {
			made[i].ID, made[i].Known = id, true
			if err := setGuardian(ctx, q, f, id, c, at); err != nil {
				return nil, err
			}
			continue
		}
		if id := fresh[primary]; id != "" {
			made[i].ID, made[i].Known = id, true
			continue
		}
		made[i].ID = NewChildID()
		fresh[primary] = made[i].ID
		if err := sealInto(f, &in, made[i].ID, c, keys[i][0]); err != nil {
			return nil, err
		}
	}
	if len(in.Ids) == 0 {
		return made, nil
	}
	taken, err := q.InsertChildren(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("insert children: %w", err)
	}
	if len(taken) == len(in.Ids) {
		return made, nil
	}
	// Somebody else has just taken one of them in: look again.
	known, _, err = knownChildren(ctx, q, f, children)
	if err != nil {
		return nil, err
	}
	for i := range made {
		made[i].Known = made[i].Known || made[i].ID != known[i]
		made[i].ID = known[i]
	}
	return made, nil
}

// knownChildren gives the identifier of each child that is known, and the indexes of each.
func knownChildren(ctx context.Context, q *store.Queries, f *sealing.Fields, children []nursery.Child) ([]string, [][][]byte, error) {
	keys := make([][][]byte, len(children))
	var all [][]byte
	for i, c := range children {
		var err error
		if keys[i], err = identityIndex(f, c); err != nil {
			return nil, nil, err
		}
		all = append(all, keys[i]...)
	}
	rows, err := q.ChildrenByIdentity(ctx, all)
	if err != nil {
		return nil, nil, fmt.Errorf("look up identities: %w", err)
	}
	byIndex := make(map[string]string, len(rows))
	for _, row := range rows {
		byIndex[string(row.IdentityIndex)] = row.ID
	}
	known := make([]string, len(children))
	for i := range children {
		for _, key := range keys[i] {
			if id := byIndex[string(key)]; id != "" {
				known[i] = id
			}
		}
	}
	return known, keys, nil
}

func sealInto(f *sealing.Fields, in *store.InsertChildrenParams, id string, c nursery.Child, index []byte) error {
	sealed := map[string][]byte{}
	for column, value := range map[string]string{
		childIdentity: c.Identity, childName: c.Name, guardianName: c.GuardianName, guardianPhone: c.GuardianPhone,
	} {
		var err error
		if sealed[column], err = sealText(f, column, id, value); err != nil {
			return err
		}
	}
	in.Ids, in.Counties, in.Births = append(in.Ids, id), append(in.Counties, c.County), append(in.Births, c.BornOn)
	in.Sexes, in.IdentityKinds = append(in.Sexes, string(c.Sex)), append(in.IdentityKinds, string(c.IdentityKind))
	in.IdentityIndexes, in.Identities = append(in.IdentityIndexes, index), append(in.Identities, sealed[childIdentity])
	in.Names = append(in.Names, sealed[childName])
	in.GuardianNames, in.GuardianPhones = append(in.GuardianNames, sealed[guardianName]), append(in.GuardianPhones, sealed[guardianPhone])
	return nil
}

// sealText seals a value of a child; what is empty stays NULL.
func sealText(f *sealing.Fields, column, id, value string) ([]byte, error) {
	if value == "" {
		return nil, nil
	}
	return f.Seal([]byte(value), childCell(column, id))
}

func setGuardian(ctx context.Context, q *store.Queries, f *sealing.Fields, id string, c nursery.Child, at time.Time) error {
	if c.GuardianName == "" && c.GuardianPhone == "" {
		return nil
	}
	name, err := sealText(f, guardianName, id, c.GuardianName)
	if err != nil {
		return err
	}
	phone, err := sealText(f, guardianPhone, id, c.GuardianPhone)
	if err != nil {
		return err
	}
	err = q.SetGuardian(ctx, store.SetGuardianParams{ID: id, GuardianName: name, GuardianPhone: phone, UpdatedAt: at})
	if err != nil {
		return fmt.Errorf("set guardian: %w", err)
	}
	return nil
}

// OpenChild gives the plain values of a child's row. Whoever shows them to a person writes down that they were read.
func OpenChild(f *sealing.Fields, row store.Child) (nursery.Child, error) {
	c := nursery.Child{
		IdentityKind: nursery.IdentityKind(row.IdentityKind), BornOn: row.BornOn, Sex: nursery.Sex(row.Sex), County: row.County,
	}
	for _, field := range []struct {
		column string
		sealed []byte
		into   *string
	}{
		{childIdentity, row.Identity, &c.Identity}, {childName, row.Name, &c.Name},
		{guardianName, row.GuardianName, &c.GuardianName}, {guardianPhone, row.GuardianPhone, &c.GuardianPhone},
	} {
		plain, err := f.Open(field.sealed, childCell(field.column, row.ID))
		if err != nil {
			return c, fmt.Errorf("open child %s: %w", row.ID, err)
		}
		*field.into = string(plain)
	}
	return c, nil
}

// NoteEnrolment tells the check-up round that goes on in an institution that its children have changed.
func NoteEnrolment(ctx context.Context, q *store.Queries, institution, what string, at time.Time) error {
	round, err := q.OpenRoundOf(ctx, institution)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find open round: %w", err)
	}
	return Wake(ctx, q, round, what, at)
}
