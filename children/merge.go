package children

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ChildMerge requests the merge of two records of one child (合并记录): Other becomes part of Child, whose record
// continues.
type ChildMerge struct {
	Child  string `json:"child" minLength:"21" maxLength:"21" doc:"保留的婴幼儿编号"`
	Other  string `json:"other" minLength:"21" maxLength:"21" doc:"并入的婴幼儿编号"`
	Reason string `json:"reason" minLength:"2" maxLength:"500" doc:"合并理由，如出生医学证明与居民身份证为同一婴幼儿，并说明核验的证件"`
}

// MergedChildren is a merge on record.
type MergedChildren struct {
	ID         int64      `json:"id" doc:"合并编号"`
	Child      string     `json:"child" doc:"保留的婴幼儿编号"`
	Other      string     `json:"other" doc:"并入的婴幼儿编号"`
	Reason     string     `json:"reason" doc:"合并理由"`
	MergedBy   string     `json:"merged_by" doc:"合并人"`
	MergedAt   time.Time  `json:"merged_at" doc:"合并时间"`
	UndoReason string     `json:"undo_reason,omitempty" doc:"撤销理由"`
	UndoneBy   string     `json:"undone_by,omitempty" doc:"撤销人"`
	UndoneAt   *time.Time `json:"undone_at,omitempty" doc:"撤销时间"`
}

// movedRows is what a merge moved, so that it can be taken back: identifiers alone.
type movedRows struct {
	Enrolments []int64         `json:"enrolments,omitempty"`
	Consents   []int64         `json:"consents,omitempty"`
	Attendance []int64         `json:"attendance,omitempty"`
	Rounds     []string        `json:"rounds,omitempty"`
	Duties     []string        `json:"duties,omitempty"`
	Credited   []string        `json:"credited,omitempty"`
	Months     []string        `json:"months,omitempty"`
	Places     []placeInAMonth `json:"places,omitempty"`
	DiedOn     nursery.Date    `json:"died_on,omitzero"` // of the child before
}

// placeInAMonth is the status of a record in an insurance month before the merge removed it.
type placeInAMonth struct {
	CaseNo string `json:"case_no"`
	Child  string `json:"child"`
	Status string `json:"status"`
	Reason string `json:"reason"`
}

// MergeChildren merges two records of one child, for example one by birth certificate and a later one by resident's
// number. Stays, consents, attendance, check-ups and insurance of the other record move to the one that continues, and
// the ID of the other refers to it. Birth date and sex must agree, and overlapping stays must be corrected first.
// Errors: invalid, not_found, child_merged, stay_overlaps.
func (s *Service) MergeChildren(ctx context.Context, p nursery.Principal, key string, in ChildMerge) (MergedChildren, error) {
	if err := s.Authorize(ctx, p, "child.merge", casework.Resource{County: p.County}); err != nil {
		return MergedChildren{}, err
	}
	var c casework.Checker
	c.Limits(in)
	if in.Child == in.Other {
		c.Add("/other", "是同一条记录")
	}
	if err := c.Err(); err != nil {
		return MergedChildren{}, err
	}
	merged, err := casework.Command(ctx, s.Service, p, key, "child.merge", in, func(q *store.Queries) (MergedChildren, error) {
		child, other, err := s.bothForMerge(ctx, q, p, in)
		if err != nil {
			return MergedChildren{}, err
		}
		if err := mergeable(ctx, q, child, other); err != nil {
			return MergedChildren{}, err
		}
		return s.merge(ctx, q, p, child, other, in.Reason)
	})
	return merged, err
}

// bothForMerge reads both records in the order of their identifiers, so that two merges cannot wait for each other.
func (s *Service) bothForMerge(ctx context.Context, q *store.Queries, p nursery.Principal, in ChildMerge) (child, other store.Child, err error) {
	first, second := &child, &other
	ids := []string{in.Child, in.Other}
	if ids[0] > ids[1] {
		ids[0], ids[1], first, second = ids[1], ids[0], second, first
	}
	for i, into := range []*store.Child{first, second} {
		if *into, err = s.childFor(ctx, q, p, "child.merge", ids[i], q.ChildForChange); err != nil {
			return child, other, err
		}
	}
	return child, other, nil
}

