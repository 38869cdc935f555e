package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/store"
)

// NewContract opens the case of a contract between an institution and a clinic, as the engine, and returns its number
// and true, or that of the one being signed for the same first day and false.
func NewContract(ctx context.Context, q *store.Queries, terms nursery.ContractTerms, parent, county, by, subject string, at time.Time) (string, bool, error) {
	caseNo, opened, err := StartCase(ctx, q, nursery.PrefixContract, store.Case{
		Kind: string(nursery.KindContract), County: county, Institution: terms.Institution, Partner: terms.Clinic, About: terms.StartsOn.String(),
		ParentCase: nonEmpty(parent), Subject: subject, Stage: string(nursery.StageSigning), Holder: string(nursery.RoleInstitution), SubmittedBy: by,
	}, terms, "发起签约", at)
	if err != nil || !opened {
		return caseNo, false, err
	}
	return caseNo, true, writeContract(ctx, q, caseNo, county, terms, by, at)
}

// writeContract stores the contract of a new case, with the first text of the agreement.
func writeContract(ctx context.Context, q *store.Queries, caseNo, county string, terms nursery.ContractTerms, by string, at time.Time) error {
	err := q.InsertContract(ctx, store.InsertContractParams{
		CaseNo: caseNo, County: county, Institution: terms.Institution, Clinic: terms.Clinic, Mode: string(terms.Mode),
		StartsOn: terms.StartsOn, EndsOn: terms.EndsOn, UpdatedAt: at,
	})
	if err != nil {
		return err
	}
	return DraftContract(ctx, q, caseNo, county, terms, 1, by, at)
}

// DraftContract stores a text of the agreement.
func DraftContract(ctx context.Context, q *store.Queries, caseNo, county string, terms nursery.ContractTerms, version int, by string, at time.Time) error {
	institution, err := q.InstitutionByID(ctx, terms.Institution)
	if err != nil {
		return err
	}
	clinic, err := q.ClinicByID(ctx, terms.Clinic)
	if err != nil {
		return err
	}
	text := nursery.AgreementText(terms, institution.Name, clinic.Name, version)
	raw, err := json.Marshal(terms)
	if err != nil {
		return fmt.Errorf("encode terms: %w", err)
	}
	return q.InsertContractText(ctx, store.InsertContractTextParams{
		CaseNo: caseNo, Version: int32(version), County: county, Institution: terms.Institution, Clinic: terms.Clinic, Terms: raw, Text: text,
		Sha256: nursery.TextHash(text), Author: by, At: at,
	})
}

// The rule sets evaluated on a contract.
const (
	RulesContract     = "contract.order"
	RulesContractDuty = "contract.duty"
)

// ContractLimits reads the limits of contracts of a county on a day.
func ContractLimits(rules *policies.Engine, day nursery.Date, county string) (nursery.ContractParams, error) {
	var limits nursery.ContractParams
	err := rules.Params("contract", day, county, &limits)
	return limits, err
}

// ContractTerms is the part of a contract that its workflow needs; the terms stay in Postgres.
type ContractTerms struct {
	Version      int
	StartsOn     nursery.Date
	EndsOn       nursery.Date
	RenewOn      nursery.Date // when renewal is requested
	Refused      bool         // contract.order fails
	Decision     string
	ReplyDays    int
	SilenceDays  int
	Signed       []nursery.Role // the sides that have signed this version
	RenewalAsked bool
}

// OpenContract is the input of opening a contract, or of assessing it again.
type OpenContract struct {
	CaseNo, Step string
	At           time.Time
}

