package activities

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/store"
)

// DutyAssessment is the part of the month's assessment that a workflow needs.
type DutyAssessment struct {
	Light    nursery.Light
	Decision string
}

// AssessDuties computes the progress of a contract's duties on the day of in.At, evaluates contract.duty on it and
// stores the light.
func (e *Engine) AssessDuties(ctx context.Context, in Move) (DutyAssessment, error) {
	asOf := nursery.DateOf(in.At)
	var found DutyAssessment
	done, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		c, err := s.q.ContractByCase(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		duties, err := DutiesOf(ctx, s.q, e.Rules, c, asOf)
		if err != nil {
			return err
		}
		d, err := e.decideOn(ctx, s, RulesContractDuty, nursery.ContractDutyFacts{Duties: duties}, asOf)
		if err != nil {
			return err
		}
		found = DutyAssessment{Light: nursery.LightOf(d), Decision: d.ID}
		raw, err := json.Marshal(duties)
		if err != nil {
			return fmt.Errorf("encode duties: %w", err)
		}
		err = s.q.InsertContractAssessment(ctx, store.InsertContractAssessmentParams{
			CaseNo: c.CaseNo, AsOf: asOf, County: c.County, Institution: c.Institution, Clinic: c.Clinic, Light: string(found.Light), Duties: raw,
			Decision: d.ID,
		})
		if err != nil {
			return err
		}
		err = s.q.ShowContractLight(ctx, store.ShowContractLightParams{CaseNo: c.CaseNo, Light: string(found.Light), LightOn: asOf, UpdatedAt: s.at})
		if err != nil {
			return err
		}
		return s.record(ctx, event{kind: "duties_assessed", note: "按月核对履约：" + found.Light.Title(), data: map[string]any{
			"light": found.Light, "decision": d.ID,
		}})
	})
	if err == nil && !done {
		err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
			row, err := q.ContractAssessmentOn(ctx, store.ContractAssessmentOnParams{CaseNo: in.CaseNo, AsOf: asOf})
			found = DutyAssessment{Light: nursery.Light(row.Light), Decision: row.Decision}
			return err
		})
	}
	return found, err
}

// DutiesOf returns the progress of a contract's duties 履约进度 on a day.
func DutiesOf(ctx context.Context, q *store.Queries, rules *policies.Engine, c store.Contract, day nursery.Date) ([]nursery.DutyLine, error) {
	limits, err := ContractLimits(rules, c.StartsOn, c.County)
	if err != nil {
		return nil, err
	}
	facts := nursery.DutyFacts{
		StartsOn: c.StartsOn, EndsOn: c.EndsOn, RoundsClosed: map[nursery.HalfYear]int{}, VisitsPerYear: limits.VisitsPerYear, HalfYearDays: limits.HalfYearDays,
	}
	visits, err := q.ContractVisits(ctx, c.CaseNo)
	if err != nil {
		return nil, err
	}
	for _, v := range visits {
		if v.ConfirmedAt != nil {
			facts.Visits = append(facts.Visits, v.VisitedOn)
		}
	}
	rounds, err := q.RoundsOfContract(ctx, c.CaseNo)
	if err != nil {
		return nil, err
	}
	for _, r := range rounds {
		half, err := nursery.ParseHalfYear(r.Half)
		if err != nil {
			return nil, fmt.Errorf("read round: %w", err)
		}
		if r.State == "closed" {
			facts.RoundsClosed[half]++
		}
	}
	care, err := q.ChildrenInCare(ctx, c.Institution)
	if err != nil {
		return nil, err
	}
	facts.Children, facts.Records = int(care.Children), int(care.Records)
	return nursery.DutiesOn(facts, day), nil
}

// ContractEnd is the result of ending a contract.
type ContractEnd struct {
	Uncovered int    // number of children in care without a contract from the next day on
	Decision  string // the decision of the rules, if there are such children
}

