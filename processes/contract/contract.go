package contract

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PutClinic enters a medical institution of the county, or what has changed of it.
func (s *Service) PutClinic(ctx context.Context, p nursery.Principal, key string, in nursery.Clinic) (nursery.Clinic, error) {
	put, err := casework.Command(ctx, s.Service, p, key, "clinic.put "+in.ID, in, func(q *store.Queries) (nursery.Clinic, error) {
		if err := s.Authorize(ctx, p, "clinic.put", casework.Resource{County: in.County}); err != nil {
			return in, err
		}
		c := casework.Checker{}
		if !nursery.LicenceFits(in.Licence) {
			c.Add("/licence", "登记号应为22位，诊所备案编号应为12位")
		}
		if !in.LicensedUntil.Valid() {
			c.Add("/licensed_until", "请填写有效期")
		}
		if d, ok := nursery.DivisionByCode(in.Township); in.Township != "" && (!ok || d.Parent != in.County) {
			c.Add("/township", "不是本县区的乡镇街道")
		}
		if wrong := casework.NeedText("/name", in.Name, 100); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
		for i, m := range in.Modes {
			if m != nursery.Visiting && m != nursery.Stationed {
				c.Add(fmt.Sprintf("/modes/%d", i), "没有这种服务方式")
			}
		}
		if err := c.Err(); err != nil {
			return in, err
		}
		modes := []string{}
		for _, m := range in.Modes {
			modes = append(modes, string(m))
		}
		changed, err := q.PutClinic(ctx, store.PutClinicParams{
			ID: in.ID, County: in.County, Township: in.Township, Name: in.Name, Licence: in.Licence, LicensedUntil: in.LicensedUntil, PrimaryCare: in.PrimaryCare,
			Capacity: int32(in.Capacity), Modes: modes, UpdatedAt: s.Now(),
		})
		if err != nil {
			return in, err
		}
		if changed == 0 {
			return in, casework.NewError(casework.CodeClinicElsewhere, "该编号已由其他县区登记，请核对编号。", casework.FieldError{Location: "/id", Message: "已由其他县区登记"})
		}
		return in, nil
	})
	return put, err
}

// Clinics is the list of a county's medical institutions by identifier, of p's own county when none is named. Error: not_found for
// another county's.
var Clinics = casework.List[ClinicFilter, nursery.Clinic]{
	Indexes: []string{"clinics_by_county"},
	Check: func(ctx context.Context, s *casework.Service, p nursery.Principal, f *ClinicFilter) error {
		f.County = cmp.Or(f.County, p.County)
		return s.Authorize(ctx, p, "clinic.list", casework.Resource{County: f.County})
	},
	Read: func(ctx context.Context, r casework.ListReading[ClinicFilter]) ([]casework.ListRow[nursery.Clinic], error) {
		rows, err := r.Q.Clinics(ctx, store.ClinicsParams{County: r.Filter.County, After: r.After.ID, PageSize: r.Limit, Search: casework.ReadSearch(r.Filter.Query).Text})
		return casework.ListRows(rows, err, func(row store.Clinic) (nursery.Clinic, casework.Cursor) {
			return clinicOf(row), casework.Cursor{ID: row.ID}
		})
	},
	Sheet: casework.Sheet[nursery.Clinic]{Title: "医疗卫生机构", Columns: []casework.Column[nursery.Clinic]{
		{Title: "编号", FilesOnly: true, Value: func(c nursery.Clinic) any { return c.ID }},
		{Title: "名称", Head: "机构", Value: func(c nursery.Clinic) any { return c.Name }},
		{Title: "县区", FilesOnly: true, Value: func(c nursery.Clinic) any { return nursery.CountyName(c.County) }},
		{Title: "执业许可证登记号", FilesOnly: true, Value: func(c nursery.Clinic) any { return c.Licence }},
		{Title: "基层机构", FilesOnly: true, Value: func(c nursery.Clinic) any { return c.PrimaryCare }},
		{Title: "服务方式", Value: func(c nursery.Clinic) any { return modeTitles(c.Modes) }},
		{Title: "可承担人数", Value: func(c nursery.Clinic) any { return c.Capacity }},
		{Title: "有效期至", Head: "执业许可至", Value: func(c nursery.Clinic) any { return c.LicensedUntil }},
	}},
}

