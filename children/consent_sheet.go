package children

import (
	"context"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// sheetPurposes are the purposes that the guardians of a class consent to together. Each is a consent of its own.
var sheetPurposes = []nursery.ConsentPurpose{nursery.ConsentCheckup, nursery.ConsentInsurance}

// ConsentRow is a child of a class, with its consents in force.
type ConsentRow struct {
	ID           string         `json:"id" doc:"婴幼儿编号"`
	Name         string         `json:"name" doc:"姓名"`
	GuardianName string         `json:"guardian_name,omitempty" doc:"监护人姓名"`
	Consents     []ClassConsent `json:"consents" doc:"有效的同意"`
}

// ClassConsent is a consent in force.
type ClassConsent struct {
	Purpose nursery.ConsentPurpose `json:"purpose" doc:"同意事项"`
	GivenOn nursery.Date           `json:"given_on" doc:"同意日期"`
}

// ClassConsents is the consents of the children of a class.
type ClassConsents struct {
	Class    string       `json:"class" doc:"班级"`
	Children []ConsentRow `json:"children" doc:"在托婴幼儿"`
}

// TickedConsent is a child and a purpose for which its guardian signed a sheet.
type TickedConsent struct {
	Child   string                 `json:"child" maxLength:"40" doc:"婴幼儿编号"`
	Purpose nursery.ConsentPurpose `json:"purpose" enum:"checkup,insurance" doc:"同意事项"`
}

// ConsentSheet is a sheet that guardians of several children signed, each for a child and a purpose of their own.
type ConsentSheet struct {
	Evidence []string        `json:"evidence" minItems:"1" maxItems:"20" maxLength:"64" doc:"各监护人签字的同意书，附件编号，可有多页"`
	GivenOn  nursery.Date    `json:"given_on" doc:"同意日期"`
	Consents []TickedConsent `json:"consents" minItems:"1" maxItems:"200" doc:"签字的婴幼儿和事项"`
}

// SheetEntry is what became of a line of a sheet.
type SheetEntry struct {
	TickedConsent
	Result string `json:"result" enum:"recorded,already,not_here,before_birth" doc:"结果：已登记、此前已登记、不在本机构在托、早于出生日期"`
}

// SheetRecorded is what became of a sheet, line by line.
type SheetRecorded struct {
	Entries []SheetEntry `json:"entries" doc:"各行结果"`
}

// count returns the number of lines with a result.
func (r SheetRecorded) count(result string) (n int) {
	for _, e := range r.Entries {
		if e.Result == result {
			n++
		}
	}
	return n
}

// ClassConsents returns the children of a class with their consents, for their institution. That it was read is logged, once a
// reader and day.
func (s *Service) ClassConsents(ctx context.Context, p nursery.Principal, class string) (ClassConsents, error) {
	class = nursery.NormalClass(class)
	list := ClassConsents{Class: class, Children: []ConsentRow{}}
	if err := s.AuthorizeAtHome(ctx, p, "child.consent"); err != nil {
		return list, err
	}
	if err := s.Sealing(); err != nil {
		return list, err
	}
	err := s.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.ClassOf(ctx, store.ClassOfParams{Institution: p.Institution, Class: class})
		if err != nil {
			return fmt.Errorf("read class: %w", err)
		}
		ids, shown := make([]string, len(rows)), make([]*store.Child, len(rows))
		for i := range rows {
			ids[i], shown[i] = rows[i].ID, &rows[i]
		}
		if err := s.hideGuardians(ctx, q, p, shown...); err != nil {
			return err
		}
		standing, err := q.ConsentsOfChildren(ctx, store.ConsentsOfChildrenParams{Children: ids, Institution: p.Institution})
		if err != nil {
			return fmt.Errorf("read consents: %w", err)
		}
		fields := []nursery.ChildField{nursery.ChildName, nursery.ChildGuardianName}
		for _, row := range rows {
			c, err := activities.OpenChild(s.Fields, row, fields...)
			if err != nil {
				return err
			}
			child := ConsentRow{ID: row.ID, Name: c.Name, GuardianName: c.GuardianName, Consents: []ClassConsent{}}
			for _, consent := range standing {
				if consent.Child == row.ID {
					child.Consents = append(child.Consents, ClassConsent{nursery.ConsentPurpose(consent.Purpose), consent.GivenOn})
				}
			}
			list.Children = append(list.Children, child)
		}
		return activities.NoteListReading(ctx, q, activities.Reading{
			By: p, Purpose: nursery.ReadForEnrolment, Subject: nursery.ReadConsentSheet, About: p.Institution + " " + class, Fields: fields, At: s.Now(),
		}, rows...)
	})
	return list, err
}