// EndContract ends a contract on the day after its last, and checks whether any child is left uncovered.
func (e *Engine) EndContract(ctx context.Context, in Move) (ContractEnd, error) {
	err := e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		c, err := s.q.ContractByCase(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		if err := s.q.SetContractState(ctx, store.SetContractStateParams{CaseNo: c.CaseNo, State: "ended", UpdatedAt: s.at}); err != nil {
			return err
		}
		end, err := e.uncovered(ctx, s, c)
		if err != nil {
			return err
		}
		note := "协议到期终止"
		if end.Uncovered > 0 {
			note = fmt.Sprintf("协议终止，在托婴幼儿 %d 人没有接续的签约医疗机构，已提醒双方和县区", end.Uncovered)
		}
		if err := e.orderEnded(ctx, s, c, end.Uncovered); err != nil {
			return err
		}
		ev := in.event("contract_ended", note)
		ev.data = contractEnd(end)
		return s.record(ctx, ev)
	})
	if err != nil {
		return ContractEnd{}, err
	}
	var end contractEnd // also for a step that was committed before its worker died
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		raw, err := q.StepData(ctx, store.StepDataParams{CaseNo: in.CaseNo, Step: in.Step})
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &end)
	})
	if err != nil {
		return ContractEnd{}, fmt.Errorf("read end of %s: %w", in.CaseNo, err)
	}
	return ContractEnd(end), nil
}

// contractEnd is ContractEnd as stored on the timeline.
type contractEnd struct {
	Uncovered int    `json:"uncovered"`
	Decision  string `json:"decision"`
}

// orderEnded requests the notice that the contract has ended.
func (e *Engine) orderEnded(ctx context.Context, s *step, c store.Contract, uncovered int) error {
	clinic, err := s.q.ClinicByID(ctx, c.Clinic)
	if err != nil {
		return err
	}
	return e.requestDocument(ctx, s, ContractEnded, &ContractEndedContent{
		Agreement: Agreement{Clinic: clinic.Name, Mode: nursery.ServiceMode(c.Mode), StartsOn: c.StartsOn, EndsOn: c.EndsOn}, Children: uncovered,
	})
}

func (e *Engine) uncovered(ctx context.Context, s *step, c store.Contract) (ContractEnd, error) {
	next := c.EndsOn.AddDays(1)
	following, err := s.q.ContractsOverlapping(ctx, store.ContractsOverlappingParams{Institution: c.Institution, CaseNo: c.CaseNo, Since: next, Until: next})
	if err != nil || len(following) > 0 {
		return ContractEnd{}, err
	}
	care, err := s.q.ChildrenInCare(ctx, c.Institution)
	if err != nil {
		return ContractEnd{}, err
	}
	if care.Children == 0 {
		return ContractEnd{}, nil
	}
	facts, err := s.contractFacts(ctx, c)
	if err != nil {
		return ContractEnd{}, err
	}
	facts.ChildrenUncovered = int(care.Children)
	d, err := e.decideOn(ctx, s, RulesContract, facts, s.today())
	return ContractEnd{Uncovered: int(care.Children), Decision: d.ID}, err
}

// CloseContract ends the case of a contract once all parties have acknowledged its end.
func (e *Engine) CloseContract(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		s.end(nursery.StageContractEnded)
		return s.record(ctx, in.event("contract_closed", "办结"))
	})
}

// RenewContract opens the contract that follows this one, with its terms for the same number of months: a renewal has a
// text and signatures of its own. In.Tasks is the answer it is based on.
func (e *Engine) RenewContract(ctx context.Context, in Move) error {
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		c, err := s.q.ContractByCase(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		if c.Renewal != nil {
			return s.record(ctx, in.event("contract_renewal", "续签已在办理"))
		}
		text, err := s.q.ContractText(ctx, store.ContractTextParams{CaseNo: c.CaseNo, Version: c.Version})
		if err != nil {
			return err
		}
		var terms nursery.ContractTerms
		if err := json.Unmarshal(text.Terms, &terms); err != nil {
			return fmt.Errorf("decode terms: %w", err)
		}
		days := c.StartsOn.DaysUntil(c.EndsOn)
		terms.StartsOn = c.EndsOn.AddDays(1)
		terms.EndsOn = terms.StartsOn.AddMonths(12).AddDays(-1)
		if days < 360 {
			terms.EndsOn = terms.StartsOn.AddDays(days)
		}
		renewal, _, err := NewContract(ctx, s.q, terms, s.c.CaseNo, s.c.County, in.Actor, "续签："+s.c.Subject, s.at)
		if err != nil {
			return err
		}
		if err := s.q.SetContractRenewal(ctx, store.SetContractRenewalParams{CaseNo: c.CaseNo, Renewal: &renewal, UpdatedAt: s.at}); err != nil {
			return err
		}
		ev := in.event("contract_renewal", "续签，新办件 "+renewal)
		ev.data = map[string]any{"renewal": renewal}
		return s.record(ctx, ev)
	})
	return err
}