func mergeable(ctx context.Context, q *store.Queries, child, other store.Child) error {
	if child.MergedInto != nil || other.MergedInto != nil {
		return casework.NewError(casework.CodeChildMerged, "其中一条记录已经并入其他记录。")
	}
	if child.BornOn != other.BornOn || child.Sex != other.Sex {
		return casework.FaultsError([]nursery.Fault{{Location: "/other", Message: "出生日期或性别不同，不是同一婴幼儿；登记有误的请先更正"}})
	}
	stays, err := staysOf(ctx, q, []string{child.ID, other.ID})
	if err != nil {
		return err
	}
	for _, a := range stays[child.ID] {
		for _, b := range stays[other.ID] {
			before := !a.LeftOn.IsZero() && !a.LeftOn.After(b.EnteredOn)
			after := !b.LeftOn.IsZero() && !b.LeftOn.After(a.EnteredOn)
			if !before && !after {
				return casework.NewError(casework.CodeStayOverlaps, "两条记录的在托时间重叠，请先由相关机构办理离托或更正在托时间。",
					casework.FieldError{Location: "/other", Message: "在托时间重叠"})
			}
		}
	}
	return nil
}

func (s *Service) merge(ctx context.Context, q *store.Queries, p nursery.Principal, child, other store.Child, reason string) (MergedChildren, error) {
	var moved movedRows
	err := q.AsEngine(ctx, func() (err error) {
		earlier, err := q.MergedInto(ctx, other.ID)
		if err != nil {
			return err
		}
		if len(earlier) > 0 {
			return casework.NewError(casework.CodeChildMerged, "要并入的记录已有其他记录并入，请以它为保留的记录，或先撤销原合并。")
		}
		if moved, err = moveRows(ctx, q, child.ID, other.ID); err != nil {
			return err
		}
		if child.DiedOn.IsZero() && !other.DiedOn.IsZero() {
			err := q.NoteChildDied(ctx, store.NoteChildDiedParams{ID: child.ID, DiedOn: other.DiedOn, UpdatedAt: s.Now()})
			if err != nil {
				return err
			}
		}
		into := child.ID
		if err := q.MarkMerged(ctx, store.MarkMergedParams{ID: other.ID, MergedInto: &into, UpdatedAt: s.Now()}); err != nil {
			return err
		}
		return s.wakeRounds(ctx, q, child.ID)
	})
	if err != nil {
		return MergedChildren{}, fmt.Errorf("merge children: %w", err)
	}
	moved.DiedOn = child.DiedOn
	raw, err := json.Marshal(moved)
	if err != nil {
		return MergedChildren{}, fmt.Errorf("encode merge: %w", err)
	}
	id, err := q.InsertChildMerge(ctx, store.InsertChildMergeParams{
		Child: child.ID, Other: other.ID, County: child.County, Reason: reason, Moved: raw, MergedBy: p.Account, MergedAt: s.Now(),
	})
	if err != nil {
		return MergedChildren{}, err
	}
	return MergedChildren{ID: id, Child: child.ID, Other: other.ID, Reason: reason, MergedBy: p.Account, MergedAt: s.Now()}, nil
}

// moveRows moves what follows a child to the record that goes on. What was sealed or sent under the other's identifier stays there
// and is found through it.
func moveRows(ctx context.Context, q *store.Queries, child, other string) (m movedRows, err error) {
	if m.Enrolments, err = q.MoveEnrolments(ctx, store.MoveEnrolmentsParams{Child: child, Other: other}); err != nil {
		return m, err
	}
	if m.Consents, err = q.MoveConsents(ctx, store.MoveConsentsParams{Child: child, Other: other}); err != nil {
		return m, err
	}
	if m.Attendance, err = q.MoveAttendance(ctx, store.MoveAttendanceParams{Child: child, Other: other}); err != nil {
		return m, err
	}
	if m.Rounds, err = q.MoveCheckupRoster(ctx, store.MoveCheckupRosterParams{Child: child, Other: other}); err != nil {
		return m, err
	}
	if m.Credited, err = q.CreditDuties(ctx, store.CreditDutiesParams{Child: child, Other: other}); err != nil {
		return m, err
	}
	if m.Duties, err = q.MoveDuties(ctx, store.MoveDutiesParams{Child: child, Other: other, Cases: m.Rounds}); err != nil {
		return m, err
	}
	if m.Months, err = q.MoveInsuranceRoster(ctx, store.MoveInsuranceRosterParams{Child: child, Other: other}); err != nil {
		return m, err
	}
	places, err := q.PlacesInMonths(ctx, store.PlacesInMonthsParams{Child: child, Other: other})
	if err != nil {
		return m, err
	}
	settled, err := q.SettleMergedRoster(ctx, store.SettleMergedRosterParams{Child: child, Other: other})
	for _, place := range places {
		for _, row := range settled {
			if place.CaseNo == row.CaseNo && place.Child == row.Child {
				m.Places = append(m.Places, placeInAMonth{place.CaseNo, place.Child, place.Status, place.Reason})
			}
		}
	}
	return m, err
}

