package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// The rule sets evaluated on a filing.
const (
	RulesRoute    = "registration.route"
	RulesComplete = "filing.complete"
	RulesConform  = "filing.conform"
)

// RouteInstitution is the route of a family point with more children than permitted.
const RouteInstitution = "institution"

// FilingRuleSets lists the rule sets of a filing in the order of evaluation.
func FilingRuleSets() []string { return []string{RulesRoute, RulesComplete, RulesConform} }

// Assess is the input of Engine.Assess.
type Assess struct {
	CaseNo, Step string
	At           time.Time
}

// Assessment is the part of the decisions that a workflow needs; the reasons stay in Postgres.
type Assessment struct {
	Decision         string // the decision shown to a reviewer
	Gaps             int    // number of gaps the applicant has to correct
	Nonconformities  int    // number of nonconformities to be checked on site
	Reroute          bool   // the family point has to file as an institution
	RegistrationSeen bool   // the registrar's data, or a certificate confirmed by a clerk, is known
}

// Assess evaluates every rule set on the latest version of the application, as of the day of receipt, and stores each
// decision with its input.
func (e *Engine) Assess(ctx context.Context, in Assess) (Assessment, error) {
	var made []nursery.Decision
	var registered bool
	done, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		facts, err := s.facts(ctx)
		if err != nil {
			return err
		}
		site, err := siteOfFiling(ctx, s.q, s.c.CaseNo)
		if err != nil {
			return err
		}
		registered = facts.Registration != nil
		if made, err = e.decideAll(ctx, s, FilingRuleSets(), facts, facts.ReceivedOn); err != nil {
			return err
		}
		if registered {
			if err := noteFilingOf(ctx, s.q, site, s.c.CaseNo, s.c.CaseNo, s.at); err != nil {
				return err
			}
		}
		return s.record(ctx, event{kind: "assessed", note: "规则比对完成", internal: true, data: map[string]any{
			"gaps": len(Gaps(made)), "registered": registered,
		}})
	}, readApplication, readRegistration, readSite)
	if err != nil {
		return Assessment{}, err
	}
	if !done {
		made, registered, err = e.decisionsOf(ctx, in.CaseNo, in.Step)
		if err != nil {
			return Assessment{}, err
		}
	}
	return assessment(made, registered), nil
}

func assessment(made []nursery.Decision, registered bool) Assessment {
	a := Assessment{Gaps: len(Gaps(made)), RegistrationSeen: registered}
	for _, d := range made {
		switch d.RuleSet {
		case RulesRoute:
			a.Reroute = d.Route == RouteInstitution
		case RulesComplete:
			a.Decision = d.ID
		case RulesConform:
			for _, r := range d.Reasons {
				if r.Result == nursery.Fail {
					a.Nonconformities++
				}
			}
		}
	}
	return a
}

// Gaps returns what an applicant has to correct before the papers are complete: everything found by registration and
// completeness, and the facts without which conformity cannot be decided. A standard that is not met is not a gap: the
// receipt depends on completeness, and the finding on site covers it (托育机构登记和备案办法(试行) art. 9; 国卫办妇幼发〔2022〕11号).
// A fact that several rules miss is returned once.
func Gaps(made []nursery.Decision) []nursery.Reason {
	var gaps []nursery.Reason
	asked := map[string]bool{}
	for _, d := range made {
		for _, r := range d.Gaps() {
			if d.RuleSet == RulesConform && r.Result == nursery.Fail {
				continue
			}
			if r.Result == nursery.Unknown && len(r.Fields) == 1 {
				if asked[r.Fields[0]] {
					continue
				}
				asked[r.Fields[0]] = true
			}
			gaps = append(gaps, r)
		}
	}
	return gaps
}

func readRegistration(ctx context.Context, q *store.Queries, caseNo string, _ int32) error {
	_, err := q.RegistrationOfApplicant(ctx, caseNo)
	return err
}

// facts returns the input of the rules: the latest application and the registrar's data for its credit code.
func (s *step) facts(ctx context.Context) (nursery.FilingFacts, error) {
	facts := nursery.FilingFacts{ReceivedOn: s.c.ReceivedOn}
	var err error
	if facts.Application, err = s.latest(ctx); err != nil {
		return facts, err
	}
	registration, err := s.q.RegistrationOfApplicant(ctx, s.c.CaseNo)
	if store.IsNotFound(err) {
		return facts, nil
	}
	if err != nil {
		return facts, fmt.Errorf("read registration: %w", err)
	}
	facts.Registration = new(nursery.Registration)
	if err := json.Unmarshal(registration.Facts, facts.Registration); err != nil {
		return facts, fmt.Errorf("decode registration: %w", err)
	}
	return facts, nil
}

// decisionsOf reads the decisions of an earlier step.
func (e *Engine) decisionsOf(ctx context.Context, caseNo, step string) (made []nursery.Decision, registered bool, err error) {
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		made, registered, err = readDecisions(ctx, q, caseNo, step)
		return err
	})
	return made, registered, err
}

func readDecisions(ctx context.Context, q *store.Queries, caseNo, step string) (made []nursery.Decision, registered bool, err error) {
	rows, err := q.DecisionsOfStep(ctx, store.DecisionsOfStepParams{CaseNo: caseNo, Step: step})
	if err != nil {
		return nil, false, err
	}
	for _, row := range rows {
		var d nursery.Decision
		if err := json.Unmarshal(row.Output, &d); err != nil {
			return nil, false, fmt.Errorf("decode decision: %w", err)
		}
		made = append(made, d)
		if row.Input == nil {
			continue
		}
		var input struct{ Registration *struct{} }
		if err := json.Unmarshal(row.Input, &input); err != nil {
			return nil, false, fmt.Errorf("decode decision input: %w", err)
		}
		registered = registered || input.Registration != nil
	}
	return made, registered, nil
}

