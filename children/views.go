package children

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// EnrolmentFilter narrows a list of children in care. Purpose is needed of those who see children only to supervise.
type EnrolmentFilter struct {
	Institution string                 `query:"institution" maxLength:"64" doc:"机构标识"`
	Class       string                 `query:"class" maxLength:"60" doc:"班级"`
	Ended       bool                   `query:"ended" doc:"含已离托的"`
	Purpose     nursery.ReadingPurpose `query:"purpose" enum:"supervision" doc:"县区专班必填"`
}

// EnrolledChild is a child in a list. Its name is for who looks after it alone.
type EnrolledChild struct {
	ID          string        `json:"id" doc:"婴幼儿编号，不含个人信息"`
	Name        string        `json:"name,omitempty" doc:"姓名；仅在托机构和服务该机构的医疗卫生机构可见，查阅留痕"`
	Institution string        `json:"institution" doc:"机构标识"`
	Class       string        `json:"class" doc:"班级"`
	Months      int           `json:"months" doc:"月龄"`
	EnteredOn   nursery.Date  `json:"entered_on" doc:"入托日期"`
	LeftOn      nursery.Date  `json:"left_on,omitzero" doc:"离托日期"`
	Leave       nursery.Leave `json:"leave,omitempty" doc:"离托原因"`
	LeaveTitle  string        `json:"leave_title,omitempty" doc:"离托原因名称"`
}

// ChildCount is how many children are in care in a class.
type ChildCount struct {
	Institution string `json:"institution" doc:"机构标识"`
	Class       string `json:"class" doc:"班级"`
	Children    int    `json:"children" doc:"在托人数"`
}

// ChildRecord is what a role receives of a child for a purpose; what it does not receive is absent.
type ChildRecord struct {
	ID            string               `json:"id" doc:"婴幼儿编号"`
	Purpose       string               `json:"purpose" doc:"查阅目的"`
	PurposeTitle  string               `json:"purpose_title" doc:"查阅目的名称"`
	Name          string               `json:"name,omitempty" doc:"姓名"`
	IdentityKind  nursery.IdentityKind `json:"identity_kind,omitempty" doc:"证件类型"`
	Identity      string               `json:"identity,omitempty" doc:"证件号码，除监护人查阅外隐去中间各位"`
	BornOn        nursery.Date         `json:"born_on,omitzero" doc:"出生日期"`
	Sex           nursery.Sex          `json:"sex,omitempty" doc:"性别"`
	GuardianName  string               `json:"guardian_name,omitempty" doc:"监护人姓名"`
	GuardianPhone string               `json:"guardian_phone,omitempty" doc:"监护人电话"`
	// Entry is for the institution that has the child in care, for enrolment alone.
	Entry []nursery.Reason `json:"entry,omitempty" doc:"入托查验预防接种证的提示；仅在托机构为入托管理查阅时给出"`
}

func accessFor(p nursery.Principal, purpose nursery.ReadingPurpose) (nursery.Access, error) {
	access, ok := nursery.AccessOf(p.Role, purpose)
	if !ok {
		return access, casework.NewError(casework.CodePurposeNotAllowed, "您的角色不能为此目的查阅婴幼儿个人信息。", casework.FieldError{Location: "purpose", Message: "不适用于您的角色"})
	}
	return access, nil
}

