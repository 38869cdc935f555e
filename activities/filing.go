package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/calendar"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Move is the input of one step of a case. Each activity below documents the fields it uses.
type Move struct {
	CaseNo, Step string
	At           time.Time
	Assessed     string   // the step whose decisions the move is based on
	Tasks        []string // the tasks whose answers the move is based on, first officer first
	Actor        string   // the account that caused it; the engine if empty
	Role         nursery.Role
}

func (m Move) event(kind, note string) event {
	return event{kind: kind, note: note, actor: m.Actor, role: m.Role}
}

// RequestCorrections notifies the applicant of every gap at once 一次性告知 (优化营商环境条例 art. 36): those the rules found in
// the Assessed step and those the reviewer added. The legal clocks are paused from this day.
func (e *Engine) RequestCorrections(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		gaps, err := s.gapsToTell(ctx, in)
		if err != nil {
			return err
		}
		if err := s.notifyGaps(ctx, gaps); err != nil {
			return err
		}
		if err := s.updateClocks(ctx, years, func(c calendar.Clock) calendar.Clock { return c.Pause(s.today()) }); err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, FilingCorrection, &CorrectionContent{Notice: documents.Notice{Gaps: printed(gaps)}})
		if err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageCorrections)
		ev := in.event("corrections_requested", fmt.Sprintf("一次性告知需补正 %d 项", len(gaps)))
		ev.data = map[string]any{"gaps": len(gaps)}
		return s.record(ctx, ev)
	})
}

func printed(reasons []nursery.Reason) []documents.Gap {
	gaps := make([]documents.Gap, len(reasons))
	for i, r := range reasons {
		gaps[i] = documents.GapOf(r)
	}
	return gaps
}

// ResumeReview receives the corrected papers; the clocks resume the next day.
func (e *Engine) ResumeReview(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		if err := s.q.CloseGaps(ctx, s.c.CaseNo); err != nil {
			return err
		}
		if err := s.updateClocks(ctx, years, func(c calendar.Clock) calendar.Clock { return c.Resume(s.today()) }); err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageSubmitted)
		return s.record(ctx, in.event("corrections_received", "收到补正材料，继续办理"))
	})
}

// AcceptMaterials records that the papers are complete 材料齐全 and requests the notice of acceptance.
func (e *Engine) AcceptMaterials(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		receipt, err := s.clock(ctx, ClockReceipt)
		if err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, FilingAcceptance, &AcceptanceContent{DueOn: receipt.DueOn, DueProvisional: receipt.Provisional})
		if err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageMaterialsComplete)
		note := "材料齐全，予以受理"
		if in.Role == nursery.RoleEngine {
			note = "办理机关逾期未答复，材料齐全，视为受理"
		}
		return s.record(ctx, in.event("materials_complete", note))
	}, readClocks, readApplication)
}

// IssueReceipt files the institution: receipt 备案回执 and notice of basic conditions 基本条件告知书, within the
// limit of 登记和备案办法 art. 9 para. 1.
func (e *Engine) IssueReceipt(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		finding, err := s.clock(ctx, ClockFinding)
		if err != nil {
			return err
		}
		if _, err := s.latest(ctx); err != nil { // before the first write, while it is read ahead
			return err
		}
		site, err := siteOfFiling(ctx, s.q, s.c.CaseNo)
		if err != nil {
			return err
		}
		if err := s.endClocks(ctx, years, ClockReceipt); err != nil {
			return err
		}
		if err := s.fileInstitution(ctx, s.c.CaseNo, s.today()); err != nil {
			return err
		}
		if err := noteFilingOf(ctx, s.q, site, s.c.CaseNo, s.c.CaseNo, s.at); err != nil {
			return err
		}
		// An institution that moved files again: its documents for the old place are no longer valid.
		if err := s.endPapers(ctx, "superseded", "重新备案", FilingReceipt, FilingChange, FilingBasicConditions); err != nil {
			return err
		}
		err = e.requestDocuments(ctx, s,
			requested{FilingReceipt, &ReceiptContent{FindingDueOn: finding.DueOn, DueProvisional: finding.Provisional}},
			requested{FilingBasicConditions, &ConditionsContent{}})
		if err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageReceiptIssued)
		return s.record(ctx, in.event("receipt_issued", "发给备案回执和基本条件告知书"))
	}, readClocks, readApplication, readSite)
}

// RecordConformity ends the filing: two officers found the site to meet the standards.
func (e *Engine) RecordConformity(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		if err := s.endClocks(ctx, years, ClockFinding); err != nil {
			return err
		}
		s.end(nursery.StageVerified)
		return s.record(ctx, in.event("verified", "现场核查符合标准"))
	}, readClocks)
}

// Rectification is the time limit for a rectification.
type Rectification struct{ Days int }