// Clinic returns a medical institution of p's own county. Errors: forbidden, not_found.
func (s *Service) Clinic(ctx context.Context, p nursery.Principal, id string) (nursery.Clinic, error) {
	var found nursery.Clinic
	if err := s.Authorize(ctx, p, "clinic.list", casework.Resource{County: p.County}); err != nil {
		return found, err
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		row, err := q.ClinicByID(ctx, id)
		if store.IsNotFound(err) || err == nil && row.County != p.County {
			return casework.NewError(casework.CodeNotFound, "没有登记过这家医疗卫生机构。")
		}
		found = clinicOf(row)
		return err
	})
	return found, err
}

// ClinicFilter names the county of a list of medical institutions.
type ClinicFilter struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码"`
	Query  string `query:"q" maxLength:"60" doc:"名称或编号"`
}

func modeTitles(modes []nursery.ServiceMode) string {
	titles := make([]string, len(modes))
	for i, m := range modes {
		titles[i] = m.Title()
	}
	return strings.Join(titles, "、")
}

func clinicOf(row store.Clinic) nursery.Clinic {
	c := nursery.Clinic{
		ID: row.ID, County: row.County, Township: row.Township, Name: row.Name, Licence: row.Licence, LicensedUntil: row.LicensedUntil,
		PrimaryCare: row.PrimaryCare, Capacity: int(row.Capacity), Modes: []nursery.ServiceMode{},
	}
	for _, m := range row.Modes {
		c.Modes = append(c.Modes, nursery.ServiceMode(m))
	}
	return c
}

// StartContract proposes a contract: an institution asks a clinic, a clinic or the county's office invites an institution.
// Errors: invalid with every fault, contract_exists.
func (s *Service) StartContract(ctx context.Context, p nursery.Principal, key string, in nursery.ContractTerms) (casework.Started, error) {
	switch p.Role {
	case nursery.RoleInstitution:
		in.Institution = p.Institution
	case nursery.RoleHospital:
		in.Clinic = p.Institution
	}
	return casework.Command(ctx, s.Service, p, key, "contract.start", in, func(q *store.Queries) (casework.Started, error) {
		if err := s.Authorize(ctx, p, "contract.start", casework.Resource{County: p.County, Institution: in.Institution, Partner: in.Clinic}); err != nil {
			return casework.Started{}, err
		}
		if err := s.checkTerms(in).Err(); err != nil {
			return casework.Started{}, err
		}
		return s.startContract(ctx, q, p, in)
	})
}

func (s *Service) checkTerms(in nursery.ContractTerms) *casework.Checker {
	c := &casework.Checker{}
	for _, f := range in.Validate() {
		c.Add(f.Location, f.Message)
	}
	if in.StartsOn.Valid() && in.EndsOn.Valid() && in.EndsOn.Before(s.Today()) {
		c.Add("/ends_on", "截止日期不能早于今天")
	}
	if in.Institution == "" {
		c.Add("/institution", "请指明托育机构")
	}
	if in.Clinic == "" {
		c.Add("/clinic", "请指明医疗卫生机构")
	}
	if wrong := casework.CheckText("/note", in.Note, 2000); wrong != nil {
		c.Add(wrong.Location, wrong.Message)
	}
	return c
}

