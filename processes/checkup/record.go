package checkup

import (
	"context"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/growth"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RecordCheckups takes down what the team found of a class, all of it or nothing. Errors: invalid with every fault,
// consent_missing for each child whose guardian has not consented, measure_again for each value that cannot be,
// checkup_closed, sealing_unavailable.
func (s *Service) RecordCheckups(ctx context.Context, p nursery.Principal, key, caseNo, class string, in ClassRecords) (ClassRecorded, error) {
	class = nursery.NormalClass(class)
	if err := s.Sealing(); err != nil {
		return ClassRecorded{}, err
	}
	body := map[string]any{"class": class, "records": in.Records}
	done, err := casework.Command(ctx, s.Service, p, key, "checkup.record "+caseNo, body, func(q *store.Queries) (ClassRecorded, error) {
		c, round, err := roundCase.Lock(ctx, s.Service, q, p, "checkup.record", caseNo)
		if err != nil {
			return ClassRecorded{}, err
		}
		r := recording{s: s.Service, q: q, p: p, c: c, round: round, class: class, records: in.Records}
		if err := r.check(ctx); err != nil {
			return ClassRecorded{}, err
		}
		if err := r.judge(ctx); err != nil {
			return ClassRecorded{}, err
		}
		done, err := r.write(ctx, "records/"+casework.CompletionID(p, key))
		if err != nil {
			return done, err
		}
		for _, child := range done.Children {
			if child.Referral != "" {
				if err := s.StartAfter(ctx, q, child.Referral); err != nil {
					return done, err
				}
			}
		}
		return done, nil
	})
	if err != nil {
		return done, err
	}
	return done, s.fillLevels(ctx, p, &done)
}

// fillLevels sets the warnings of the rules in each record: the child's growth, and the time between two check-ups. It
// reads them from the sealed records, because the answer to the command is stored in plain text until its key is
// deleted.
func (s *Service) fillLevels(ctx context.Context, p nursery.Principal, done *ClassRecorded) error {
	of := store.RecordsOfVersionsParams{CaseNo: done.CaseNo}
	for _, child := range done.Children {
		of.Children, of.Versions = append(of.Children, child.Child), append(of.Versions, int32(child.Version))
	}
	levels := map[string][]string{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.RecordsOfVersions(ctx, of)
		if err != nil {
			return err
		}
		for _, row := range rows {
			content, err := activities.UnsealCheckup(s.Fields, row)
			if err != nil {
				return err
			}
			for _, judgement := range content.Judgements {
				for _, reason := range judgement.Reasons {
					if reason.Result == nursery.Warn {
						levels[row.Child] = append(levels[row.Child], reason.Message)
					}
				}
			}
		}
		return nil
	})
	for i := range done.Children {
		done.Children[i].Levels = levels[done.Children[i].Child]
	}
	return err
}

// recording is one send of a class's records.
type recording struct {
	s       *casework.Service
	q       *store.Queries
	p       nursery.Principal
	c       store.Case
	round   store.CheckupRound
	class   string
	records []nursery.Checkup

	children map[string]store.Child
	before   map[string]store.CheckupRecord // the last record of each child
	contents []activities.CheckupContent
	refer    []bool
}

func (r *recording) ids() []string {
	ids := make([]string, len(r.records))
	for i, record := range r.records {
		ids[i] = record.Child
	}
	return ids
}

// check refuses what cannot be recorded, with every fault at once.
func (r *recording) check(ctx context.Context) error {
	if r.round.State != "open" {
		return casework.NewError(casework.CodeCheckupClosed, "本轮体检尚未开始或已截止。")
	}
	half, err := nursery.ParseHalfYear(r.round.Half)
	if err != nil {
		return fmt.Errorf("read round: %w", err)
	}
	roster, err := r.q.CheckupRoster(ctx, r.round.CaseNo)
	if err != nil {
		return err
	}
	here := map[string]store.CheckupRoster{}
	for _, line := range roster {
		here[line.Child] = line
	}
	c, seen := &casework.Checker{}, map[string]bool{}
	for i, record := range r.records {
		at := fmt.Sprintf("/records/%d", i)
		for _, f := range record.Validate(r.s.Today()) {
			c.Add(at+f.Location, f.Message)
		}
		line, listed := here[record.Child]
		switch {
		case seen[record.Child]:
			c.Add(at+"/child", "同一名婴幼儿重复")
		case !listed || line.Class != r.class:
			c.Add(at+"/child", "不在本班名册内")
		case !line.LeftOn.IsZero() && !record.CheckedOn.Before(line.LeftOn):
			c.Add(at+"/checked_on", "该日已离托")
		case record.CheckedOn.Valid() && record.CheckedOn.Before(half.First()):
			c.Add(at+"/checked_on", "早于本半年度")
		}
		seen[record.Child] = true
		for n, item := range record.Items {
			if wrong := casework.CheckText(fmt.Sprintf("%s/items/%d/note", at, n), item.Note, 200); wrong != nil {
				c.Add(wrong.Location, wrong.Message)
			}
			if item.Reason == nursery.NotDoneElsewhere && item.ProofOn.Valid() && item.ProofOn.Before(half.First()) {
				c.Add(fmt.Sprintf("%s/items/%d/proof_on", at, n), "早于本半年度")
			}
		}
	}
	if err := r.checkProofs(ctx, c); err != nil {
		return err
	}
	if err := c.Err(); err != nil {
		return err
	}
	return r.checkConsents(ctx)
}