// Children is the list of who is in care where p looks after them, by name. The county's office sees it without names, to supervise.
var Children = casework.List[EnrolmentFilter, EnrolledChild]{
	Act: "child.list", Indexes: []string{"enrolments_page", "enrolments_of_county"},
	Check: func(_ context.Context, _ *casework.Service, p nursery.Principal, f *EnrolmentFilter) error {
		f.Class = nursery.NormalClass(f.Class)
		switch p.Role {
		case nursery.RoleCountyOffice:
			_, err := accessFor(p, f.Purpose)
			return err
		case nursery.RoleInstitution:
			if f.Institution != "" && f.Institution != p.Institution {
				return casework.NewNotFound()
			}
			f.Institution = p.Institution
		}
		return nil
	},
	Read: func(ctx context.Context, r casework.ListReading[EnrolmentFilter]) ([]casework.ListRow[EnrolledChild], error) {
		f := r.Filter
		if err := For(r.Service).authorizeChildList(ctx, r.Q, r.Principal, f.Institution); err != nil {
			return nil, err
		}
		of := store.EnrolmentsParams{Institution: f.Institution, Class: f.Class, Ended: f.Ended, After: r.After.No, PageSize: r.Limit}
		if f.Institution == "" {
			of.County = r.Principal.County
		}
		rows, err := r.Q.Enrolments(ctx, of)
		return casework.ListRows(rows, err, func(row store.EnrolmentsRow) (EnrolledChild, casework.Cursor) {
			return enrolledChild(row, r.Service.Today()), casework.Cursor{No: row.Enrolment.ID}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[EnrolmentFilter], items []EnrolledChild) error {
		ids := make([]string, len(items))
		for i, item := range items {
			ids[i] = item.ID
		}
		names, err := For(r.Service).CareNames(ctx, r.Q, r.Principal, CarePurpose(r.Principal), "名册", ids)
		for i := range items {
			items[i].Name = names[items[i].ID]
		}
		return err
	},
	Sheet: casework.Sheet[EnrolledChild]{Title: "名册", Columns: []casework.Column[EnrolledChild]{
		{Title: "婴幼儿", Value: func(c EnrolledChild) any { return c.Name }},
		{Title: "班级", Value: func(c EnrolledChild) any { return c.Class }},
		{Title: "月龄", Value: func(c EnrolledChild) any { return c.Months }},
		{Title: "入托", Value: func(c EnrolledChild) any { return c.EnteredOn }},
		{Title: "离托", Value: func(c EnrolledChild) any { return c.LeftOn }},
	}},
}

func enrolledChild(row store.EnrolmentsRow, today nursery.Date) EnrolledChild {
	e := row.Enrolment
	child := EnrolledChild{
		ID: e.Child, Institution: e.Institution, Class: e.Class, Months: today.MonthsSince(row.BornOn), EnteredOn: e.EnteredOn, LeftOn: e.LeftOn,
	}
	if e.Leave != nil {
		child.Leave = nursery.Leave(*e.Leave)
		child.LeaveTitle = child.Leave.Title()
	}
	return child
}

// authorizeChildList returns not_found for an institution whose children p does not look after; "" is all that p sees.
func (s *Service) authorizeChildList(ctx context.Context, q *store.Queries, p nursery.Principal, institution string) error {
	if institution == "" || p.Role == nursery.RoleInstitution {
		return nil
	}
	row, err := q.InstitutionByID(ctx, institution)
	if store.IsNotFound(err) {
		return casework.NewNotFound()
	}
	if err != nil {
		return fmt.Errorf("read institution: %w", err)
	}
	r := casework.Resource{County: row.County, Institution: row.ID}
	serves, err := q.Serves(ctx, store.ServesParams{Clinic: p.Institution, Institution: row.ID, Day: s.Today()})
	if err != nil {
		return fmt.Errorf("look for whom %s serves: %w", p.Institution, err)
	}
	if serves {
		r.Partner = p.Institution
	}
	return s.Authorize(ctx, p, "child.read", r)
}

// ChildCounts counts who is in care, by class.
func (s *Service) ChildCounts(ctx context.Context, p nursery.Principal) ([]ChildCount, error) {
	if err := s.Authorize(ctx, p, "child.count", casework.Resource{}); err != nil {
		return nil, err
	}
	of := store.CountEnrolledParams{County: p.County}
	if p.Role == nursery.RoleInstitution {
		of = store.CountEnrolledParams{Institution: p.Institution}
	}
	counts := []ChildCount{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.CountEnrolled(ctx, of)
		for _, row := range rows {
			counts = append(counts, ChildCount{Institution: row.Institution, Class: row.Class, Children: int(row.Children)})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count children: %w", err)
	}
	return counts, nil
}

// Child returns the fields of a child in care that p may read for a purpose, and logs the reading (未成年人网络保护条例 art.
// 36). Errors: purpose_not_allowed, child_not_enrolled, sealing_unavailable.
func (s *Service) Child(ctx context.Context, p nursery.Principal, id string, purpose nursery.ReadingPurpose) (ChildRecord, error) {
	var record ChildRecord
	err := s.As(ctx, p, func(q *store.Queries) error {
		id, err := mergedInto(ctx, q, id)
		if err != nil {
			return err
		}
		row, err := s.childFor(ctx, q, p, "child.read", id, q.ChildByID)
		if err != nil {
			return err
		}
		access, err := accessFor(p, purpose)
		if err != nil {
			return err
		}
		if err := s.Sealing(); err != nil {
			return err
		}
		stay, err := q.OpenEnrolment(ctx, id)
		if store.IsNotFound(err) && p.Role != nursery.RoleCountyOffice {
			return ended(0, nil)
		} else if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read enrolment: %w", err)
		}
		if err := s.hideGuardians(ctx, q, p, &row); err != nil {
			return err
		}
		if record, err = s.recordOf(row, access, purpose); err != nil {
			return err
		}
		fields := access.Fields
		if p.Role == nursery.RoleInstitution && purpose == nursery.ReadForEnrolment && stay.Institution == p.Institution {
			if record.Entry, err = s.entryOf(ctx, row, stay); err != nil {
				return err
			}
			fields = append(slices.Clone(fields), nursery.ChildVaccination)
		}
		return activities.NoteReading(ctx, q, activities.Reading{By: p, Purpose: purpose, Fields: fields, At: s.Now()}, row)
	})
	if err != nil {
		return ChildRecord{}, err
	}
	return record, nil
}

func (s *Service) recordOf(row store.Child, access nursery.Access, purpose nursery.ReadingPurpose) (ChildRecord, error) {
	c, err := activities.OpenChild(s.Fields, row, access.Fields...)
	if err != nil {
		return ChildRecord{}, err
	}
	if !access.WholeIdentity {
		c.Identity = nursery.Masked(c.Identity)
	}
	return ChildRecord{
		ID: row.ID, Purpose: string(purpose), PurposeTitle: purpose.Title(), Name: c.Name, IdentityKind: c.IdentityKind, Identity: c.Identity,
		BornOn: c.BornOn, Sex: c.Sex, GuardianName: c.GuardianName, GuardianPhone: c.GuardianPhone,
	}, nil
}

// RosterLine is a child in care on the list that an institution keeps.
type RosterLine struct {
	ChildRecord
	County    string // of residence
	Class     string
	EnteredOn nursery.Date
}

// Roster returns everybody in care here for a purpose. That it was read is logged, once a reader and day.
func (s *Service) Roster(ctx context.Context, p nursery.Principal, purpose nursery.ReadingPurpose) ([]RosterLine, error) {
	if err := s.AuthorizeAtHome(ctx, p, "child.export"); err != nil {
		return nil, err
	}
	access, err := accessFor(p, purpose)
	if err != nil {
		return nil, err
	}
	if err := s.Sealing(); err != nil {
		return nil, err
	}
	var lines []RosterLine
	err = s.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.RosterOf(ctx, p.Institution)
		if err != nil {
			return fmt.Errorf("read roster: %w", err)
		}
		children, shown := make([]store.Child, len(rows)), make([]*store.Child, len(rows))
		for i := range rows {
			shown[i] = &rows[i].Child
		}
		if err := s.hideGuardians(ctx, q, p, shown...); err != nil {
			return err
		}
		for i, row := range rows {
			children[i] = row.Child
			record, err := s.recordOf(row.Child, access, purpose)
			if err != nil {
				return err
			}
			lines = append(lines, RosterLine{ChildRecord: record, County: row.Child.County, Class: row.Class, EnteredOn: row.EnteredOn})
		}
		return activities.NoteListReading(ctx, q, activities.Reading{
			By: p, Purpose: purpose, Subject: nursery.ReadRoster, About: p.Institution, Fields: access.Fields, At: s.Now(),
		}, children...)
	})
	if err != nil {
		return nil, err
	}
	return lines, nil
}

