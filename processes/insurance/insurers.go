package insurance

import (
	"cmp"
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RegisteredInsurer is an insurer in the register, with the county of the office that registered it.
type RegisteredInsurer struct {
	nursery.Insurer
	County     string `json:"county" doc:"登记该机构的县区，市级登记的为市"`
	CountyName string `json:"county_name" doc:"登记该机构的县区名称"`
}

// PutInsurer registers an insurer, or what has changed of it. The register is one for the city, so that a county office changes what
// its own county registered and the city office everything. Errors: invalid with every fault, insurer_elsewhere, forbidden.
func (s *Service) PutInsurer(ctx context.Context, p nursery.Principal, key string, in nursery.Insurer) (RegisteredInsurer, error) {
	return casework.Command(ctx, s.Service, p, key, "insurer.put "+in.ID, in, func(q *store.Queries) (RegisteredInsurer, error) {
		if err := s.Authorize(ctx, p, "insurer.put", casework.Resource{}); err != nil {
			return RegisteredInsurer{}, err
		}
		return s.putInsurer(ctx, q, p, in)
	})
}

func (s *Service) putInsurer(ctx context.Context, q *store.Queries, p nursery.Principal, in nursery.Insurer) (RegisteredInsurer, error) {
	var c casework.Checker
	c.Limits(in)
	in, faults := in.Validate()
	for _, f := range faults {
		c.Add(f.Location, f.Message)
	}
	if wrong := casework.NeedText("/name", in.Name, 100); wrong != nil {
		c.Add(wrong.Location, wrong.Message)
	}
	taken, err := nameTaken(ctx, q, in.ID)
	if err != nil {
		return RegisteredInsurer{}, err
	}
	if taken {
		c.Add("/id", "该编号已属于其他机构")
	}
	if err := c.Err(); err != nil {
		return RegisteredInsurer{}, err
	}
	county, err := q.PutInsurer(ctx, store.PutInsurerParams{
		ID: in.ID, County: p.County, Name: in.Name, Phone: string(in.Phone), EndedOn: in.EndedOn, UpdatedAt: s.Now(), City: p.Role == nursery.RoleCityOffice,
	})
	if store.IsNotFound(err) {
		return RegisteredInsurer{}, casework.NewError(casework.CodeInsurerElsewhere, "该编号已由其他县区或者市级登记，请核对编号。",
			casework.FieldError{Location: "/id", Message: "已由其他县区或者市级登记"})
	}
	return RegisteredInsurer{in, county, officeName(county)}, err
}

// nameTaken reports whether the identifier is that of an institution or a clinic: names are looked up by identifier alone.
func nameTaken(ctx context.Context, q *store.Queries, id string) (bool, error) {
	if _, err := q.InsurerByID(ctx, id); !store.IsNotFound(err) {
		return false, err
	}
	var names []store.PartyNamesRow
	err := q.AsEngine(ctx, func() (err error) {
		names, err = q.PartyNames(ctx, []string{id})
		return err
	})
	return len(names) > 0, err
}

// InsurerFilter narrows the register of insurers by nothing: it is one for the city.
type InsurerFilter struct{}

// Insurers is the register of insurers by identifier.
var Insurers = casework.List[InsurerFilter, RegisteredInsurer]{
	Act: "insurer.list", Indexes: []string{"insurers_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[InsurerFilter]) ([]casework.ListRow[RegisteredInsurer], error) {
		rows, err := r.Q.Insurers(ctx, store.InsurersParams{After: r.After.ID, PageSize: r.Limit})
		return casework.ListRows(rows, err, func(row store.Insurer) (RegisteredInsurer, casework.Cursor) {
			return insurerOf(row), casework.Cursor{ID: row.ID}
		})
	},
	Sheet: casework.Sheet[RegisteredInsurer]{Title: "承保机构", Columns: []casework.Column[RegisteredInsurer]{
		{Title: "编号", FilesOnly: true, Value: func(i RegisteredInsurer) any { return i.ID }},
		{Title: "名称", Head: "机构", Value: func(i RegisteredInsurer) any { return i.Name }},
		{Title: "联系电话", Value: func(i RegisteredInsurer) any { return string(i.Phone) }},
		{Title: "停止承保日期", Head: "停止承保", Value: func(i RegisteredInsurer) any { return i.EndedOn }},
		{Title: "登记单位所在地", Head: "登记单位", Value: func(i RegisteredInsurer) any { return i.CountyName }},
	}},
}

// Insurer returns an insurer of the register. Errors: forbidden, not_found.
func (s *Service) Insurer(ctx context.Context, p nursery.Principal, id string) (RegisteredInsurer, error) {
	var found RegisteredInsurer
	if err := s.Authorize(ctx, p, "insurer.list", casework.Resource{}); err != nil {
		return found, err
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		row, err := q.InsurerByID(ctx, id)
		if store.IsNotFound(err) {
			return casework.NewError(casework.CodeNotFound, "没有登记过这家承保机构。")
		}
		found = insurerOf(row)
		return err
	})
	return found, err
}

// InsurersToday returns the insurers that may be chosen for a month today, by name. Error: forbidden.
func (s *Service) InsurersToday(ctx context.Context, p nursery.Principal) ([]RegisteredInsurer, error) {
	if err := s.Authorize(ctx, p, "insurer.list", casework.Resource{}); err != nil {
		return nil, err
	}
	list := []RegisteredInsurer{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.InsurersOn(ctx, s.Today())
		for _, row := range rows {
			list = append(list, insurerOf(row))
		}
		return err
	})
	return list, err
}

// checkInsurer adds an error if the insurer does not take a month beginning on the day: a new month is for a registered insurer, or one
// that has months from before there was a register.
func checkInsurer(ctx context.Context, q *store.Queries, c *casework.Checker, id string, month nursery.Date) error {
	if !casework.InstitutionForm.MatchString(id) {
		c.Add("/insurer", "没有这个承保机构")
		return nil
	}
	takes, err := q.InsurerTakes(ctx, store.InsurerTakesParams{Insurer: id, Day: month})
	if err != nil {
		return fmt.Errorf("look for the insurer: %w", err)
	}
	if !takes {
		c.Add("/insurer", "没有登记这家承保机构，或者已停止承保")
	}
	return nil
}

func insurerOf(row store.Insurer) RegisteredInsurer {
	return RegisteredInsurer{
		nursery.Insurer{ID: row.ID, Name: row.Name, Phone: nursery.Phone(row.Phone), EndedOn: row.EndedOn}, row.County, officeName(row.County),
	}
}

// officeName names the office that registered an insurer: that of a county, or of the city.
func officeName(code string) string { return cmp.Or(nursery.CountyName(code), "长治市") }

func (m *InsuranceMonthSummary) parties() []casework.Party {
	return []casework.Party{{ID: m.Insurer, Name: &m.InsurerName}}
}

func (r *InsuranceReconciled) parties() []casework.Party {
	return []casework.Party{{ID: r.Insurer, Name: &r.InsurerName}}
}

func (c *InsuranceClaimView) parties() []casework.Party {
	return []casework.Party{{ID: c.Insurer, Name: &c.InsurerName}}
}

// nameOr returns the name of an insurer, or its code when it is not registered.
func nameOr(name, code string) string { return cmp.Or(name, code) }