func (r *recording) checkProofs(ctx context.Context, c *casework.Checker) error {
	for n, record := range r.records {
		proofs := proofsOf(record)
		if len(proofs) == 0 {
			continue
		}
		have, err := r.q.AttachmentsKnown(ctx, store.AttachmentsKnownParams{
			Ids: proofs, County: r.c.County, Institution: r.c.Institution, Child: record.Child, CaseNo: r.c.CaseNo,
		})
		if err != nil {
			return err
		}
		for m, i := range record.Items {
			if i.Proof != "" && !slices.Contains(have, i.Proof) {
				c.Add(fmt.Sprintf("/records/%d/items/%d/proof", n, m), casework.NoAttachment)
			}
		}
	}
	return nil
}

// proofsOf returns the attachments that show what was checked elsewhere.
func proofsOf(record nursery.Checkup) (ids []string) {
	for _, i := range record.Items {
		if i.Proof != "" {
			ids = append(ids, i.Proof)
		}
	}
	return ids
}

// checkConsents refuses records of children whose guardians have not consented, or have withdrawn their consent
// (个人信息保护法 art. 15, 29, 31). A guardian's refusal may be recorded, because it reveals nothing of the child's health.
func (r *recording) checkConsents(ctx context.Context) error {
	rows, err := r.q.ConsentsStanding(ctx, store.ConsentsStandingParams{Children: r.ids(), Purpose: string(nursery.ConsentCheckup)})
	if err != nil {
		return err
	}
	standing := map[string]bool{}
	for _, row := range rows {
		standing[row.Child] = true
	}
	var fields []casework.FieldError
	for i, record := range r.records {
		only := !slices.ContainsFunc(record.Items, func(item nursery.CheckedItem) bool { return item.Done || !item.Reason.Waives() })
		if !standing[record.Child] && !only {
			fields = append(fields, casework.FieldError{Location: fmt.Sprintf("/records/%d/child", i), Message: "监护人未同意或已撤回同意"})
		}
	}
	if len(fields) > 0 {
		return casework.NewError(casework.CodeConsentMissing, "监护人未同意健康体检的，不得记录。", fields...)
	}
	return nil
}

// standingFrom is the age in days from which a height may be measured standing: below nine months WHO anthro takes every
// measurement as lying.
const standingFrom = 274

// checkAges refuses what the age of a child rules out.
func (r *recording) checkAges() error {
	c := &casework.Checker{}
	for i, record := range r.records {
		days := r.children[record.Child].BornOn.DaysUntil(record.CheckedOn)
		switch {
		case days < 0:
			c.Add(fmt.Sprintf("/records/%d/checked_on", i), "体检日期早于出生日期")
		case record.Standing && days < standingFrom && record.Value(nursery.ItemLength) > 0:
			c.Add(fmt.Sprintf("/records/%d/standing", i), "不足9个月的婴幼儿应卧位测量身长")
		}
	}
	return c.Err()
}

