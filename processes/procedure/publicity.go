package procedure

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
	interpreter "tuoyu/workflows/procedure"
)

// Publicity is what is or was published for objections 公示.
type Publicity struct {
	CaseNo      string           `json:"case_no" doc:"办件编号"`
	Kind        nursery.CaseKind `json:"kind" doc:"事项代码"`
	Title       string           `json:"title" doc:"标题"`
	Institution string           `json:"institution" doc:"机构名称"`
	County      string           `json:"county" doc:"县区代码"`
	Body        string           `json:"body" doc:"公示内容（HTML）"`
	OpenedOn    nursery.Date     `json:"opened_on" doc:"公示开始"`
	LastOn      nursery.Date     `json:"last_on" doc:"可以提出异议的最后一天"`
	Open        bool             `json:"open" doc:"正在公示"`
}

// PublicityFilter narrows the list of publicity.
type PublicityFilter struct{ County string }

// PublicityList is what is or was published, the newest first. It shows no phone, no account and no person.
var PublicityList = casework.List[PublicityFilter, Publicity]{
	Sheet: casework.Sheet[Publicity]{Title: "公示"}, Indexes: []string{"procedure_publicity_page", "procedure_publicity_of_county"},
	First: casework.Cursor{On: nursery.NewDate(9999, 12, 31)},
	Read: func(ctx context.Context, r casework.ListReading[PublicityFilter]) ([]casework.ListRow[Publicity], error) {
		rows, err := r.Q.PublicityPage(ctx, store.PublicityPageParams{County: r.Filter.County, BeforeOn: r.After.On, BeforeNo: r.After.ID, PageSize: r.Limit})
		return casework.ListRows(rows, err, func(row store.PublicityPageRow) (Publicity, casework.Cursor) {
			return publicityRow(r.Service, row)
		})
	},
}

// Consultations is what is or was published to the reader's role alone, the newest first.
var Consultations = casework.List[struct{}, Publicity]{
	Act: "procedure.object", Sheet: PublicityList.Sheet, Indexes: []string{"procedure_publicity_of_role"}, First: PublicityList.First,
	Read: func(ctx context.Context, r casework.ListReading[struct{}]) ([]casework.ListRow[Publicity], error) {
		rows, err := r.Q.ConsultationPage(ctx, store.ConsultationPageParams{
			Audience: string(r.Principal.Role), BeforeOn: r.After.On, BeforeNo: r.After.ID, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.ConsultationPageRow) (Publicity, casework.Cursor) {
			return publicityRow(r.Service, store.PublicityPageRow(row))
		})
	},
}

func publicityRow(s *casework.Service, row store.PublicityPageRow) (Publicity, casework.Cursor) {
	return Publicity{
		CaseNo: row.CaseNo, Kind: nursery.CaseKind(row.Kind), Title: row.Title, Institution: row.InstitutionName, County: row.County, Body: row.Body,
		OpenedOn: row.OpenedOn, LastOn: row.LastOn, Open: row.EndedAt == nil && !row.LastOn.Before(s.Today()),
	}, casework.Cursor{On: row.OpenedOn, ID: row.CaseNo}
}

// Objection is an objection to what is published.
type Objection struct {
	Form json.RawMessage `json:"form" doc:"异议的内容，按事项的异议表单"`
}

// Objected is the receipt of an objection.
type Objected struct {
	CaseNo string `json:"case_no" doc:"办件编号"`
	ID     string `json:"id" doc:"异议编号"`
}

// ObjectSignedIn raises an objection to what is published to the role of p alone. Errors: those of Object; not_found for what is not published to
// p.
func (s *Service) ObjectSignedIn(ctx context.Context, p nursery.Principal, key, caseNo string, in Objection) (Objected, error) {
	if err := s.Authorize(ctx, p, "procedure.object", casework.Resource{}); err != nil {
		return Objected{}, err
	}
	row, err := s.published(ctx, p, caseNo)
	if err != nil {
		return Objected{}, err
	}
	if row.Audience != string(p.Role) {
		return Objected{}, casework.NewNotFound()
	}
	return s.Object(ctx, p, key, caseNo, in)
}