// AssessContract evaluates contract.order on the current contract, and returns what the workflow needs. The first
// assessment opens the case.
func (e *Engine) AssessContract(ctx context.Context, in OpenContract) (ContractTerms, error) {
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		if err := s.take(ctx); err != nil {
			return err
		}
		c, err := s.q.ContractByCase(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		facts, err := s.contractFacts(ctx, c)
		if err != nil {
			return err
		}
		d, err := e.decideOn(ctx, s, RulesContract, facts, s.today())
		if err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageSigning)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "contract_assessed", note: "核对签约条件：" + resultWord(d.Result), data: map[string]any{
			"decision": d.ID, "result": d.Result, "version": c.Version,
		}})
	})
	if err != nil {
		return ContractTerms{}, err
	}
	return e.contractTerms(ctx, in.CaseNo, in.Step)
}

func resultWord(r nursery.Result) string {
	return map[nursery.Result]string{nursery.Pass: "符合", nursery.Fail: "不符合", nursery.Unknown: "信息不全", nursery.NotApplicable: "不适用"}[r]
}

// contractTerms reads a contract for its workflow; step is that of the last assessment, if any.
func (e *Engine) contractTerms(ctx context.Context, caseNo, step string) (ContractTerms, error) {
	var t ContractTerms
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := q.ContractByCase(ctx, caseNo)
		if err != nil {
			return err
		}
		t.Version, t.StartsOn, t.EndsOn = int(c.Version), c.StartsOn, c.EndsOn
		limits, err := ContractLimits(e.Rules, c.StartsOn, c.County)
		if err != nil {
			return err
		}
		t.RenewOn = c.EndsOn.AddDays(-limits.RenewDays)
		t.ReplyDays, t.SilenceDays = limits.ReplyDays, limits.SilenceDays
		if t.RenewalAsked, err = q.TaskOfKindAsked(ctx, store.TaskOfKindAskedParams{CaseNo: caseNo, Kind: "contract.renew"}); err != nil {
			return fmt.Errorf("look for the question of renewal: %w", err)
		}
		signatures, err := q.ContractSignatures(ctx, caseNo)
		if err != nil {
			return err
		}
		for _, sig := range signatures {
			if sig.Version == c.Version {
				t.Signed = append(t.Signed, nursery.Role(sig.Side))
			}
		}
		if step == "" {
			return nil
		}
		made, err := q.DecisionsOfStep(ctx, store.DecisionsOfStepParams{CaseNo: caseNo, Step: step})
		if err != nil {
			return err
		}
		for _, d := range made {
			t.Decision, t.Refused = d.ID, d.Result != string(nursery.Pass)
		}
		return nil
	})
	return t, err
}

// ReadContract reads the current terms of a contract for its workflow.
func (e *Engine) ReadContract(ctx context.Context, caseNo string) (ContractTerms, error) {
	return e.contractTerms(ctx, caseNo, "")
}

func (s *step) contractFacts(ctx context.Context, c store.Contract) (nursery.ContractFacts, error) {
	text, err := s.q.ContractText(ctx, store.ContractTextParams{CaseNo: c.CaseNo, Version: c.Version})
	if err != nil {
		return nursery.ContractFacts{}, err
	}
	var terms nursery.ContractTerms
	if err := json.Unmarshal(text.Terms, &terms); err != nil {
		return nursery.ContractFacts{}, fmt.Errorf("decode terms: %w", err)
	}
	clinic, err := s.q.ClinicByID(ctx, c.Clinic)
	if err != nil {
		return nursery.ContractFacts{}, err
	}
	institution, err := s.q.InstitutionByID(ctx, c.Institution)
	if err != nil {
		return nursery.ContractFacts{}, err
	}
	terms.StartsOn, terms.EndsOn, terms.Mode = c.StartsOn, c.EndsOn, nursery.ServiceMode(c.Mode) // the end may have been moved
	return ContractFactsOf(ctx, s.q, terms, institution, clinic, c.CaseNo)
}