// GiveConsents records the consents on a sheet (个人信息保护法 art. 29, 31). A consent that is standing already, and a child that is
// not in care here, are no reason to refuse the others. Error: invalid with every fault.
func (s *Service) GiveConsents(ctx context.Context, p nursery.Principal, key string, in ConsentSheet) (SheetRecorded, error) {
	if err := s.AuthorizeAtHome(ctx, p, "child.consent"); err != nil {
		return SheetRecorded{}, err
	}
	if err := s.Sealing(); err != nil {
		return SheetRecorded{}, err
	}
	done, err := casework.Command(ctx, s.Service, p, key, "child.consent sheet", in, func(q *store.Queries) (SheetRecorded, error) {
		if err := s.checkSheet(ctx, q, p, in); err != nil {
			return SheetRecorded{}, err
		}
		ids := make([]string, len(in.Consents))
		for i, c := range in.Consents {
			ids[i] = c.Child
		}
		rows, err := s.ChildrenInCare(ctx, q, p, ids)
		if err != nil {
			return SheetRecorded{}, err
		}
		here := map[string]store.Child{}
		for _, row := range rows {
			here[row.ID] = row
		}
		give := store.InsertConsentsParams{Evidence: in.Evidence[0], GivenOn: in.GivenOn, TakenBy: p.Account, Institution: p.Institution}
		done := SheetRecorded{Entries: make([]SheetEntry, len(in.Consents))}
		for i, c := range in.Consents {
			child, ok := here[c.Child]
			done.Entries[i] = SheetEntry{c, "already"}
			switch {
			case !ok:
				done.Entries[i].Result = "not_here"
			case in.GivenOn.Before(child.BornOn):
				done.Entries[i].Result = "before_birth"
			default:
				give.Children, give.Counties, give.Purposes = append(give.Children, c.Child), append(give.Counties, child.County), append(give.Purposes, string(c.Purpose))
			}
		}
		recorded, err := q.InsertConsents(ctx, give)
		if err != nil {
			return done, err
		}
		for _, row := range recorded {
			i := slices.IndexFunc(done.Entries, func(e SheetEntry) bool { return e.Child == row.Child && string(e.Purpose) == row.Purpose })
			done.Entries[i].Result = "recorded"
		}
		if len(recorded) == 0 { // nothing names the files
			return done, nil
		}
		n, err := q.LinkSheet(ctx, store.LinkSheetParams{Sheet: in.Evidence[0], Ids: in.Evidence, Institution: p.Institution})
		if err == nil && int(n) != len(in.Evidence) {
			err = fmt.Errorf("link %d files of a sheet: %d linked", len(in.Evidence), n)
		}
		return done, err
	})
	return done, err
}

// checkSheet returns an error for a day, a purpose, a child or a file that a sheet cannot have.
func (s *Service) checkSheet(ctx context.Context, q *store.Queries, p nursery.Principal, in ConsentSheet) error {
	var c casework.Checker
	c.Limits(in)
	switch {
	case !in.GivenOn.Valid():
		c.Add("/given_on", "请填写同意日期")
	case in.GivenOn.After(s.Today()):
		c.Add("/given_on", "同意日期不能晚于今天")
	}
	if len(in.Consents) == 0 {
		c.Add("/consents", "请勾选已签字的婴幼儿和事项")
	}
	seen := map[TickedConsent]bool{}
	for i, t := range in.Consents {
		if seen[t] || !slices.Contains(sheetPurposes, t.Purpose) || !nursery.IsChildID(t.Child) {
			c.Add(fmt.Sprintf("/consents/%d", i), "没有这一项，或者重复")
		}
		seen[t] = true
	}
	if len(in.Evidence) == 0 {
		c.Add("/evidence", "请上传各监护人签字的同意书")
	}
	files, err := q.AttachmentsOf(ctx, store.AttachmentsOfParams{Ids: in.Evidence, Institution: p.Institution})
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	for i, id := range in.Evidence {
		n := slices.IndexFunc(files, func(a store.Attachment) bool { return a.ID == id })
		switch {
		case n < 0 || slices.Contains(in.Evidence[:i], id):
			c.Add(fmt.Sprintf("/evidence/%d", i), "没有这份材料，请先上传")
		case files[n].CaseNo != nil || files[n].Child != nil || files[n].Sheet != nil && *files[n].Sheet != in.Evidence[0]:
			c.Add(fmt.Sprintf("/evidence/%d", i), "这份材料已用于其他事项，请另行上传")
		}
	}
	return c.Err()
}
