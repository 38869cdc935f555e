package activities

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// normalizeAtOnce is the number of children changed in one transaction; an interruption loses no more than that.
const normalizeAtOnce = 200

// NormalizeNames rewrites the names that were entered before names were normalized by nursery.NormalName, and the
// person hashes derived from them, so that old entries match new ones. It may be interrupted and repeated, concurrently
// with other processes. Values that cannot be decrypted are left unchanged and reported at the end, after everything
// else is done.
func NormalizeNames(ctx context.Context, db *store.DB, fields *sealing.Fields) (total int, err error) {
	left := 0
	for after := ""; ; {
		var rows []store.Child
		changed, failed := 0, 0
		err := db.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			rows, err = q.ChildrenToNormalize(ctx, store.ChildrenToNormalizeParams{After: after, PageSize: normalizeAtOnce})
			if err != nil {
				return err
			}
			for _, row := range rows {
				c, err := OpenChild(fields, row, nursery.ChildName, nursery.ChildGuardianName, nursery.ChildGuardianPhone, nursery.ChildBirth, nursery.ChildSex)
				if err != nil {
					failed++
					continue
				}
				if err := normalizeChild(ctx, q, fields, row.ID, c); err != nil {
					return err
				}
				changed++
			}
			return nil
		})
		if err != nil {
			return total, fmt.Errorf("normalize names: %w", err)
		}
		total, left = total+changed, left+failed
		if len(rows) < normalizeAtOnce {
			break
		}
		after = rows[len(rows)-1].ID
	}
	if left > 0 {
		return total, fmt.Errorf("normalize names: %d children cannot be opened", left)
	}
	return total, nil
}

func normalizeChild(ctx context.Context, q *store.Queries, fields *sealing.Fields, id string, was nursery.Child) error {
	is := was.Normal()
	name, err := SealChild(fields, id, nursery.ChildName, is.Name)
	if err != nil {
		return err
	}
	var guardian []byte
	if is.GuardianName != "" {
		if guardian, err = SealChild(fields, id, nursery.ChildGuardianName, is.GuardianName); err != nil {
			return err
		}
	}
	if err := q.PutNormalName(ctx, store.PutNormalNameParams{ID: id, Name: name, GuardianName: guardian}); err != nil {
		return err
	}
	persons, err := q.PersonsOfChild(ctx, id)
	if err != nil {
		return err
	}
	for _, person := range persons {
		put, err := renewedPerson(fields, was, person)
		if err != nil {
			return err
		}
		if bytes.Equal(put, person) {
			continue
		}
		if err := q.PutPerson(ctx, store.PutPersonParams{Child: id, Was: person, Person: put}); err != nil {
			return err
		}
	}
	return nil
}

// renewedPerson returns the hash that replaces an old one. A list may have had no phone where another entry had one:
// the phone of the old hash is found by recomputing it, and is the recorded one if neither matches the hash.
func renewedPerson(fields *sealing.Fields, was nursery.Child, old []byte) ([]byte, error) {
	recorded := was.GuardianPhone
	for _, phone := range []string{recorded, ""} {
		typed := strings.Join([]string{was.Name, was.BornOn.String(), string(was.Sex), phone}, "\x00")
		made, err := fields.Indexes(personColumn, typed)
		if err != nil {
			return nil, err
		}
		was.GuardianPhone = phone
		now, err := PersonIndex(fields, was)
		if err != nil {
			return nil, err
		}
		for _, index := range append(made, now) {
			if bytes.Equal(index, old) {
				return now, nil
			}
		}
	}
	was.GuardianPhone = recorded
	return PersonIndex(fields, was)
}