// ContractFactsOf returns the input of contract.order for terms between an institution and a clinic; caseNo is that of
// the contract itself, which does not count as another one, or "" if there is none yet.
func ContractFactsOf(ctx context.Context, q *store.Queries, t nursery.ContractTerms, institution store.Institution, clinic store.Clinic, caseNo string) (nursery.ContractFacts, error) {
	read, err := ContractFactsOfEach(ctx, q, t.StartsOn, t.EndsOn, institution, []string{clinic.ID}, caseNo)
	if err != nil {
		return nursery.ContractFacts{}, err
	}
	return read(t, clinic), nil
}

// ContractFactsOfEach reads what ContractFactsOf needs for contracts of an institution from one day until another with
// any of the clinics, in two queries, and returns the function that makes the facts of one.
func ContractFactsOfEach(ctx context.Context, q *store.Queries, since, until nursery.Date, institution store.Institution, clinics []string, caseNo string,
) (func(nursery.ContractTerms, store.Clinic) nursery.ContractFacts, error) {
	rows, err := q.ChildrenServedBy(ctx, store.ChildrenServedByParams{Clinics: clinics, Aside: institution.ID})
	if err != nil {
		return nil, err
	}
	served := make(map[string]int, len(rows))
	for _, row := range rows {
		served[row.Clinic] = int(row.Seats)
	}
	others, err := q.ContractsOverlapping(ctx, store.ContractsOverlappingParams{Institution: institution.ID, CaseNo: caseNo, Since: since, Until: until})
	if err != nil {
		return nil, err
	}
	return func(t nursery.ContractTerms, clinic store.Clinic) nursery.ContractFacts {
		return nursery.ContractFacts{
			StartsOn: t.StartsOn, EndsOn: t.EndsOn, Mode: t.Mode, Services: t.Services,
			SameCounty: clinic.County == institution.County, Licence: nursery.LicenceFits(clinic.Licence), LicensedUntil: clinic.LicensedUntil,
			PrimaryCare: clinic.PrimaryCare, ModeOffered: slices.Contains(clinic.Modes, string(t.Mode)), Capacity: int(clinic.Capacity),
			ChildrenServed: served[clinic.ID], Seats: int(institution.Seats), InstitutionFiled: institution.Status == "filed" || institution.Status == "rectifying",
			OtherInForce: len(others) > 0,
		}
	}, nil
}

// TakeSignature stores the signature of a side; in.Tasks is the answered task. It returns false, and the signature does
// not count, if the text has been changed in the meantime.
func (e *Engine) TakeSignature(ctx context.Context, in Move) (bool, error) {
	counts := true
	done, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		var said struct {
			SHA256 string `json:"text_sha256"`
		}
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		c, err := s.q.ContractByCase(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		text, err := s.q.ContractText(ctx, store.ContractTextParams{CaseNo: c.CaseNo, Version: c.Version})
		if err != nil {
			return err
		}
		if counts = said.SHA256 == text.Sha256; !counts {
			return s.record(ctx, in.event("signature_void", "签署的文本已变更，签署不生效"))
		}
		err = s.q.InsertContractSignature(ctx, store.InsertContractSignatureParams{
			CaseNo: c.CaseNo, Version: c.Version, Side: string(in.Role), County: c.County, Institution: c.Institution, Clinic: c.Clinic,
			Sha256: text.Sha256, SignedBy: in.Actor, SignedAt: s.at,
		})
		if err != nil {
			return err
		}
		ev := in.event("contract_signed", fmt.Sprintf("%s签署协议第 %d 稿", in.Role.Title(), c.Version))
		ev.data = map[string]any{"sha256": text.Sha256, "version": c.Version}
		return s.record(ctx, ev)
	})
	if err == nil && !done {
		var terms ContractTerms
		terms, err = e.contractTerms(ctx, in.CaseNo, "")
		counts = slices.Contains(terms.Signed, in.Role)
	}
	return counts, err
}

// FileContract files the signed contract with the county 县区备案; it takes effect on its first day.
func (e *Engine) FileContract(ctx context.Context, in Move) error {
	return e.contractMove(ctx, in, "signed", func(s *step, _ store.Contract) (event, error) {
		s.c.Stage = string(nursery.StageContractAwaited)
		return in.event("contract_filed", "协议已备案，到生效日履行"), nil
	})
}