// OpenRoundOfContract opens the check-up round that is due under a contract for the half-year of in.At. A round that
// waits for a contract, or had another one, is notified of this one.
func (e *Engine) OpenRoundOfContract(ctx context.Context, in Move) error {
	years, err := e.CalendarCache.Years(ctx)
	if err != nil {
		return err
	}
	_, err = e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		institution, err := s.q.InstitutionByID(ctx, s.c.Institution)
		if err != nil {
			return err
		}
		half := nursery.HalfYearOf(s.today())
		round, opened, err := StartCheckup(ctx, s.q, e.Rules, years, institution.ID, institution.Name, institution.County, half, nursery.Engine.Account, s.at)
		if err != nil {
			return err
		}
		note := half.Title() + "健康体检已开启，办件 " + round
		if !opened {
			note = half.Title() + "健康体检在办，办件 " + round
			c, err := s.q.CaseByNumber(ctx, round)
			if err != nil {
				return err
			}
			if c.Status == string(nursery.CaseOpen) {
				if err := EnqueueChange(ctx, s.q, c, "contract/"+s.c.CaseNo, s.at); err != nil {
					return err
				}
			}
		}
		return s.record(ctx, event{kind: "round_due", note: note, data: map[string]any{"round": round}})
	})
	return err
}

// The documents of a contract.
var (
	ContractAgreement = definition.Paper{
		Kind: "contract_agreement", Title: "医育结合签约服务协议", Prefix: "医签", Template: "contract/agreement.html", New: documents.Empty[AgreementContent](),
	}
	ContractEnded = definition.Paper{
		Kind: "contract_ended", Title: "协议终止告知书", Prefix: "医终", Template: "contract/ended.html", New: documents.Empty[ContractEndedContent](),
	}
)

// Agreement is what the documents of a contract state of it 协议. The notice of its end has neither text nor signatures.
type Agreement struct {
	Clinic     string              `json:"clinic"`
	Mode       nursery.ServiceMode `json:"mode"`
	StartsOn   nursery.Date        `json:"starts_on"`
	EndsOn     nursery.Date        `json:"ends_on"`
	Text       string              `json:"text"`        // the text both sides signed
	TextSHA256 string              `json:"text_sha256"` // its hash
	Signatures []AgreementSigned   `json:"signatures"`
}

// AgreementSigned is the signature of one side: who signed, when, and over which text.
type AgreementSigned struct {
	Side    string       `json:"side"`
	Account string       `json:"account"`
	On      nursery.Date `json:"on"`
	SHA256  string       `json:"sha256"`
}

func (a Agreement) facts() []documents.Fact {
	return documents.Facts{}.Text("签约医疗机构", a.Clinic).Text("协议期限", a.StartsOn.Long()+"至"+a.EndsOn.Long())
}

func (a Agreement) dated() bool { return a.Clinic != "" && a.StartsOn.Valid() && a.EndsOn.Valid() }

// AgreementContent is the content of ContractAgreement.
type AgreementContent struct {
	documents.Head
	Agreement Agreement `json:"agreement"`
}

// Needs requires the text and two signatures over it.
func (c *AgreementContent) Needs(need func(string, bool)) {
	a := c.Agreement
	need("agreement", a.dated() && a.Text != "" && len(a.TextSHA256) == 64)
	need("agreement.signatures", len(a.Signatures) == 2)
	for _, s := range a.Signatures {
		need("agreement.signatures", s.SHA256 == a.TextSHA256)
	}
}

// Facts returns the clinic and the term.
func (c *AgreementContent) Facts() []documents.Fact { return c.Agreement.facts() }

// ContractEndedContent is the content of ContractEnded.
type ContractEndedContent struct {
	documents.Head
	Agreement Agreement `json:"agreement"`
	Children  int       `json:"children,omitempty"` // 没有接续的在托婴幼儿
}

// Needs requires the clinic and the term.
func (c *ContractEndedContent) Needs(need func(string, bool)) { need("agreement", c.Agreement.dated()) }

// Facts returns the clinic and the term.
func (c *ContractEndedContent) Facts() []documents.Fact { return c.Agreement.facts() }