// ReadingEntry is a line of the register of readings. One of a list has how many children were read, and no single one.
type ReadingEntry struct {
	ID           int64                  `json:"id" doc:"编号"`
	Subject      nursery.ReadingSubject `json:"subject" doc:"查阅对象：child 婴幼儿档案，paper 涉及婴幼儿的材料，complaint 投诉举报，其余为名单"`
	SubjectTitle string                 `json:"subject_title" doc:"查阅对象名称"`
	About        string                 `json:"about,omitempty" doc:"材料编号、办件编号或名单"`
	Child        string                 `json:"child,omitempty" doc:"婴幼儿编号，查阅名单或投诉举报时没有"`
	Children     int                    `json:"children,omitempty" doc:"名单上的婴幼儿人数"`
	County       string                 `json:"county" doc:"婴幼儿居住县区代码，投诉举报为受理县区"`
	Reader       string                 `json:"reader" doc:"查阅账号"`
	ReaderRole   nursery.Role           `json:"reader_role" doc:"查阅人角色"`
	Institution  string                 `json:"institution,omitempty" doc:"查阅人所属机构"`
	Purpose      nursery.ReadingPurpose `json:"purpose" doc:"查阅目的"`
	PurposeTitle string                 `json:"purpose_title" doc:"查阅目的名称"`
	Fields       []string               `json:"fields" doc:"所查字段"`
	At           time.Time              `json:"at" doc:"查阅时间"`
}