// decideOn evaluates one rule set on facts as of a day and stores the decision with its input, under the case and the
// step.
func (e *Engine) decideOn(ctx context.Context, s *step, ruleSet string, facts any, asOf nursery.Date) (nursery.Decision, error) {
	made, err := e.decideAll(ctx, s, []string{ruleSet}, facts, asOf)
	if err != nil {
		return nursery.Decision{}, err
	}
	return made[0], nil
}

// decideAll asks several rule sets about the same facts and stores the decisions; the first one has the input of all.
func (e *Engine) decideAll(ctx context.Context, s *step, ruleSets []string, facts any, asOf nursery.Date) ([]nursery.Decision, error) {
	input, err := json.Marshal(facts)
	if err != nil {
		return nil, fmt.Errorf("encode facts: %w", err)
	}
	var made []nursery.Decision
	stored := store.InsertDecisionsParams{
		CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, AsOf: asOf, Input: input, DecidedAt: s.at,
	}
	for _, ruleSet := range ruleSets {
		d, err := e.Rules.Decide(ctx, ruleSet, facts, asOf, s.c.County)
		if err != nil {
			return nil, fmt.Errorf("decide %s: %w", ruleSet, err)
		}
		d.ID = s.c.CaseNo + "/" + s.name + "/" + ruleSet
		output, err := json.Marshal(d)
		if err != nil {
			return nil, fmt.Errorf("encode decision: %w", err)
		}
		stored.Ids, stored.RuleSets = append(stored.Ids, d.ID), append(stored.RuleSets, ruleSet)
		stored.Revisions, stored.Results = append(stored.Revisions, d.Revision), append(stored.Results, string(d.Result))
		stored.Outputs, stored.DurationsUs = append(stored.Outputs, string(output)), append(stored.DurationsUs, d.Duration.Microseconds())
		made = append(made, d)
	}
	stored.First = stored.Ids[0]
	return made, s.q.InsertDecisions(ctx, stored)
}

// normalizeAtOnce is the number of children changed in one transaction; an interruption loses no more than that.
const normalizeAtOnce = 200

// NormalizeNames rewrites the names that were entered before names were normalized by nursery.NormalName, and the
// person hashes derived from them, so that old entries match new ones. It may be interrupted and repeated, concurrently
// with other processes. Values that cannot be decrypted are left unchanged and reported at the end, after everything
// else is done.
func NormalizeNames(ctx context.Context, db *store.DB, fields *sealing.Fields) (total int, err error) {
	left := 0
	for after := ""; ; {
		var rows []store.Child
		changed, failed := 0, 0
		err := db.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			rows, err = q.ChildrenToNormalize(ctx, store.ChildrenToNormalizeParams{After: after, PageSize: normalizeAtOnce})
			if err != nil {
				return err
			}
			for _, row := range rows {
				c, err := OpenChild(fields, row, nursery.ChildName, nursery.ChildGuardianName, nursery.ChildGuardianPhone, nursery.ChildBirth, nursery.ChildSex)
				if err != nil {
					failed++
					continue
				}
				if err := normalizeChild(ctx, q, fields, row.ID, c); err != nil {
					return err
				}
				changed++
			}
			return nil
		})
		if err != nil {
			return total, fmt.Errorf("normalize names: %w", err)
		}
		total, left = total+changed, left+failed
		if len(rows) < normalizeAtOnce {
			break
		}
		after = rows[len(rows)-1].ID
	}
	if left > 0 {
		return total, fmt.Errorf("normalize names: %d children cannot be opened", left)
	}
	return total, nil
}

func normalizeChild(ctx context.Context, q *store.Queries, fields *sealing.Fields, id string, was nursery.Child) error {
	is := was.Normal()
	name, err := SealChild(fields, id, nursery.ChildName, is.Name)
	if err != nil {
		return err
	}
	var guardian []byte
	if is.GuardianName != "" {
		if guardian, err = SealChild(fields, id, nursery.ChildGuardianName, is.GuardianName); err != nil {
			return err
		}
	}
	if err := q.PutNormalName(ctx, store.PutNormalNameParams{ID: id, Name: name, GuardianName: guardian}); err != nil {
		return err
	}
	persons, err := q.PersonsOfChild(ctx, id)
	if err != nil {
		return err
	}
	for _, person := range persons {
		put, err := renewedPerson(fields, was, person)
		if err != nil {
			return err
		}
		if bytes.Equal(put, person) {
			continue
		}
		if err := q.PutPerson(ctx, store.PutPersonParams{Child: id, Was: person, Person: put}); err != nil {
			return err
		}
	}
	return nil
}

// renewedPerson returns the hash that replaces an old one. A list may have had no phone where another entry had one:
// the phone of the old hash is found by recomputing it, and is the recorded one if neither matches the hash.
func renewedPerson(fields *sealing.Fields, was nursery.Child, old []byte) ([]byte, error) {
	recorded := was.GuardianPhone
	for _, phone := range []string{recorded, ""} {
		typed := strings.Join([]string{was.Name, was.BornOn.String(), string(was.Sex), phone}, "\x00")
		made, err := fields.Indexes(personColumn, typed)
		if err != nil {
			return nil, err
		}
		was.GuardianPhone = phone
		now, err := PersonIndex(fields, was)
		if err != nil {
			return nil, err
		}
		for _, index := range append(made, now) {
			if bytes.Equal(index, old) {
				return now, nil
			}
		}
	}
	was.GuardianPhone = recorded
	return PersonIndex(fields, was)
}