// wakeRounds notifies the open rounds of the institutions that have the children in care of their arrival.
func (s *Service) wakeRounds(ctx context.Context, q *store.Queries, children ...string) error {
	for _, child := range children {
		stay, err := q.OpenEnrolment(ctx, child)
		if store.IsNotFound(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read enrolment: %w", err)
		}
		if err := activities.NoteEnrolment(ctx, q, stay.Institution, child, s.Now()); err != nil {
			return err
		}
	}
	return nil
}

// UnmergeChildren takes a merge back, with a reason: what it moved goes back to the other record, and what was entered since stays with
// the one it was entered for. Errors: invalid, not_found, merge_undone, child_merged when a later merge builds upon it.
func (s *Service) UnmergeChildren(ctx context.Context, p nursery.Principal, key string, merge int64, in ChildReason) (MergedChildren, error) {
	if err := s.Authorize(ctx, p, "child.merge", casework.Resource{County: p.County}); err != nil {
		return MergedChildren{}, err
	}
	if err := in.refusal(); err != nil {
		return MergedChildren{}, err
	}
	undone, err := casework.Command(ctx, s.Service, p, key, "child.unmerge "+strconv.FormatInt(merge, 10), in, func(q *store.Queries) (MergedChildren, error) {
		row, err := q.ChildMergeForChange(ctx, merge)
		switch {
		case store.IsNotFound(err):
			return MergedChildren{}, casework.NewNotFound()
		case err != nil:
			return MergedChildren{}, fmt.Errorf("read merge: %w", err)
		case row.UndoneAt != nil:
			return MergedChildren{}, casework.NewError(casework.CodeMergeUndone, "该次合并已经撤销。")
		}
		return s.unmerge(ctx, q, p, row, in.Reason)
	})
	return undone, err
}

func (s *Service) unmerge(ctx context.Context, q *store.Queries, p nursery.Principal, row store.ChildMerge, reason string) (MergedChildren, error) {
	var moved movedRows
	if err := json.Unmarshal(row.Moved, &moved); err != nil {
		return MergedChildren{}, fmt.Errorf("decode merge: %w", err)
	}
	err := q.AsEngine(ctx, func() error {
		later, err := q.ChildMergesAfter(ctx, store.ChildMergesAfterParams{ID: row.ID, Child: row.Child, Other: row.Other})
		if err != nil {
			return err
		}
		if later {
			return casework.NewError(casework.CodeChildMerged, "其后又有合并，请先撤销后来的合并。")
		}
		if err := q.MarkMerged(ctx, store.MarkMergedParams{ID: row.Other, UpdatedAt: s.Now()}); err != nil {
			return err
		}
		if err := returnRows(ctx, q, row.Child, row.Other, moved); err != nil {
			return err
		}
		if moved.DiedOn.IsZero() {
			if err := q.NoteChildDied(ctx, store.NoteChildDiedParams{ID: row.Child, UpdatedAt: s.Now()}); err != nil {
				return err
			}
		}
		return s.wakeRounds(ctx, q, row.Child, row.Other)
	})
	if err != nil {
		return MergedChildren{}, fmt.Errorf("unmerge children: %w", err)
	}
	at := s.Now()
	err = q.UndoChildMerge(ctx, store.UndoChildMergeParams{ID: row.ID, UndoReason: reason, UndoneBy: p.Account, UndoneAt: at})
	if err != nil {
		return MergedChildren{}, err
	}
	row.UndoReason, row.UndoneBy, row.UndoneAt = &reason, &p.Account, &at
	return mergeOf(row), nil
}

func returnRows(ctx context.Context, q *store.Queries, child, other string, m movedRows) error {
	if _, err := q.ReturnEnrolments(ctx, store.ReturnEnrolmentsParams{Child: child, Other: other, Ids: m.Enrolments}); err != nil {
		return err
	}
	if err := q.ReturnConsents(ctx, store.ReturnConsentsParams{Child: child, Other: other, Ids: m.Consents}); err != nil {
		return err
	}
	if err := q.ReturnAttendance(ctx, store.ReturnAttendanceParams{Child: child, Other: other, Ids: m.Attendance}); err != nil {
		return err
	}
	if err := q.ReturnCheckupRoster(ctx, store.ReturnCheckupRosterParams{Child: child, Other: other, Cases: m.Rounds}); err != nil {
		return err
	}
	if err := q.ReturnDuties(ctx, store.ReturnDutiesParams{Child: child, Other: other, Duties: m.Duties}); err != nil {
		return err
	}
	if err := q.UncreditDuties(ctx, store.UncreditDutiesParams{Child: child, Duties: m.Credited}); err != nil {
		return err
	}
	if err := q.ReturnInsuranceRoster(ctx, store.ReturnInsuranceRosterParams{Child: child, Other: other, Cases: m.Months}); err != nil {
		return err
	}
	for _, place := range m.Places {
		err := q.RestorePlace(ctx, store.RestorePlaceParams{CaseNo: place.CaseNo, Child: place.Child, Status: place.Status, Reason: place.Reason})
		if err != nil {
			return err
		}
	}
	return nil
}

