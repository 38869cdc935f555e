package checkup

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

func (r *recording) write(ctx context.Context, step string) (ClassRecorded, error) {
	done := ClassRecorded{CaseNo: r.c.CaseNo, Class: r.class}
	versions := map[string]int32{}
	err := r.q.AsEngine(ctx, func() error { // including records of the previous clinic of the round
		last, err := r.q.LastVersions(ctx, store.LastVersionsParams{CaseNo: r.c.CaseNo, Children: r.ids()})
		for _, row := range last {
			versions[row.Child] = row.Version
		}
		return err
	})
	if err != nil {
		return done, fmt.Errorf("read versions: %w", err)
	}
	rows := store.InsertCheckupRecordsParams{
		CaseNo: r.c.CaseNo, County: r.c.County, Institution: r.c.Institution, Clinic: r.round.Clinic, RecordedBy: r.p.Account, RecordedAt: r.s.Now(),
	}
	var checked []string
	for i, content := range r.contents {
		id := content.Checkup.Child
		version := versions[id] + 1
		sealed, err := activities.SealCheckup(r.s.Fields, r.c.CaseNo, version, content)
		if err != nil {
			return done, err
		}
		rows.Children, rows.Versions, rows.Contents = append(rows.Children, id), append(rows.Versions, version), append(rows.Contents, sealed)
		rows.CheckedOn, rows.Refers = append(rows.CheckedOn, content.Checkup.CheckedOn.String()), append(rows.Refers, r.refer[i])
		done.Children = append(done.Children, RecordedChild{Child: id, Version: int(version)})
		if content.Checkup.AnyDone() {
			checked = append(checked, id)
		}
	}
	if err := r.q.InsertCheckupRecords(ctx, rows); err != nil {
		return done, err
	}
	for _, record := range r.records {
		if err := casework.Link(ctx, r.q, r.c.Institution, r.c.CaseNo, record.Child, proofsOf(record)...); err != nil {
			return done, err
		}
	}
	if err := r.settle(ctx); err != nil {
		return done, err
	}
	err = r.q.OpenHealthRecords(ctx, store.OpenHealthRecordsParams{
		Children: checked, County: r.c.County, Institution: r.c.Institution, Clinic: r.round.Clinic, OpenedOn: r.s.Today(),
	})
	if err != nil {
		return done, err
	}
	if err := r.openReferrals(ctx, &done); err != nil {
		return done, err
	}
	note := fmt.Sprintf("%s体检记录 %d 名", r.class, len(r.records))
	if err := r.s.RecordEvent(ctx, r.q, r.c, r.p, step, "checkup_recorded", note, false, map[string]any{"children": len(r.records)}); err != nil {
		return done, err
	}
	return done, activities.EnqueueChange(ctx, r.q, r.c, step, r.s.Now())
}

// settle credits completed items to the duties, and records the reasons for the others.
func (r *recording) settle(ctx context.Context) error {
	rows := store.SettleDutiesParams{Half: r.round.Half, CaseNo: r.round.CaseNo}
	for _, record := range r.records {
		for _, i := range record.Items {
			done, waived, tried := "", "", ""
			switch {
			case i.Done:
				done = record.CheckedOn.String()
			case i.Reason == nursery.NotDoneElsewhere:
				done = i.ProofOn.String()
			case i.Reason.Waives():
				waived = record.CheckedOn.String()
			default:
				tried = record.CheckedOn.String()
			}
			rows.Children, rows.Items = append(rows.Children, record.Child), append(rows.Items, string(i.Item))
			rows.DoneOn, rows.WaivedOn, rows.TriedOn = append(rows.DoneOn, done), append(rows.WaivedOn, waived), append(rows.TriedOn, tried)
			rows.Elsewhere = append(rows.Elsewhere, i.Reason == nursery.NotDoneElsewhere)
		}
	}
	return r.q.SettleDuties(ctx, rows)
}

// openReferrals opens a referral for each child that the rules refer and that has none open.
func (r *recording) openReferrals(ctx context.Context, done *ClassRecorded) error {
	for i, content := range r.contents {
		if !r.refer[i] {
			continue
		}
		id := content.Checkup.Child
		raw, err := json.Marshal(causes(content))
		if err != nil {
			return fmt.Errorf("encode cause: %w", err)
		}
		err = r.q.AsEngine(ctx, func() error {
			parent := r.c.CaseNo
			caseNo, opened, err := activities.StartCase(ctx, r.q, nursery.PrefixReferral, store.Case{
				Kind: string(nursery.KindReferral), County: r.c.County, Institution: r.c.Institution, Partner: r.round.Clinic, About: id, ParentCase: &parent,
				Subject: "体检后转诊", Stage: string(nursery.StageReferred), Holder: string(nursery.RoleHospital), SubmittedBy: r.p.Account,
			}, map[string]any{"round": r.c.CaseNo}, "体检后转诊", r.s.Now())
			done.Children[i].Referral = caseNo
			if err != nil || !opened {
				return err
			}
			cause, err := r.s.Fields.Seal(raw, activities.ReferralCell(caseNo, "cause"))
			if err != nil {
				return fmt.Errorf("seal cause: %w", err)
			}
			return r.q.InsertReferral(ctx, store.InsertReferralParams{
				CaseNo: caseNo, Round: r.c.CaseNo, Child: id, County: r.c.County, Institution: r.c.Institution, Clinic: r.round.Clinic, Cause: cause,
				OpenedOn: r.s.Today(),
			})
		})
		if err != nil {
			return fmt.Errorf("open referral: %w", err)
		}
	}
	return nil
}
