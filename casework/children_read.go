package casework

import (
	"context"
	"fmt"
	"time"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ChildRecord is a child with the fields the reader's role receives.
type ChildRecord struct {
	Child          string        `json:"child" doc:"婴幼儿编号"`
	BornOn         nursery.Date  `json:"born_on" doc:"出生日期"`
	Months         int           `json:"months" doc:"月龄"`
	Sex            nursery.Sex   `json:"sex" doc:"性别"`
	Name           string        `json:"name,omitempty" doc:"姓名"`
	Identity       string        `json:"identity,omitempty" doc:"证件号码"`
	IdentityMasked string        `json:"identity_masked,omitempty" doc:"证件号码，隐去中间"`
	GuardianName   string        `json:"guardian_name,omitempty" doc:"监护人姓名"`
	GuardianPhone  string        `json:"guardian_phone,omitempty" doc:"监护人电话"`
	Consents       []ConsentLine `json:"consents" doc:"监护人同意"`
}

// ConsentLine is a consent and, when it was withdrawn, since when.
type ConsentLine struct {
	Purpose      nursery.ConsentPurpose `json:"purpose" doc:"同意事项"`
	PurposeTitle string                 `json:"purpose_title" doc:"同意事项名称"`
	Evidence     string                 `json:"evidence" doc:"同意书"`
	GivenOn      nursery.Date           `json:"given_on" doc:"同意日期"`
	WithdrawnOn  nursery.Date           `json:"withdrawn_on,omitzero" doc:"撤回日期"`
}

// ChildConsents is what a child's guardian has consented to.
type ChildConsents struct {
	Child    string        `json:"child" doc:"婴幼儿编号"`
	Consents []ConsentLine `json:"consents" doc:"监护人同意，按时间"`
}

// Consents lists what a child's guardian has consented to.
func (s *Service) Consents(ctx context.Context, p nursery.Principal, child string) (ChildConsents, error) {
	given := ChildConsents{Child: child, Consents: []ConsentLine{}}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		if _, err := s.childFor(ctx, q, p, "child.consent", child); err != nil {
			return err
		}
		return fillConsents(ctx, q, child, &given.Consents)
	})
	return given, err
}

func fillConsents(ctx context.Context, q *store.Queries, child string, into *[]ConsentLine) error {
	rows, err := q.ConsentsOfChild(ctx, child)
	if err != nil {
		return fmt.Errorf("read consents: %w", err)
	}
	for _, row := range rows {
		purpose := nursery.ConsentPurpose(row.Purpose)
		*into = append(*into, ConsentLine{
			Purpose: purpose, PurposeTitle: purpose.Title(), Evidence: row.Evidence, GivenOn: row.GivenOn, WithdrawnOn: row.WithdrawnOn,
		})
	}
	return nil
}

// Child opens a child's record for a purpose; that it was read is written down in the same transaction
// (未成年人网络保护条例 art. 36). Errors: purpose_not_allowed, not_found, sealing_unavailable.
func (s *Service) Child(ctx context.Context, p nursery.Principal, child string, purpose nursery.ReadPurpose) (ChildRecord, error) {
	record := ChildRecord{Child: child, Consents: []ConsentLine{}}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		row, err := s.childFor(ctx, q, p, "child.read", child)
		if err != nil {
			return err
		}
		opened, err := s.openFor(ctx, q, p, purpose, row)
		if err != nil {
			return err
		}
		record = opened[0]
		return fillConsents(ctx, q, child, &record.Consents)
	})
	return record, err
}

// openFor opens rows for what p's role receives, and writes down that they were read.
func (s *Service) openFor(ctx context.Context, q *store.Queries, p nursery.Principal, purpose nursery.ReadPurpose, rows ...store.Child) ([]ChildRecord, error) {
	if err := s.sealed(); err != nil {
		return nil, err
	}
	fields, err := mayShow(p, purpose)
	if err != nil {
		return nil, err
	}
	records := make([]ChildRecord, len(rows))
	read := map[string][]string{} // children by county
	for i, row := range rows {
		plain, err := activities.OpenChild(s.Fields, row, activities.AllChildFields...)
		if err != nil {
			return nil, err
		}
		records[i] = ChildRecord{
			Child: row.ID, BornOn: row.BornOn, Months: s.today().MonthsSince(row.BornOn), Sex: plain.Sex, Consents: []ConsentLine{},
		}
		records[i].show(plain, fields)
		read[row.County] = append(read[row.County], row.ID)
	}
	for _, c := range nursery.Counties() { // in one order, so that two readers do not wait for each other
		if len(read[c.Code]) == 0 {
			continue
		}
		err := q.InsertRecordReads(ctx, store.InsertRecordReadsParams{
			Children: read[c.Code], County: c.Code, Reader: p.Account, ReaderRole: string(p.Role), Institution: p.Institution,
			Purpose: string(purpose), Fields: fields, At: s.Now(),
		})
		if err != nil {
			return nil, fmt.Errorf("write down the reading: %w", err)
		}
	}
	return records, nil
}