// What returns the name of the data that was read: the child, or the list with the number of children on it.
func (e ReadingEntry) What() string {
	what := e.SubjectTitle
	if e.Child != "" {
		what += " " + e.Child
	}
	if e.About != "" {
		what += " " + e.About
	}
	if e.Subject.List() {
		what += fmt.Sprintf("（%d 名）", e.Children)
	}
	return what
}

// FieldTitles names the fields that were read.
func (e ReadingEntry) FieldTitles() string {
	titles := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		titles[i] = nursery.ChildField(f).Title()
	}
	return strings.Join(titles, "、")
}

// Readings is the list of who read what of children, the latest first: for the auditor the city's, for the county's office its county's.
var Readings = casework.List[ReadingFilter, ReadingEntry]{
	Act: "reading.list", Indexes: []string{"record_reads_page", "record_reads_pkey"}, First: casework.Cursor{No: math.MaxInt64},
	Read: func(ctx context.Context, r casework.ListReading[ReadingFilter]) ([]casework.ListRow[ReadingEntry], error) {
		of := store.ReadingsParams{Child: r.Filter.Child, Before: r.After.No, PageSize: r.Limit}
		if r.Principal.Role == nursery.RoleCountyOffice {
			of.County = r.Principal.County
		}
		rows, err := r.Q.Readings(ctx, of)
		return casework.ListRows(rows, err, func(row store.RecordRead) (ReadingEntry, casework.Cursor) {
			return readingEntry(row), casework.Cursor{No: row.ID}
		})
	},
	Sheet: casework.Sheet[ReadingEntry]{Title: "个人信息查阅登记", Note: "最近的在前。", Columns: []casework.Column[ReadingEntry]{
		{Title: "时间", Value: func(e ReadingEntry) any { return e.At }},
		{Title: "查阅对象", Value: func(e ReadingEntry) any { return e.What() }},
		{Title: "县区", FilesOnly: true, Value: func(e ReadingEntry) any { return nursery.CountyName(e.County) }},
		{Title: "查阅账号", Head: "查阅人", Value: func(e ReadingEntry) any { return e.Reader }},
		{Title: "角色", FilesOnly: true, Value: func(e ReadingEntry) any { return e.ReaderRole.Title() }},
		{Title: "机构", FilesOnly: true, Value: func(e ReadingEntry) any { return e.Institution }},
		{Title: "目的", Value: func(e ReadingEntry) any { return e.PurposeTitle }},
		{Title: "字段", Value: func(e ReadingEntry) any { return e.FieldTitles() }},
	}},
}

// ReadingFilter narrows the list of readings to those of a child.
type ReadingFilter struct {
	Child string `query:"child" maxLength:"40" doc:"婴幼儿编号"`
}

func readingEntry(row store.RecordRead) ReadingEntry {
	purpose, subject := nursery.ReadingPurpose(row.Purpose), nursery.ReadingSubject(row.Subject)
	entry := ReadingEntry{
		ID: row.ID, Subject: subject, SubjectTitle: subject.Title(), About: row.About, Children: len(row.Children), County: row.County, Reader: row.Reader, ReaderRole: nursery.Role(row.ReaderRole),
		Institution: row.Institution, Purpose: purpose, PurposeTitle: purpose.Title(), Fields: row.Fields, At: row.At,
	}
	if row.Child != nil {
		entry.Child = *row.Child
	}
	return entry
}