// startContract writes the contract as the engine: neither side sees the other's rows before there is one.
func (s *Service) startContract(ctx context.Context, q *store.Queries, p nursery.Principal, in nursery.ContractTerms) (casework.Started, error) {
	var started casework.Started
	err := q.AsEngine(ctx, func() error {
		institution, err := q.InstitutionByID(ctx, in.Institution)
		if store.IsNotFound(err) || err == nil && institution.County != p.County {
			return casework.NewError(casework.CodeInvalid, "本县区没有这家托育机构。", casework.FieldError{Location: "/institution", Message: "没有这家机构"})
		}
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		clinic, err := q.ClinicByID(ctx, in.Clinic)
		if store.IsNotFound(err) {
			return casework.NewError(casework.CodeInvalid, "没有登记这家医疗卫生机构。", casework.FieldError{Location: "/clinic", Message: "没有这家机构"})
		}
		if err != nil {
			return fmt.Errorf("read clinic: %w", err)
		}
		caseNo, opened, err := activities.NewContract(ctx, q, in, "", institution.County, p.Account, institution.Name+"与"+clinic.Name, s.Now())
		if err != nil {
			return err
		}
		if !opened {
			return casework.NewError(casework.CodeContractExists, "本机构自该日起的签约已在办理："+caseNo+"。")
		}
		started = casework.Started{CaseNo: caseNo, Stage: nursery.StageSigning}
		return nil
	})
	return started, err
}

// AmendContract puts another text before the two sides; what was signed of the old one is void. Errors: version_stale,
// contract_state when both have signed, invalid.
func (s *Service) AmendContract(ctx context.Context, p nursery.Principal, key, caseNo string, in ContractAmendment) (ContractDetail, error) {
	err := casework.Perform(ctx, s.Service, p, key, "contract.amend "+caseNo, in, func(q *store.Queries) error {
		c, contract, err := contractCase.Lock(ctx, s.Service, q, p, "contract.amend", caseNo)
		if err != nil {
			return err
		}
		in.Institution, in.Clinic = contract.Institution, contract.Clinic
		if err := s.checkTerms(in.ContractTerms).Err(); err != nil {
			return err
		}
		switch {
		case c.Stage != string(nursery.StageSigning):
			return casework.NewError(casework.CodeContractState, "双方已签署或签约已结束，不能再修改文本。")
		case int(contract.Version) != in.Version:
			return casework.NewError(casework.CodeVersionStale, fmt.Sprintf("文本已改为第 %d 稿，请核对后重新提交。", contract.Version))
		}
		return s.amend(ctx, q, p, c, in)
	})
	if err != nil {
		return ContractDetail{}, err
	}
	return s.Contract(ctx, p, caseNo)
}

func (s *Service) amend(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, in ContractAmendment) error {
	version := in.Version + 1
	err := q.AsEngine(ctx, func() error {
		return activities.DraftContract(ctx, q, c.CaseNo, c.County, in.ContractTerms, version, p.Account, s.Now())
	})
	if err != nil {
		return err
	}
	err = q.SetContractTerms(ctx, store.SetContractTermsParams{
		CaseNo: c.CaseNo, Mode: string(in.Mode), StartsOn: in.StartsOn, EndsOn: in.EndsOn, Version: int32(version), UpdatedAt: s.Now(),
	})
	if err != nil {
		return err
	}
	err = s.RecordEvent(ctx, q, c, p, fmt.Sprintf("text/%d", version), "contract_amended", fmt.Sprintf("协议改为第 %d 稿，原签署失效", version), false,
		map[string]any{"version": version})
	if err != nil {
		return err
	}
	return activities.EnqueueChange(ctx, q, c, fmt.Sprintf("text/%d", version), s.Now())
}