func (r *ChildRecord) show(c nursery.Child, fields []string) {
	for _, field := range fields {
		switch field {
		case "name":
			r.Name = c.Name
		case "identity":
			r.Identity = c.Identity
		case "identity_masked":
			r.IdentityMasked = nursery.MaskIdentity(c.Identity)
		case "guardian_name":
			r.GuardianName = c.GuardianName
		case "guardian_phone":
			r.GuardianPhone = c.GuardianPhone
		}
	}
}

// RosterLine is a child of an institution's roster.
type RosterLine struct {
	Class     string
	EnteredOn nursery.Date
	ChildRecord
}

// Roster opens the records of all children in care at p's institution, for its own list.
func (s *Service) Roster(ctx context.Context, p nursery.Principal, purpose nursery.ReadPurpose) ([]RosterLine, error) {
	var lines []RosterLine
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		if err := s.may(ctx, p, "child.roster", resource{County: p.County, Institution: p.Institution}); err != nil {
			return err
		}
		rows, err := q.RosterOfInstitution(ctx, p.Institution)
		if err != nil {
			return fmt.Errorf("read roster: %w", err)
		}
		children := make([]store.Child, len(rows))
		for i, row := range rows {
			children[i] = row.Child
		}
		records, err := s.openFor(ctx, q, p, purpose, children...)
		if err != nil {
			return err
		}
		for i, row := range rows {
			lines = append(lines, RosterLine{Class: row.Class, EnteredOn: row.EnteredOn, ChildRecord: records[i]})
		}
		return nil
	})
	return lines, err
}

// RecordRead is one line of who read what of a child's record.
type RecordRead struct {
	Child       string              `json:"child" doc:"婴幼儿编号"`
	County      string              `json:"county" doc:"县区代码"`
	Reader      string              `json:"reader" doc:"查阅账号"`
	Role        nursery.Role        `json:"role" doc:"角色"`
	Institution string              `json:"institution,omitempty" doc:"所属机构"`
	Purpose     nursery.ReadPurpose `json:"purpose" doc:"查阅目的"`
	Fields      []string            `json:"fields" doc:"查阅的字段"`
	At          time.Time           `json:"at" doc:"时间"`
}

// RecordReads lists who read what, newest first: of a county's office its own county, of the auditor every county.
func (s *Service) RecordReads(ctx context.Context, p nursery.Principal, county, child string, page PageRequest) (Page[RecordRead], error) {
	list := Page[RecordRead]{Items: []RecordRead{}}
	if err := s.may(ctx, p, "record_read.list", resource{}); err != nil {
		return list, err
	}
	limit, err := page.limit()
	if err != nil {
		return list, err
	}
	before := cursor{No: 1 << 62}
	if page.After != "" {
		if before, err = decodeCursor(page.After); err != nil {
			return list, err
		}
	}
	if p.Role == nursery.RoleCountyOffice {
		county = p.County
	}
	var rows []store.RecordRead
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		rows, err = q.RecordReads(ctx, store.RecordReadsParams{Before: before.No, County: county, Child: child, PageSize: int32(limit + 1)})
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list readings: %w", err)
	}
	for i, row := range rows {
		if i == limit {
			list.Next = cursor{No: rows[i-1].ID}.encode()
			break
		}
		list.Items = append(list.Items, RecordRead{
			Child: row.Child, County: row.County, Reader: row.Reader, Role: nursery.Role(row.ReaderRole), Institution: row.Institution,
			Purpose: nursery.ReadPurpose(row.Purpose), Fields: row.Fields, At: row.At,
		})
	}
	return list, nil
}
