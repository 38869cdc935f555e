package activities

import (
	"context"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// AllChildFields are the fields that a child's record holds sealed, with birth and sex.
var AllChildFields = []nursery.ChildField{
	nursery.ChildName, nursery.ChildIdentity, nursery.ChildBirth, nursery.ChildSex, nursery.ChildGuardianName, nursery.ChildGuardianPhone,
}

// SetGuardian keeps the guardian last declared of a child; what is not declared stays as it is. Q writes as the engine.
func SetGuardian(ctx context.Context, q *store.Queries, fields *sealing.Fields, id string, c nursery.Child, at time.Time) error {
	set := store.SetGuardianParams{ID: id, UpdatedAt: at}
	for _, field := range []struct {
		name  nursery.ChildField
		value string
		into  *[]byte
	}{
		{nursery.ChildGuardianName, c.Normal().GuardianName, &set.GuardianName},
		{nursery.ChildGuardianPhone, c.Normal().GuardianPhone, &set.GuardianPhone},
	} {
		if field.value == "" {
			continue
		}
		sealed, err := SealChild(fields, id, field.name, field.value)
		if err != nil {
			return err
		}
		*field.into = sealed
	}
	if err := q.SetGuardian(ctx, set); err != nil {
		return fmt.Errorf("set guardian: %w", err)
	}
	return nil
}

// NoteEnrolment tells the check-up round that goes on in an institution that its children have changed. Q writes as the
// engine.
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