// TerminateContract ends a contract in force before its time, with notice. Errors: contract_state, invalid.
func (s *Service) TerminateContract(ctx context.Context, p nursery.Principal, key, caseNo string, in Termination) (ContractDetail, error) {
	err := casework.Perform(ctx, s.Service, p, key, "contract.terminate "+caseNo, in, func(q *store.Queries) error {
		c, contract, err := contractCase.Lock(ctx, s.Service, q, p, "contract.terminate", caseNo)
		if err != nil {
			return err
		}
		if wrong := casework.NeedText("/reason", in.Reason, 500); wrong != nil {
			return casework.NewError(casework.CodeInvalid, "请写明理由。", *wrong)
		}
		limits, err := activities.ContractLimits(s.Rules, s.Today(), c.County)
		if err != nil {
			return err
		}
		earliest := s.Today().AddDays(limits.NoticeDays)
		switch {
		case contract.State != "in_force":
			return casework.NewError(casework.CodeContractState, "协议不在履行中，不能终止。")
		case !in.EndsOn.Valid() || in.EndsOn.Before(earliest) || in.EndsOn.After(contract.EndsOn):
			return casework.NewError(casework.CodeInvalid, fmt.Sprintf("终止日期应提前 %d 天，且不晚于原截止日期。", limits.NoticeDays),
				casework.FieldError{Location: "/ends_on", Message: "应在 " + earliest.String() + " 与 " + contract.EndsOn.String() + " 之间"})
		}
		if err := q.SetContractEnd(ctx, store.SetContractEndParams{CaseNo: c.CaseNo, EndsOn: in.EndsOn, UpdatedAt: s.Now()}); err != nil {
			return err
		}
		what := "end/" + casework.CompletionID(p, key)
		err = s.RecordEvent(ctx, q, c, p, what, "contract_terminated", fmt.Sprintf("提出于 %s 终止：%s", in.EndsOn, in.Reason), false, map[string]any{"ends_on": in.EndsOn})
		if err != nil {
			return err
		}
		return activities.EnqueueChange(ctx, q, c, what, s.Now())
	})
	if err != nil {
		return ContractDetail{}, err
	}
	return s.Contract(ctx, p, caseNo)
}

// RecordVisit takes down a visit of technical guidance; it counts once the institution confirms it.
func (s *Service) RecordVisit(ctx context.Context, p nursery.Principal, key, caseNo string, in GuidanceVisit) (GuidanceEntry, error) {
	entry, err := casework.Command(ctx, s.Service, p, key, "contract.visit "+caseNo, in, func(q *store.Queries) (GuidanceEntry, error) {
		c, contract, err := contractCase.Lock(ctx, s.Service, q, p, "contract.visit", caseNo)
		if err != nil {
			return GuidanceEntry{}, err
		}
		check := casework.Checker{}
		if !in.VisitedOn.Valid() || in.VisitedOn.Before(contract.StartsOn) || in.VisitedOn.After(contract.EndsOn) || in.VisitedOn.After(s.Today()) {
			check.Add("/visited_on", "应在签约期内，且不晚于今天")
		}
		if wrong := casework.NeedText("/content", in.Content, 2000); wrong != nil {
			check.Add(wrong.Location, wrong.Message)
		}
		have, err := casework.Uploaded(ctx, q, in.Evidence, c.County, c.Institution)
		if err != nil {
			return GuidanceEntry{}, err
		}
		for i, id := range in.Evidence {
			if !have[id] {
				check.Add(fmt.Sprintf("/evidence/%d", i), casework.NoAttachment)
			}
		}
		if err := check.Err(); err != nil {
			return GuidanceEntry{}, err
		}
		if contract.State != "in_force" && contract.State != "ended" {
			return GuidanceEntry{}, casework.NewError(casework.CodeContractState, "协议尚未生效。")
		}
		in.Evidence = append([]string{}, in.Evidence...)
		id, err := q.InsertContractVisit(ctx, store.InsertContractVisitParams{
			CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Clinic: contract.Clinic, VisitedOn: in.VisitedOn, Content: in.Content,
			Evidence: in.Evidence, RecordedBy: p.Account, RecordedAt: s.Now(),
		})
		if err != nil {
			return GuidanceEntry{}, err
		}
		if err := casework.Link(ctx, q, c.Institution, c.CaseNo, "", in.Evidence...); err != nil {
			return GuidanceEntry{}, err
		}
		entry := GuidanceEntry{ID: id, GuidanceVisit: in, RecordedBy: p.Account, RecordedAt: s.Now()}
		return entry, s.RecordEvent(ctx, q, c, p, fmt.Sprintf("visit/%d", id), "guidance_recorded", "记录技术指导："+in.VisitedOn.String(), false, map[string]any{"visit": id})
	})
	return entry, err
}