// published returns what was published of a case last, if p sees it. Error: not_found.
func (s *Service) published(ctx context.Context, p nursery.Principal, caseNo string) (store.PublicityWithInstitutionRow, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (store.PublicityWithInstitutionRow, error) {
		rows, err := q.PublicityWithInstitution(ctx, caseNo)
		if err != nil {
			return store.PublicityWithInstitutionRow{}, fmt.Errorf("read publicity: %w", err)
		}
		if len(rows) == 0 {
			return store.PublicityWithInstitutionRow{}, casework.NewNotFound()
		}
		return rows[0], nil
	})
}

// Object raises an objection to what is published of a case. Anybody may, without an account; the caller limits how often. What is
// published to a role is objected to by ObjectSignedIn. Errors: not_found, publicity_over, forbidden where only a role may, invalid.
func (s *Service) Object(ctx context.Context, p nursery.Principal, key, caseNo string, in Objection) (Objected, error) {
	id := casework.CompletionID(p, key)
	if key == "" {
		return Objected{}, casework.NewError(casework.CodeKeyRequired, "缺少幂等键（Idempotency-Key）。")
	}
	return casework.Command(ctx, s.Service, nursery.Engine, "objection/"+id, "procedure.object "+caseNo, in, func(q *store.Queries) (Objected, error) {
		c, err := casework.CaseOf(ctx, q.CaseForStep, caseNo)
		if err != nil {
			return Objected{}, err
		}
		r, err := s.RevisionOf(ctx, q, c.CaseNo)
		if err != nil {
			return Objected{}, err
		}
		at := r.Plan.StageNamed(c.Stage)
		if at < 0 || r.Plan.Stages[at].Publish == nil || c.Status != string(nursery.CaseOpen) {
			return Objected{}, casework.NewError(CodeNoPublicity, "公示已经结束，或者不在公示期内。")
		}
		publish := r.Plan.Stages[at].Publish
		if publish.Role != nursery.RolePublic && publish.Role != p.Role {
			return Objected{}, casework.NewError(casework.CodeForbidden, "只有"+procedures.RoleTitle(publish.Role)+"可以提出异议。")
		}
		data, err := s.checked(r, r.Plan.Forms[publish.Objection].Name, "/form", in.Form)
		if err != nil {
			return Objected{}, err
		}
		content, sealed, err := s.seal(c.CaseNo, interpreter.ObjectionSet, id, nil, data)
		if err != nil {
			return Objected{}, err
		}
		by := p // whose objection it is, if it is not anybody's
		if publish.Role == nursery.RolePublic {
			by = nursery.Principal{Account: "public", Role: nursery.RolePublic}
		}
		err = q.PutRows(ctx, store.PutRowsParams{
			Kind: c.Kind, CaseNo: c.CaseNo, SetName: interpreter.ObjectionSet, County: c.County, Institution: c.Institution, Plan: r.Hash,
			EnteredBy: by.Account, At: s.Now(), Keys: []string{id}, Contents: []string{content}, Sealed: [][]byte{sealed},
		})
		if err != nil {
			return Objected{}, fmt.Errorf("store objection: %w", err)
		}
		written := interpreter.RowsWritten{Set: interpreter.ObjectionSet, Rows: 1}
		if err := activities.QueueSignal(ctx, q, c, "objection/"+id, interpreter.RowsSignal, written, s.Now()); err != nil {
			return Objected{}, err
		}
		if err := s.RecordEvent(ctx, q, c, by, "objection/"+id, "objection", "收到对公示的异议", true, nil); err != nil {
			return Objected{}, err
		}
		return Objected{CaseNo: c.CaseNo, ID: id}, s.SendAfter(ctx, q, "objection/"+id)
	})
}
