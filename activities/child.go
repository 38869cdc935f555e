package activities

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// EnteredChild is the result of storing a child: its identifier, and whether its identity was known before, from an
// earlier entry or an earlier one of the same batch. The stored data of a known child is not changed.
type EnteredChild struct {
	ID    string
	Known bool
}

// identityColumn is the name of the column of identities for the blind index.
const identityColumn = "children.identity"

// enterAtOnce is the number of children per statement.
const enterAtOnce = 4000

// EnterChildren stores valid children, sealed, and returns the result for each, in the order given. No two rows ever
// have the same identity, even with concurrent callers. It sees every child whatever the principal is, and reveals only
// the identifier; CompareChildren checks that a known child is the same one. Source is civil, health or institution,
// and from is the institution that enters them, "" for an office.
func EnterChildren(ctx context.Context, q *store.Queries, fields *sealing.Fields, children []nursery.Child, from, source, by string, at time.Time) ([]EnteredChild, error) {
	indexes, err := identityIndexes(fields, children)
	if err != nil {
		return nil, err
	}
	entered := make([]EnteredChild, len(children))
	err = q.AsEngine(ctx, func() error {
		if err := lockIdentities(ctx, q, indexes); err != nil {
			return err
		}
		known, err := knownIdentities(ctx, q, indexes)
		if err != nil {
			return err
		}
		var rows store.InsertChildrenParams
		for i, child := range children {
			if row, ok := known.any(indexes[i]); ok {
				entered[i] = EnteredChild{ID: row.ID, Known: true}
				continue
			}
			id := nursery.NewChildID()
			if err := appendChild(&rows, fields, id, indexes[i][0], child.Normal()); err != nil {
				return err
			}
			known[string(indexes[i][0])] = store.ChildrenByIdentityRow{ID: id}
			entered[i] = EnteredChild{ID: id}
			if len(rows.Ids) == enterAtOnce {
				if err := insertChildren(ctx, q, &rows, from, source, by, at); err != nil {
					return err
				}
			}
		}
		return insertChildren(ctx, q, &rows, from, source, by, at)
	})
	if err != nil {
		return nil, fmt.Errorf("enter children: %w", err)
	}
	return entered, nil
}

// KnownChild is what is stored under a child's identity: nothing, or a record that agrees or disagrees with the child.
type KnownChild struct {
	ID      string // of the current record, "" if the identity is unknown
	Holder  string // of the record with the number, a different one after a merge
	Differs bool   // in name, birth date or sex
	DiedOn  nursery.Date
}

