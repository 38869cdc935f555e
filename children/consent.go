package children

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ConsentGiven is a guardian's consent with its evidence.
type ConsentGiven struct {
	Purpose  nursery.ConsentPurpose `json:"purpose" enum:"checkup,insurance,transfer" doc:"同意事项"`
	Evidence string                 `json:"evidence" minLength:"1" maxLength:"64" doc:"监护人签字的同意书，附件编号"`
	GivenOn  nursery.Date           `json:"given_on" doc:"同意日期"`
}

// Consent is a consent, in force or withdrawn.
type Consent struct {
	Purpose      nursery.ConsentPurpose `json:"purpose" doc:"同意事项"`
	PurposeTitle string                 `json:"purpose_title" doc:"同意事项名称"`
	Evidence     string                 `json:"evidence,omitempty" doc:"同意书附件编号，仅向可查看同意书的角色提供"`
	Pages        []string               `json:"pages,omitempty" doc:"与其他婴幼儿共用的同意书的全部附件编号"`
	GivenOn      nursery.Date           `json:"given_on" doc:"同意日期"`
	WithdrawnOn  nursery.Date           `json:"withdrawn_on,omitzero" doc:"撤回日期"`
	Standing     bool                   `json:"standing" doc:"是否有效"`
	Elsewhere    bool                   `json:"elsewhere,omitempty" doc:"由原机构登记，经监护人同意或原机构移交后可见，不代替向本机构的同意"`
}

// GiveConsent records a guardian's separate consent (个人信息保护法 art. 29, 31). Errors: invalid, consent_stands.
func (s *Service) GiveConsent(ctx context.Context, p nursery.Principal, key, id string, in ConsentGiven) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.consent", id, in, func(q *store.Queries, child store.Child) error {
		if err := s.consentFaults(ctx, q, p, child, in); err != nil {
			return err
		}
		n, err := q.InsertConsent(ctx, store.InsertConsentParams{
			Child: child.ID, County: child.County, Purpose: string(in.Purpose), Evidence: in.Evidence, GivenOn: in.GivenOn, TakenBy: p.Account,
			Institution: p.Institution,
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return casework.NewError(casework.CodeConsentAlreadyGiven, "监护人已同意此事项，且未撤回。")
		}
		return casework.Link(ctx, q, p.Institution, "", id, in.Evidence)
	})
}

func (s *Service) consentFaults(ctx context.Context, q *store.Queries, p nursery.Principal, child store.Child, in ConsentGiven) error {
	var faults []nursery.Fault
	if in.Purpose.Title() == string(in.Purpose) {
		faults = append(faults, nursery.Fault{Location: "/purpose", Message: "没有这种同意事项"})
	}
	switch {
	case !in.GivenOn.Valid():
		faults = append(faults, nursery.Fault{Location: "/given_on", Message: "同意日期不存在"})
	case in.GivenOn.After(s.Today()):
		faults = append(faults, nursery.Fault{Location: "/given_on", Message: "同意日期不能晚于今天"})
	case in.GivenOn.Before(child.BornOn):
		faults = append(faults, nursery.Fault{Location: "/given_on", Message: "同意日期早于出生日期"})
	}
	evidence, err := q.AttachmentByID(ctx, in.Evidence)
	if err != nil && !store.IsNotFound(err) {
		return fmt.Errorf("read evidence: %w", err)
	}
	if err != nil || evidence.Institution != p.Institution {
		faults = append(faults, nursery.Fault{Location: "/evidence", Message: "没有这份材料，请先上传"})
	} else if evidence.CaseNo != nil || evidence.Sheet != nil || evidence.Child != nil && *evidence.Child != child.ID {
		faults = append(faults, nursery.Fault{Location: "/evidence", Message: "这份材料已用于其他事项，请另行上传"})
	}
	return casework.FaultsError(faults)
}

// WithdrawConsent ends a consent at once (个人信息保护法 art. 15); the record that it was given remains. Errors:
// consent_absent.
func (s *Service) WithdrawConsent(ctx context.Context, p nursery.Principal, key, id string, purpose nursery.ConsentPurpose) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.consent", id, map[string]any{"withdraw": purpose}, func(q *store.Queries, child store.Child) error {
		withdraw := store.WithdrawConsentParams{Child: child.ID, Purpose: string(purpose), WithdrawnOn: s.Today(), WithdrawnBy: p.Account}
		n, err := q.WithdrawConsent(ctx, withdraw)
		if err == nil && purpose != nursery.ConsentTransfer {
			err = q.AsEngine(ctx, func() error {
				more, err := q.WithdrawConsent(ctx, withdraw)
				n += more
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("withdraw consent: %w", err)
		}
		if n == 0 {
			return casework.NewError(casework.CodeNoConsent, "没有可撤回的同意。")
		}
		return nil
	})
}

// Consents lists a child's consents in the order they were given, with their papers for principals who may read them.
func (s *Service) Consents(ctx context.Context, p nursery.Principal, id string) ([]Consent, error) {
	list := []Consent{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		id, err := mergedInto(ctx, q, id)
		if err != nil {
			return err
		}
		if _, err := s.childFor(ctx, q, p, "child.read", id, q.ChildByID); err != nil {
			return err
		}
		rows, err := q.ConsentsOfChild(ctx, id)
		if err != nil {
			return err
		}
		list = appendConsents(list, rows, false)
		if p.Role == nursery.RoleCountyOffice {
			for i := range list {
				list[i].Evidence = ""
			}
		}
		if err := addPages(ctx, q, list); err != nil || p.Role != nursery.RoleInstitution {
			return err
		}
		return q.AsEngine(ctx, func() error {
			rows, err := q.ConsentsReleased(ctx, store.ConsentsReleasedParams{Child: id, Institution: p.Institution})
			if err != nil {
				return err
			}
			released := appendConsents(nil, rows, true)
			if err := addPages(ctx, q, released); err != nil {
				return err
			}
			for i := range released {
				if len(released[i].Pages) > 0 { // it names children who did not come along
					released[i].Evidence, released[i].Pages = "", nil
				}
			}
			list = append(list, released...)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// addPages adds the files of the sheets that consents are on.
func addPages(ctx context.Context, q *store.Queries, list []Consent) error {
	sheets := make([]string, len(list))
	for i, c := range list {
		sheets[i] = c.Evidence
	}
	files, err := q.FilesOfSheets(ctx, sheets)
	if err != nil {
		return fmt.Errorf("read sheets: %w", err)
	}
	for i := range list {
		for _, file := range files {
			if file.Sheet == list[i].Evidence {
				list[i].Pages = append(list[i].Pages, file.ID)
			}
		}
	}
	return nil
}

func appendConsents(list []Consent, rows []store.Consent, elsewhere bool) []Consent {
	for _, row := range rows {
		purpose := nursery.ConsentPurpose(row.Purpose)
		list = append(list, Consent{
			Purpose: purpose, PurposeTitle: purpose.Title(), Evidence: row.Evidence, GivenOn: row.GivenOn, WithdrawnOn: row.WithdrawnOn,
			Standing: row.WithdrawnOn.IsZero(), Elsewhere: elsewhere,
		})
	}
	return list
}