// RefuseContract ends a contract that was not signed; note is the reason.
func (e *Engine) RefuseContract(ctx context.Context, in Move) error {
	return e.contractMove(ctx, in, "refused", func(s *step, _ store.Contract) (event, error) {
		s.end(nursery.StageContractRefused)
		return in.event("contract_refused", "未签成协议"), nil
	})
}

// BeginContract brings the contract into force and requests the agreement.
func (e *Engine) BeginContract(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		c, err := s.q.ContractByCase(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		if err := s.q.SetContractState(ctx, store.SetContractStateParams{CaseNo: c.CaseNo, State: "in_force", UpdatedAt: s.at}); err != nil {
			return err
		}
		s.c.Stage, s.c.Holder = string(nursery.StageInForce), string(nursery.RoleHospital)
		if err := e.orderAgreement(ctx, s, c); err != nil {
			return err
		}
		return s.record(ctx, in.event("contract_in_force", "协议生效，开始履行"))
	})
}

func (e *Engine) orderAgreement(ctx context.Context, s *step, c store.Contract) error {
	text, err := s.q.ContractText(ctx, store.ContractTextParams{CaseNo: c.CaseNo, Version: c.Version})
	if err != nil {
		return err
	}
	clinic, err := s.q.ClinicByID(ctx, c.Clinic)
	if err != nil {
		return err
	}
	signatures, err := s.q.ContractSignatures(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	agreement := Agreement{
		Clinic: clinic.Name, Mode: nursery.ServiceMode(c.Mode), StartsOn: c.StartsOn, EndsOn: c.EndsOn, Text: text.Text, TextSHA256: text.Sha256,
	}
	for _, sig := range signatures {
		if sig.Version == c.Version {
			agreement.Signatures = append(agreement.Signatures, AgreementSigned{
				Side: nursery.Role(sig.Side).Title(), Account: sig.SignedBy, On: nursery.DateOf(sig.SignedAt), SHA256: sig.Sha256,
			})
		}
	}
	return e.requestDocument(ctx, s, ContractAgreement, &AgreementContent{Agreement: agreement})
}

// contractMove sets the contract's state and writes one event.
func (e *Engine) contractMove(ctx context.Context, in Move, state string, do func(*step, store.Contract) (event, error)) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		c, err := s.q.ContractByCase(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		if err := s.q.SetContractState(ctx, store.SetContractStateParams{CaseNo: c.CaseNo, State: state, UpdatedAt: s.at}); err != nil {
			return fmt.Errorf("set contract %s: %w", state, err)
		}
		ev, err := do(s, c)
		if err != nil {
			return err
		}
		return s.record(ctx, ev)
	})
}

// TakeAnswer records the answer to a task of a case on its timeline.
func (e *Engine) TakeAnswer(ctx context.Context, in Move) error {
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		var said struct {
			Note string `json:"note"`
		}
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		return s.record(ctx, in.event(s.c.Kind+"_answered", said.Note))
	})
	return err
}

// contractNames are the activities of contracts.
func contractNames(e *Engine) []Named {
	return []Named{
		{"AssessContract", e.AssessContract, ""},
		{"ReadContract", e.ReadContract, ""},
		{"TakeSignature", e.TakeSignature, ""},
		{"FileContract", e.FileContract, ""},
		{"RefuseContract", e.RefuseContract, ""},
		{"BeginContract", e.BeginContract, ""},
		{"TakeAnswer", e.TakeAnswer, ""},
		{"AssessDuties", e.AssessDuties, ""},
		{"EndContract", e.EndContract, ""},
		{"CloseContract", e.CloseContract, ""},
		{"RenewContract", e.RenewContract, ""},
		{"OpenRoundOfContract", e.OpenRoundOfContract, ""},
	}
}
