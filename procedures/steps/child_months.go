package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
)

// childMonthsSet is the set of rows that the effect draft.child_months fills.
const childMonthsSet = "child_months"

// draftChildMonths fills the set child_months of a case about an institution with the child-months of the period that its facts
// state: a row for each child and month with a day of attendance (actual months of care, P05-R4). A row has the child's opaque
// identifier, the kind of class by the filing of the institution or else by the age (托育机构设置标准(试行) art. 19), the age at the
// end of the month, and the days; of the birth date only year and month count. Care is drafted as half-day only at an institution that
// filed nothing else, and as paid before what paid cases of the year contain. Rows that are there already stay.
func draftChildMonths(ctx context.Context, c *Call) error {
	of, q := c.Case(), c.Queries
	set, err := c.draftedSet(childMonthsSet)
	if err != nil {
		return err
	}
	text, _ := c.Known.Facts["period"].(string)
	from, until, ok := monthsOf(text)
	if !ok {
		return stuck("procedure_period")
	}
	filed, err := filedCare(ctx, q, of.Institution)
	if err != nil {
		return err
	}
	_, err = q.DraftChildMonths(ctx, store.DraftChildMonthsParams{
		FromDay: from, UntilDay: until, Institution: of.Institution, County: of.County, Kind: of.Kind, CaseNo: of.CaseNo, SetName: set.Name, KeyFields: set.Key,
		Classes: filed.classes, ClassKinds: filed.kinds, HalfDay: filed.halfDay, Plan: c.Revision.Hash, EnteredBy: nursery.Engine.Account, At: c.At(),
		Subject: string(nursery.ReadChildMonths), ReaderRole: string(nursery.Engine.Role), Purpose: string(nursery.ReadForSubsidy),
		Fields: []string{string(nursery.ChildBirthMonth), string(nursery.ChildAttendance)},
	})
	if err != nil {
		return fmt.Errorf("draft child-months: %w", err)
	}
	return nil
}

// draftedSet returns a set of rows that an effect fills; a case of a procedure without it, or with a sealed one, is stuck.
func (c *Call) draftedSet(name string) (procedures.RowSet, error) {
	plan := c.Revision.Plan
	i := slices.IndexFunc(plan.Rows, func(s procedures.RowSet) bool { return s.Name == name })
	if i < 0 || plan.Rows[i].Sealed {
		return procedures.RowSet{}, stuck("procedure_effect")
	}
	return plan.Rows[i], nil
}

// monthsOf returns the first and the last day of a period such as 2026-03, 2026-Q1, 2026-H1 or 2026.
func monthsOf(period string) (from, until nursery.Date, ok bool) {
	year, part, divided := strings.Cut(period, "-")
	y, err := strconv.Atoi(year)
	if err != nil || len(year) != 4 {
		return from, until, false
	}
	every, first := "year", 1
	if divided {
		var n, most int
		switch {
		case strings.HasPrefix(part, "Q"):
			n, err = strconv.Atoi(part[1:])
			every, first, most = "quarter", 3*n-2, 4
		case strings.HasPrefix(part, "H"):
			n, err = strconv.Atoi(part[1:])
			every, first, most = "half_year", 6*n-5, 2
		default:
			n, err = strconv.Atoi(part)
			every, first, most = "month", n, 12
		}
		if err != nil || n < 1 || n > most {
			return from, until, false
		}
	}
	from = nursery.NewDate(y, time.Month(first), 1)
	return from, procedures.LastDay(every, from), true
}

// care is what an institution filed of its classes.
type care struct {
	classes, kinds []string // the names of classes and, at the same places, their kinds
	halfDay        bool     // nothing but half days
}

// filedCare reads the classes of an institution's filing. A class is also known by the name of its kind.
func filedCare(ctx context.Context, q *store.Queries, institution string) (care, error) {
	found := care{classes: []string{}, kinds: []string{}}
	row, err := q.InstitutionByID(ctx, institution)
	if err != nil {
		return found, fmt.Errorf("read institution: %w", err)
	}
	var filed nursery.Application
	if len(row.Application) > 0 {
		if err := json.Unmarshal(row.Application, &filed); err != nil {
			return found, fmt.Errorf("decode filing: %w", err)
		}
	}
	add := func(name string, kind nursery.ClassKind) {
		if name = nursery.NormalClass(name); name != "" && kind != "" && !slices.Contains(found.classes, name) {
			found.classes, found.kinds = append(found.classes, name), append(found.kinds, string(kind))
		}
	}
	for _, class := range filed.Classes {
		add(class.Name, class.Kind)
	}
	for _, kind := range []nursery.ClassKind{nursery.InfantClass, nursery.ToddlerClass, nursery.OlderToddlerClass, nursery.MixedClass} {
		add(kind.Title(), kind)
	}
	found.halfDay = len(filed.ServiceForms) > 0 && !slices.ContainsFunc(filed.ServiceForms, func(f nursery.ServiceForm) bool { return f != nursery.HalfDay })
	return found, nil
}