// CompareChildren returns, for each child in the order given, what is stored under its identity, and locks the
// identities until the transaction ends. It sees every child, whatever the principal: a number alone must grant no
// access, so the caller rejects a child that differs and shows nothing about it.
func CompareChildren(ctx context.Context, q *store.Queries, fields *sealing.Fields, children []nursery.Child) ([]KnownChild, error) {
	indexes, err := identityIndexes(fields, children)
	if err != nil {
		return nil, err
	}
	compared := make([]KnownChild, len(children))
	first := map[string]int{} // within the same batch
	err = q.AsEngine(ctx, func() error {
		if err := lockIdentities(ctx, q, indexes); err != nil {
			return err
		}
		known, err := knownIdentities(ctx, q, indexes)
		if err != nil {
			return err
		}
		for i, child := range children {
			row, ok := known.any(indexes[i])
			if !ok {
				before, twice := first[string(indexes[i][0])]
				if !twice {
					first[string(indexes[i][0])] = i
				}
				compared[i].Differs = twice && !children[before].SamePerson(child)
				continue
			}
			name, err := fields.Open(row.Name, childCell(row.ID, nursery.ChildName))
			if err != nil {
				return fmt.Errorf("compare child: %w", err)
			}
			recorded := nursery.Child{Name: string(name), BornOn: row.BornOn, Sex: nursery.Sex(row.Sex)}
			compared[i] = KnownChild{ID: row.ID, Holder: row.Holder, Differs: !recorded.SamePerson(child), DiedOn: row.DiedOn}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compare children: %w", err)
	}
	return compared, nil
}

func identityIndexes(fields *sealing.Fields, children []nursery.Child) ([][][]byte, error) {
	indexes := make([][][]byte, len(children))
	for i, child := range children {
		var err error
		if indexes[i], err = fields.Indexes(identityColumn, child.IdentityKey()); err != nil {
			return nil, err
		}
	}
	return indexes, nil
}

// lockIdentities acquires the locks of the identities. The smallest of an identity's indexes is the same for every
// process, whichever key is its primary.
func lockIdentities(ctx context.Context, q *store.Queries, indexes [][][]byte) error {
	const buckets = 64
	var held []int32
	for _, of := range indexes {
		held = append(held, int32(crc32.ChecksumIEEE(slices.MinFunc(of, bytes.Compare))%buckets))
	}
	slices.Sort(held)
	return q.LockIdentities(ctx, slices.Compact(held))
}

// identities maps the index of an identity to its child.
type identities map[string]store.ChildrenByIdentityRow

func (known identities) any(indexes [][]byte) (store.ChildrenByIdentityRow, bool) {
	for _, index := range indexes {
		if row, ok := known[string(index)]; ok {
			return row, true
		}
	}
	return store.ChildrenByIdentityRow{}, false
}

func knownIdentities(ctx context.Context, q *store.Queries, indexes [][][]byte) (identities, error) {
	known := identities{}
	for some := range slices.Chunk(indexes, enterAtOnce) {
		rows, err := q.ChildrenByIdentity(ctx, slices.Concat(some...))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			known[string(row.IdentityIndex)] = row
		}
	}
	return known, nil
}

func insertChildren(ctx context.Context, q *store.Queries, rows *store.InsertChildrenParams, from, source, by string, at time.Time) error {
	if len(rows.Ids) == 0 {
		return nil
	}
	rows.GuardianFrom, rows.Source, rows.CreatedBy, rows.At = from, source, by, at
	if err := q.InsertChildren(ctx, *rows); err != nil {
		return err
	}
	*rows = store.InsertChildrenParams{}
	return nil
}

// childCell returns the cell of a sealed field of a child.
func childCell(id string, field nursery.ChildField) sealing.Cell {
	return sealing.Cell{Table: "children", Column: string(field), Row: id}
}

// SealChild seals a field of the child with an identifier; an empty value remains empty.
func SealChild(fields *sealing.Fields, id string, field nursery.ChildField, value string) ([]byte, error) {
	if value == "" {
		return []byte{}, nil
	}
	return fields.Seal([]byte(value), childCell(id, field))
}

func appendChild(rows *store.InsertChildrenParams, fields *sealing.Fields, id string, index []byte, c nursery.Child) error {
	sealed := map[nursery.ChildField][]byte{}
	for field, value := range map[nursery.ChildField]string{
		nursery.ChildIdentity: c.Identity, nursery.ChildName: c.Name,
		nursery.ChildGuardianName: c.GuardianName, nursery.ChildGuardianPhone: c.GuardianPhone,
	} {
		var err error
		if sealed[field], err = SealChild(fields, id, field, value); err != nil {
			return err
		}
	}
	rows.Ids = append(rows.Ids, id)
	rows.Counties = append(rows.Counties, c.County)
	rows.BornOn = append(rows.BornOn, c.BornOn.String())
	rows.Sexes = append(rows.Sexes, string(c.Sex))
	rows.IdentityKinds = append(rows.IdentityKinds, string(c.IdentityKind))
	rows.IdentityIndexes = append(rows.IdentityIndexes, index)
	rows.Identities = append(rows.Identities, sealed[nursery.ChildIdentity])
	rows.Names = append(rows.Names, sealed[nursery.ChildName])
	rows.GuardianNames = append(rows.GuardianNames, sealed[nursery.ChildGuardianName])
	rows.GuardianPhones = append(rows.GuardianPhones, sealed[nursery.ChildGuardianPhone])
	return nil
}

// OpenChild decrypts the chosen fields of a child and omits the others. A caller that acts for a user records the
// access in the same transaction (NoteReading).
func OpenChild(fields *sealing.Fields, row store.Child, chosen ...nursery.ChildField) (nursery.Child, error) {
	var c nursery.Child
	text := func(field nursery.ChildField, sealed []byte) (string, error) {
		plain, err := fields.Open(sealed, childCell(row.ID, field))
		return string(plain), err
	}
	for _, field := range chosen {
		var err error
		switch field {
		case nursery.ChildName:
			c.Name, err = text(field, row.Name)
		case nursery.ChildIdentity:
			c.IdentityKind = nursery.IdentityKind(row.IdentityKind)
			c.Identity, err = text(field, row.Identity)
		case nursery.ChildGuardianName:
			c.GuardianName, err = text(field, row.GuardianName)
		case nursery.ChildGuardianPhone:
			c.GuardianPhone, err = text(field, row.GuardianPhone)
		case nursery.ChildBirth:
			c.BornOn = row.BornOn
		case nursery.ChildSex:
			c.Sex = nursery.Sex(row.Sex)
		}
		if err != nil {
			return nursery.Child{}, fmt.Errorf("open child: %w", err)
		}
	}
	return c, nil
}

// NoteEnrolment notifies the open check-up rounds of an institution that a child came or left.
func NoteEnrolment(ctx context.Context, q *store.Queries, institution, child string, at time.Time) error {
	rounds, err := q.OpenCasesOfKind(ctx, store.OpenCasesOfKindParams{Institution: institution, Kind: string(nursery.KindCheckup)})
	if err != nil {
		return err
	}
	for _, round := range rounds {
		if err := EnqueueChange(ctx, q, round, fmt.Sprintf("enrolment/%s/%d", child, at.UnixNano()), at); err != nil {
			return err
		}
	}
	return nil
}

// personColumn is the name of the column of persons for the blind index.
const personColumn = "insurance_roster.person"

// PersonIndex returns the keyed hash of a child's person, independent of its document: name, birth date, sex and the
// guardian's phone. Two records with one hash and two kinds of document may be one child.
func PersonIndex(fields *sealing.Fields, c nursery.Child) ([]byte, error) {
	who := []string{nursery.NameKey(c.Name), c.BornOn.String(), string(c.Sex), c.Normal().GuardianPhone}
	return fields.Index(personColumn, strings.Join(who, "\x00"))
}

// CorrectChild replaces the stored data of a child with a valid child. From is the institution that names the guardian,
// and keepGuardian leaves a guardian entered by another unchanged. Taken reports that another record has the identity,
// in which case nothing is changed.
func CorrectChild(ctx context.Context, q *store.Queries, fields *sealing.Fields, id string, c nursery.Child, from string, keepGuardian bool, at time.Time) (taken bool, err error) {
	known, err := CompareChildren(ctx, q, fields, []nursery.Child{c})
	if err != nil {
		return false, err
	}
	if known[0].ID != "" && known[0].Holder != id {
		return true, nil
	}
	indexes, err := identityIndexes(fields, []nursery.Child{c})
	if err != nil {
		return false, err
	}
	var sealed store.InsertChildrenParams
	c = c.Normal()
	if err := appendChild(&sealed, fields, id, indexes[0][0], c); err != nil {
		return false, err
	}
	err = q.CorrectChild(ctx, store.CorrectChildParams{
		ID: id, County: c.County, BornOn: c.BornOn, Sex: string(c.Sex), IdentityKind: string(c.IdentityKind), IdentityIndex: indexes[0][0],
		Identity: sealed.Identities[0], Name: sealed.Names[0], GuardianName: sealed.GuardianNames[0],
		GuardianPhone: sealed.GuardianPhones[0], GuardianFrom: from, KeepGuardian: keepGuardian, UpdatedAt: at,
	})
	if err != nil {
		return false, err
	}
	return false, nil
}

// Reading is an access to data of children or to a complaint, with its purpose.
type Reading struct {
	By      nursery.Principal
	Purpose nursery.ReadingPurpose
	Fields  []nursery.ChildField
	At      time.Time

	Subject nursery.ReadingSubject // zero: the record of each child
	About   string                 // the document, the case or the list; empty for a record
}

func (r Reading) fields() []string {
	names := make([]string, len(r.Fields))
	for i, field := range r.Fields {
		names[i] = string(field)
	}
	return names
}

// since returns the beginning of the day in which one entry suffices.
func (r Reading) since() time.Time {
	y, m, d := r.At.In(nursery.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, nursery.Shanghai)
}

// NoteReading records an access to each child (未成年人网络保护条例 art. 36), in the transaction that reads: the fields of its
// record or, if the subject is set, a document about it.
func NoteReading(ctx context.Context, q *store.Queries, r Reading, children ...store.Child) error {
	if r.Subject == "" {
		r.Subject = nursery.ReadChild
	}
	line := store.NoteReadingsParams{
		Subject: string(r.Subject), About: r.About, Reader: r.By.Account, ReaderRole: string(r.By.Role), Institution: r.By.Institution,
		Purpose: string(r.Purpose), Fields: r.fields(), At: r.At,
	}
	line.Children, line.Counties = idsAndCounties(children)
	return q.NoteReadings(ctx, line)
}

// NoteListReading records an access to a list with the names of children: one entry for the list, the reader and the
// day, with the children on the list. Another access on that day only adds children who are new on it.
func NoteListReading(ctx context.Context, q *store.Queries, r Reading, children ...store.Child) error {
	if len(children) == 0 {
		return nil
	}
	if err := q.LockReading(ctx, store.LockReadingParams{Reader: r.By.Account, Subject: string(r.Subject), About: r.About}); err != nil {
		return err
	}
	line := store.NoteListReadingParams{
		Subject: string(r.Subject), About: r.About, Reader: r.By.Account, ReaderRole: string(r.By.Role), Institution: r.By.Institution,
		Purpose: string(r.Purpose), Fields: r.fields(), At: r.At, Since: r.since(),
	}
	line.Children, line.Counties = idsAndCounties(children)
	return q.NoteListReading(ctx, line)
}

// NoteCaseReading records an access to a case that names a person other than a child, such as a complaint: one entry
// for the case, the reader and the day.
func NoteCaseReading(ctx context.Context, q *store.Queries, r Reading, county string) error {
	if err := q.LockReading(ctx, store.LockReadingParams{Reader: r.By.Account, Subject: string(r.Subject), About: r.About}); err != nil {
		return err
	}
	return q.NoteCaseReading(ctx, store.NoteCaseReadingParams{
		Subject: string(r.Subject), About: r.About, County: county, Reader: r.By.Account, ReaderRole: string(r.By.Role), Institution: r.By.Institution,
		Purpose: string(r.Purpose), Fields: r.fields(), At: r.At, Since: r.since(),
	})
}

func idsAndCounties(children []store.Child) (ids, counties []string) {
	for _, c := range children {
		ids, counties = append(ids, c.ID), append(counties, c.County)
	}
	return ids, counties
}