// judge collects the facts of the class and evaluates the rules: which values are impossible, which check-ups came too
// soon or too late, and which children to refer.
func (r *recording) judge(ctx context.Context) error {
	rows, err := r.q.ChildrenByID(ctx, r.ids())
	if err != nil {
		return err
	}
	r.children, r.before = map[string]store.Child{}, map[string]store.CheckupRecord{}
	for _, row := range rows {
		r.children[row.ID] = row
	}
	if err := r.checkAges(); err != nil {
		return err
	}
	err = r.q.AsEngine(ctx, func() error { // also what another clinic measured
		last, err := r.q.LastRecords(ctx, r.ids())
		for _, row := range last {
			r.before[row.Now] = row.CheckupRecord
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read earlier records: %w", err)
	}
	facts := nursery.CheckupFacts{}
	for _, record := range r.records {
		content, err := r.content(record)
		if err != nil {
			return err
		}
		r.contents = append(r.contents, content)
		facts.Children = append(facts.Children, content.Facts)
	}
	if err := r.decide(ctx, activities.RulesCheckupGrowth, facts); err != nil {
		return err
	}
	if err := r.measureAgain(); err != nil {
		return err
	}
	for _, set := range []string{activities.RulesCheckupSchedule, activities.RulesCheckupReferral} {
		if err := r.decide(ctx, set, facts); err != nil {
			return err
		}
	}
	r.refer = make([]bool, len(r.contents))
	for i, content := range r.contents {
		r.refer[i] = len(causes(content)) > 0
	}
	return nil
}

// content returns the stored content of a record: its scores and the facts for the rules.
func (r *recording) content(record nursery.Checkup) (activities.CheckupContent, error) {
	child := r.children[record.Child]
	days := child.BornOn.DaysUntil(record.CheckedOn)
	scores := growth.Assess(growth.Measurement{
		Sex: nursery.Sex(child.Sex), Days: days, WeightKg: record.Value(nursery.ItemWeight), LengthCm: record.Value(nursery.ItemLength),
		Standing: record.Standing, HeadCm: record.Value(nursery.ItemHead), Oedema: record.Oedema,
	})
	facts := nursery.CheckupChild{
		Child: record.Child, Months: record.CheckedOn.MonthsSince(child.BornOn), MeasuredAgain: record.MeasuredAgain,
		Weight: measured(record, nursery.ItemWeight), Length: measured(record, nursery.ItemLength), Haemoglobin: measured(record, nursery.ItemHaemoglobin),
		WeightZ: scores.WeightForAge, LengthZ: scores.LengthForAge, WeightLengthZ: scores.WeightForLength, HeadZ: scores.HeadForAge,
	}
	found := func(item nursery.CheckItem) string {
		i, _ := record.Of(item)
		return i.Result
	}
	facts.Hearing, facts.Vision = found(nursery.ItemHearing), found(nursery.ItemVision)
	if i, ok := record.Of(nursery.ItemDevelopment); ok {
		facts.Signs = i.Signs
	}
	content := activities.CheckupContent{Checkup: record, Scores: scores}
	row, ok := r.before[record.Child]
	if ok && row.CheckedOn.Before(record.CheckedOn) {
		before, err := activities.UnsealCheckup(r.s.Fields, row)
		if err != nil {
			return content, err
		}
		facts.WeightBefore, facts.LengthBefore = measured(before.Checkup, nursery.ItemWeight), measured(before.Checkup, nursery.ItemLength)
		between := row.CheckedOn.DaysUntil(record.CheckedOn)
		facts.DaysBetween = &between
		if row.CaseNo != r.round.CaseNo && before.Checkup.AnyDone() && record.AnyDone() {
			months := record.CheckedOn.MonthsSince(row.CheckedOn)
			facts.MonthsSince = &months
		}
	}
	content.Facts = facts
	return content, nil
}

func measured(c nursery.Checkup, item nursery.CheckItem) *float64 {
	if v := c.Value(item); v > 0 {
		return &v
	}
	return nil
}

// decide evaluates a rule set for the class once and adds to each child's content the reasons that concern the child.
func (r *recording) decide(ctx context.Context, set string, facts nursery.CheckupFacts) error {
	d, err := r.s.Rules.Decide(ctx, set, facts, r.s.Today(), r.c.County)
	if err != nil {
		return fmt.Errorf("decide %s: %w", set, err)
	}
	for i := range r.contents {
		said := activities.CheckupJudgement{RuleSet: set, Revision: d.Revision, AsOf: d.AsOf, DurationUs: d.Duration.Microseconds(), Reasons: []nursery.Reason{}}
		for _, reason := range d.Reasons {
			if reason.Subject == r.contents[i].Checkup.Child {
				said.Reasons = append(said.Reasons, reason)
			}
		}
		r.contents[i].Judgements = append(r.contents[i].Judgements, said)
	}
	return nil
}

// measureAgain refuses impossible values until the record states that they were measured a second time.
func (r *recording) measureAgain() error {
	var fields []casework.FieldError
	for i, content := range r.contents {
		for _, reason := range content.Judgements[0].Reasons {
			if reason.Result != nursery.Unknown {
				continue
			}
			at := fmt.Sprintf("/records/%d", i)
			for n, item := range content.Checkup.Items {
				if len(reason.Fields) > 0 && reason.Fields[0] == "/"+string(item.Item) {
					at = fmt.Sprintf("%s/items/%d/value", at, n)
				}
			}
			fields = append(fields, casework.FieldError{Location: at, Message: reason.Message + reason.Remedy})
		}
	}
	if len(fields) > 0 {
		return casework.NewError(casework.CodeMeasureAgain, "有测量值需要复测；复测属实的，注明已复测后重新提交。", fields...)
	}
	return nil
}

// causes are the rules' reasons to refer, in words for the guardian.
func causes(c activities.CheckupContent) []string {
	var causes []string
	for _, j := range c.Judgements {
		for _, reason := range j.Reasons {
			if j.RuleSet == activities.RulesCheckupReferral && reason.Result == nursery.Fail && !slices.Contains(causes, reason.Message) {
				causes = append(causes, reason.Message)
			}
		}
	}
	return causes
}