// ConfirmVisit is the institution's word that a visit took place. Errors: visit_confirmed, not_found.
func (s *Service) ConfirmVisit(ctx context.Context, p nursery.Principal, key, caseNo string, visit int64) (GuidanceEntry, error) {
	entry, err := casework.Command(ctx, s.Service, p, key, fmt.Sprintf("contract.confirm %s %d", caseNo, visit), visit, func(q *store.Queries) (GuidanceEntry, error) {
		c, _, err := contractCase.Lock(ctx, s.Service, q, p, "contract.confirm", caseNo)
		if err != nil {
			return GuidanceEntry{}, err
		}
		row, err := q.ContractVisit(ctx, store.ContractVisitParams{CaseNo: c.CaseNo, ID: visit})
		switch {
		case store.IsNotFound(err):
			return GuidanceEntry{}, casework.NewNotFound()
		case err != nil:
			return GuidanceEntry{}, fmt.Errorf("read visit: %w", err)
		case row.ConfirmedAt != nil:
			return GuidanceEntry{}, casework.NewError(casework.CodeVisitConfirmed, "该次指导已确认。")
		}
		now, by := s.Now(), p.Account
		if err := q.ConfirmContractVisit(ctx, store.ConfirmContractVisitParams{ID: visit, ConfirmedBy: &by, ConfirmedAt: &now}); err != nil {
			return GuidanceEntry{}, err
		}
		row.ConfirmedBy, row.ConfirmedAt = &by, &now
		return guidanceOf(row), s.RecordEvent(ctx, q, c, p, fmt.Sprintf("visit/%d/confirmed", visit), "guidance_confirmed", "确认技术指导："+row.VisitedOn.String(), false,
			map[string]any{"visit": visit})
	})
	return entry, err
}

func guidanceOf(row store.ContractVisit) GuidanceEntry {
	entry := GuidanceEntry{
		ID: row.ID, GuidanceVisit: GuidanceVisit{VisitedOn: row.VisitedOn, Content: row.Content, Evidence: row.Evidence},
		RecordedBy: row.RecordedBy, RecordedAt: row.RecordedAt, ConfirmedAt: row.ConfirmedAt,
	}
	if row.ConfirmedBy != nil {
		entry.ConfirmedBy = *row.ConfirmedBy
	}
	return entry
}

// checkSignature refuses a signature over a text that is not the one in question.
func checkSignature(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	if in.Outcome != nursery.OutcomeSign {
		return nil
	}
	var said struct {
		SHA256 string `json:"text_sha256"`
	}
	if err := casework.FilledIn(in.Answer, &said); err != nil {
		return err
	}
	c, err := q.ContractByCase(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	text, err := q.ContractText(ctx, store.ContractTextParams{CaseNo: c.CaseNo, Version: c.Version})
	if err != nil {
		return err
	}
	switch said.SHA256 {
	case text.Sha256:
		return nil
	case "":
		return casework.NewError(casework.CodeInvalid, "请填写所签文本的哈希。", casework.FieldError{Location: "/answer/text_sha256", Message: "必填"})
	}
	return casework.NewError(casework.CodeTextChanged, fmt.Sprintf("协议文本已改为第 %d 稿，请核对后重新签署。", c.Version))
}

var contractCase = casework.ProcessCase[store.Contract]{Kind: nursery.KindContract, Row: (*store.Queries).ContractByCase}
