package filing

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// StartFiling files for an institution, or keeps a draft. The application is written down with its number before
// Temporal is asked, so an engine that is away loses nothing. Errors: invalid with every wrong field,
// filing_already_open, forbidden.
func (s *Service) StartFiling(ctx context.Context, p nursery.Principal, key string, in casework.StartFiling) (casework.Started, error) {
	county := in.Application.Institution.County
	return casework.Command(ctx, s.Service, p, key, "filing.start", in, func(q *store.Queries) (casework.Started, error) {
		institution, err := s.applicant(ctx, p, in)
		if err != nil {
			return casework.Started{}, err
		}
		if err := s.readAhead(ctx, q, institution, in); err != nil {
			return casework.Started{}, err
		}
		if err := s.checkApplication(ctx, q, &in.Application, nil, institution, in.Draft); err != nil {
			return casework.Started{}, err
		}
		if !in.Draft {
			if err := notFiled(ctx, q, institution, in.Application.Institution); err != nil {
				return casework.Started{}, err
			}
		}
		if err := s.putApplicant(ctx, q, institution, in.Application); err != nil {
			return casework.Started{}, err
		}
		c := casework.Opening{
			Kind: nursery.KindFiling, County: county, Institution: institution, Subject: in.Application.Institution.Name,
			SiteKind: in.Application.SiteKind, Facts: in.Application, Draft: in.Draft, Files: papersOf(in.Application),
		}
		return s.OpenCase(ctx, q, p, c)
	})
}

// readAhead has what a filing is checked against read in one round trip.
func (s *Service) readAhead(ctx context.Context, q *store.Queries, institution string, in casework.StartFiling) error {
	files := papersOf(in.Application)
	if in.Draft || len(files) == 0 {
		return nil
	}
	return q.Ahead(func(q *store.Queries) error {
		_, err := casework.Uploaded(ctx, q, files, in.Application.Institution.County, institution)
		return err
	}, func(q *store.Queries) error {
		_, err := q.InstitutionByID(ctx, institution)
		return err
	})
}

// notFiled refuses a second filing of the same body at the same place, because a filing in force is changed instead
// (登记和备案办法 art. 10). An institution that moved or has another registration may file once more.
func notFiled(ctx context.Context, q *store.Queries, id string, i nursery.Institution) error {
	filed, err := q.InstitutionByID(ctx, id)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read institution: %w", err)
	}
	standing := filed.Status == "filed" || filed.Status == "rectifying"
	if standing && filed.Uscc != nil && *filed.Uscc == i.USCC && filed.Address == i.Address {
		return casework.NewError(casework.CodeAlreadyFiled, "本机构在该地址已备案，备案内容变化请办理变更备案。")
	}
	return nil
}

// applicant returns the institution that files, the principal's own or the one that a clerk names. It authorizes p
// before it validates the county, so callers without filing rights get forbidden rather than a validation error.
func (s *Service) applicant(ctx context.Context, p nursery.Principal, in casework.StartFiling) (string, error) {
	institution, county := in.Institution, in.Application.Institution.County
	if p.Role == nursery.RoleInstitution {
		institution = p.Institution
	}
	if err := s.Authorize(ctx, p, "filing.start", casework.Resource{County: p.County, Institution: institution}); err != nil {
		return "", err
	}
	d, ok := nursery.DivisionByCode(county)
	_, office := casework.OfficeOf(institution)
	switch {
	case in.Institution != "" && in.Institution != institution:
		return "", casework.NewError(casework.CodeForbidden, "只能为本机构办理备案。")
	case !casework.InstitutionForm.MatchString(institution) || office:
		return "", casework.NewError(casework.CodeInvalid, "请指明代为办理的机构。", casework.FieldError{Location: "/institution", Message: "必填，限字母、数字和 . _ -"})
	case !ok || d.Level != nursery.LevelCounty:
		return "", casework.NewError(casework.CodeInvalid, "请选择长治市的县区。",
			casework.FieldError{Location: "/application/institution/county", Message: "请选择长治市的县区"})
	case county == p.County:
		return institution, nil
	case p.Role == nursery.RoleInstitution:
		return "", casework.NewError(casework.CodeInvalid, "应向本机构所在县区备案。",
			casework.FieldError{Location: "/application/institution/county", Message: "不是本机构所在县区"})
	}
	return institution, s.Authorize(ctx, p, "filing.start", casework.Resource{County: county, Institution: institution})
}

func (s *Service) putApplicant(ctx context.Context, q *store.Queries, institution string, a nursery.Application) error {
	i := a.Institution
	var uscc *string
	if i.USCC != "" {
		uscc = &i.USCC
	}
	return q.PutApplicant(ctx, store.PutApplicantParams{
		ID: institution, County: i.County, Township: i.Township, Uscc: uscc, Name: i.Name, Nature: string(i.Nature),
		SiteKind: string(a.SiteKind), Address: i.Address, Phone: i.Phone, UpdatedAt: s.Now(),
	})
}