func mergeOf(row store.ChildMerge) MergedChildren {
	m := MergedChildren{
		ID: row.ID, Child: row.Child, Other: row.Other, Reason: row.Reason, MergedBy: row.MergedBy, MergedAt: row.MergedAt, UndoneAt: row.UndoneAt,
	}
	if row.UndoReason != nil {
		m.UndoReason = *row.UndoReason
	}
	if row.UndoneBy != nil {
		m.UndoneBy = *row.UndoneBy
	}
	return m
}

// Merges is the list of what was merged and taken back, the latest first: for the county's office its county's, for the auditor the city's.
var Merges = casework.List[struct{}, MergedChildren]{
	Act: "child.merges", Indexes: []string{"child_merges_of_county", "child_merges_pkey"}, First: casework.Cursor{No: math.MaxInt64},
	Read: func(ctx context.Context, r casework.ListReading[struct{}]) ([]casework.ListRow[MergedChildren], error) {
		rows, err := r.Q.ChildMerges(ctx, store.ChildMergesParams{Before: r.After.No, County: casework.CountyOf(r.Principal, ""), PageSize: r.Limit})
		return casework.ListRows(rows, err, func(row store.ChildMerge) (MergedChildren, casework.Cursor) {
			return mergeOf(row), casework.Cursor{No: row.ID}
		})
	},
}

// AlikeChildren is two records that may be one child's 疑似同一婴幼儿, without anything that names it.
type AlikeChildren struct {
	Child     string               `json:"child" doc:"婴幼儿编号，证件效力在先的"`
	ChildKind nursery.IdentityKind `json:"child_kind" doc:"证件类型"`
	Other     string               `json:"other" doc:"另一条记录的婴幼儿编号"`
	OtherKind nursery.IdentityKind `json:"other_kind" doc:"另一条记录的证件类型"`
	BornOn    nursery.Date         `json:"born_on" doc:"出生日期"`
	Sex       nursery.Sex          `json:"sex" doc:"性别"`
}

// alikeMost bounds how many records of a county are compared at a time.
const alikeMost = 2000

// Alike lists the records of the county that agree in name, birth date and sex under two kinds of identity document,
// wherever they were entered. The names are compared here and not returned.
func (s *Service) Alike(ctx context.Context, p nursery.Principal) ([]AlikeChildren, error) {
	if err := s.Authorize(ctx, p, "child.merges", casework.Resource{}); err != nil {
		return nil, err
	}
	if err := s.Sealing(); err != nil {
		return nil, err
	}
	alike := []AlikeChildren{}
	err := s.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.AlikeInCounty(ctx, store.AlikeInCountyParams{County: p.County, PageSize: alikeMost})
		if err != nil {
			return err
		}
		alike, err = s.pairs(rows)
		return err
	})
	return alike, err
}

func (s *Service) pairs(rows []store.Child) ([]AlikeChildren, error) {
	strength := map[string]int{string(nursery.ByResidentID): 0, string(nursery.ByPermit): 1, string(nursery.ByPassport): 2, string(nursery.ByBirthCertificate): 3}
	alike, before := []AlikeChildren{}, map[string][]store.Child{}
	for _, row := range rows {
		c, err := activities.OpenChild(s.Fields, row, nursery.ChildName)
		if err != nil {
			return nil, err
		}
		who := nursery.NameKey(c.Name) + "\x00" + row.BornOn.String() + row.Sex
		for _, other := range before[who] {
			if other.IdentityKind == row.IdentityKind {
				continue
			}
			on, in := other, row
			if strength[in.IdentityKind] < strength[on.IdentityKind] {
				on, in = in, on
			}
			alike = append(alike, AlikeChildren{
				Child: on.ID, ChildKind: nursery.IdentityKind(on.IdentityKind), Other: in.ID, OtherKind: nursery.IdentityKind(in.IdentityKind),
				BornOn: row.BornOn, Sex: nursery.Sex(row.Sex),
			})
		}
		before[who] = append(before[who], row)
	}
	return alike, nil
}