// RecordNonconformity notifies what two officers found not to meet the standards, publishes it, and returns the working
// days for rectification (登记和备案办法 art. 9 para. 2). The receipt remains valid.
func (e *Engine) RecordNonconformity(ctx context.Context, in Move) (Rectification, error) {
	var found finding
	err := e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		var err error
		if found, err = s.finding(ctx, in); err != nil {
			return err
		}
		if clock, err := s.clock(ctx, ClockFinding); err != nil {
			return err
		} else if clock.EndedOn.IsZero() {
			if err := s.endClocks(ctx, years, ClockFinding); err != nil {
				return err
			}
		}
		due := years.AddWorkingDays(s.today(), found.RectifyDays)
		err = e.requestDocument(ctx, s, FilingNonconformity, &NonconformityContent{
			Notice: documents.Notice{Gaps: printed(found.gaps), DueOn: due.Date, DueProvisional: due.Provisional},
			Visit:  documents.Visit{VisitedOn: found.VisitedOn}, Publication: "托育机构公示",
		})
		if err != nil {
			return err
		}
		if err := s.publish(ctx, "nonconformity", "不符合标准告知", fmt.Sprintf("现场核查发现 %d 项不符合标准，已告知限期整改。", len(found.gaps))); err != nil {
			return err
		}
		if err := s.setInstitution(ctx, "rectifying"); err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageNonconforming)
		ev := in.event("nonconformity_notified", fmt.Sprintf("现场核查发现 %d 项不符合标准，已告知并公示", len(found.gaps)))
		ev.data = map[string]any{"rectify_days": found.RectifyDays}
		return s.record(ctx, ev)
	})
	if err == nil && found.RectifyDays == 0 {
		err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
			c, err := q.CaseForStep(ctx, in.CaseNo)
			if err != nil {
				return err
			}
			found, err = (&step{q: q, c: c, at: in.At}).finding(ctx, in)
			return err
		})
	}
	return Rectification{Days: found.RectifyDays}, err
}

// CloseRectified ends the filing after two officers found everything rectified.
func (e *Engine) CloseRectified(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		found, err := s.finding(ctx, in)
		if err != nil {
			return err
		}
		notice, err := s.lastDocument(ctx, FilingNonconformity)
		if err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, FilingRectified, &RectifiedContent{Visit: documents.Visit{VisitedOn: found.VisitedOn}, RelatedNumber: notice.Number})
		if err != nil {
			return err
		}
		if err := s.setInstitution(ctx, "filed"); err != nil {
			return err
		}
		s.end(nursery.StageClosed)
		return s.record(ctx, in.event("rectified", "整改复查合格，办结"))
	})
}

// ReferPenalty ends the filing by referring what was not rectified to the penalty procedure; the penalty is based on
// 人口与计划生育法 art. 41, not on the standards.
func (e *Engine) ReferPenalty(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		s.end(nursery.StagePenaltyReferred)
		ev := in.event("penalty_referred", "拒不改正，移送处罚程序")
		ev.data = map[string]any{"penalty_basis": nursery.Citation{
			Document: "中华人民共和国人口与计划生育法", Article: "41", Binding: "L1", Verified: true,
		}}
		return s.record(ctx, ev)
	})
}

// Withdraw ends the case as withdrawn by the applicant.
func (e *Engine) Withdraw(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		s.end(nursery.StageWithdrawn)
		return s.record(ctx, in.event("withdrawn", "申请人撤回"))
	})
}

// Reroute ends the filing of a family point with more children than permitted (家庭托育点管理办法(试行) art. 3) and copies
// everything entered to the draft of an institution's filing.
func (e *Engine) Reroute(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		application, err := s.latest(ctx)
		if err != nil {
			return err
		}
		draft, err := s.draftFrom(ctx, application)
		if err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, FilingReroute, &RerouteContent{Children: familyChildren(application)})
		if err != nil {
			return err
		}
		s.end(nursery.StageRerouted)
		ev := in.event("rerouted", "收托超过五人，应按托育机构备案，已转存为新的备案草稿")
		ev.data = map[string]any{"case_no": draft}
		return s.record(ctx, ev)
	})
}

func familyChildren(a nursery.Application) int {
	children := a.Seats()
	if a.Family != nil && a.Family.Children != nil {
		children = max(children, *a.Family.Children)
	}
	for _, c := range a.Classes {
		if c.Enrolled != nil {
			children = max(children, *c.Enrolled)
		}
	}
	return children
}

func (s *step) draftFrom(ctx context.Context, application nursery.Application) (string, error) {
	application.SiteKind = nursery.OtherSite
	facts, err := json.Marshal(application)
	if err != nil {
		return "", fmt.Errorf("encode draft: %w", err)
	}
	number, err := s.nextNumber(ctx, "BA")
	if err != nil {
		return "", err
	}
	draft, err := nursery.NewCaseNumber("BA", s.c.County, s.today().Year, number)
	if err != nil {
		return "", fmt.Errorf("number draft: %w", err)
	}
	err = s.q.InsertReroutedCase(ctx, store.InsertReroutedCaseParams{
		CaseNo: string(draft), Kind: string(nursery.KindFiling), County: s.c.County, Institution: s.c.Institution,
		ParentCase: &s.c.CaseNo, Subject: s.c.Subject, SiteKind: string(nursery.OtherSite),
		TrackingHash: s.c.TrackingHash, CreatedAt: s.at, UpdatedAt: s.at,
	})
	if err != nil {
		return "", err
	}
	err = s.q.InsertApplicationVersion(ctx, store.InsertApplicationVersionParams{
		CaseNo: string(draft), Version: 1, County: s.c.County, Institution: s.c.Institution, Facts: facts,
		EnteredBy: s.c.SubmittedBy, EnteredAt: s.at,
	})
	if err != nil {
		return "", err
	}
	return string(draft), nil
}

// filingNames are the activities of filings.
func filingNames(e *Engine) []Named {
	return []Named{
		{"RequestCorrections", e.RequestCorrections, ""},
		{"ResumeReview", e.ResumeReview, ""},
		{"AcceptMaterials", e.AcceptMaterials, ""},
		{"IssueReceipt", e.IssueReceipt, ""},
		{"RecordConformity", e.RecordConformity, ""},
		{"RecordNonconformity", e.RecordNonconformity, ""},
		{"CloseRectified", e.CloseRectified, ""},
		{"ReferPenalty", e.ReferPenalty, ""},
		{"Withdraw", e.Withdraw, ""},
		{"Reroute", e.Reroute, ""},
	}
}
