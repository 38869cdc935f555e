package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

var (
	inspectionKinds = map[string]string{
		nursery.InspectRegular: "例行检查", nursery.InspectRandom: "随机抽查", nursery.InspectComplaint: "投诉举报核查",
	}
	signatureManners = map[string]string{"signed": "签字确认", "objected": "签字并提出异议", "refused": "未签字，由两名检查人员注明", "disputed": "未确认"}
	signatureParties = map[string]string{"first": "检查人员一", "second": "检查人员二", "institution": "托育机构"}
)

// RecordVisit stores the findings of a signed visit, with the legal basis of each item, requests the record, and
// publishes the result (优化营商环境条例 art. 54) without naming a person. In.Assessed is the step that assessed it.
func (e *Engine) RecordVisit(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, years calendar.Years) error {
		i, v, sent, err := s.lastVisit(ctx)
		if err != nil {
			return err
		}
		items, err := ItemsOfRound(ctx, s.q, i)
		if err != nil {
			return err
		}
		made, _, err := readDecisions(ctx, s.q, s.c.CaseNo, in.Assessed)
		if err != nil {
			return err
		}
		if len(made) != 1 {
			return fmt.Errorf("%d decisions of %s, want 1", len(made), in.Assessed)
		}
		if err := s.putFindings(ctx, i, items, v, made[0]); err != nil {
			return err
		}
		part, err := s.inspectionPart(ctx, i, items, v, sent)
		if err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, InspectionRecord, &InspectionRecordContent{Visit: documents.Visit{VisitedOn: v.VisitedOn}, Inspection: part})
		if err != nil {
			return err
		}
		settings, err := settingsOf(ctx, s.q, s.c.County)
		if err != nil {
			return err
		}
		by := years.AddWorkingDays(v.VisitedOn, settings.InspectPublishDays)
		if err := s.publishFindings(ctx, i, items, v); err != nil {
			return err
		}
		err = s.q.NoteRound(ctx, store.NoteRoundParams{
			CaseNo: i.CaseNo, Round: i.Round + 1, VisitedOn: v.VisitedOn, PublishBy: by.Date, PublishedOn: s.today(), Outcome: i.Outcome, UpdatedAt: s.at,
		})
		if err != nil {
			return err
		}
		return s.record(ctx, in.event("visit_recorded", "检查记录定稿，结果已公示"))
	})
}

func (s *step) inspectionPart(ctx context.Context, i store.Inspection, items []nursery.ChecklistItem, v nursery.Visit, sent store.InspectionVisit) (InspectionPart, error) {
	part := InspectionPart{Kind: inspectionKinds[i.Kind], Round: int(sent.Round), Hash: sent.Hash}
	said := map[string]nursery.VisitItem{}
	for _, item := range v.Items {
		said[item.Rule] = item
	}
	for _, item := range items {
		found := said[item.Rule]
		part.Items = append(part.Items, ItemLine{
			Title: item.Title, Result: found.Result.Title(), Note: found.Note, Photos: len(found.Photos), Basis: item.Basis,
		})
	}
	signatures, err := s.q.SignaturesOfCase(ctx, i.CaseNo)
	if err != nil {
		return part, err
	}
	for _, sig := range signatures {
		if sig.Version != sent.Version {
			continue
		}
		line := SignatureLine{Party: signatureParties[sig.Party], Manner: signatureManners[sig.Manner], Note: sig.Note}
		if sig.Picture != "" {
			picture, err := s.q.AttachmentByID(ctx, sig.Picture)
			if err != nil {
				return part, err
			}
			if strings.HasPrefix(picture.MediaType, "image/") {
				line.Picture = picture.ID
			}
		}
		part.Signatures = append(part.Signatures, line)
	}
	return part, nil
}

// publishFindings publishes the findings: items and their citations. An officer's remarks on an item are not published,
// since they may name somebody.
func (s *step) publishFindings(ctx context.Context, i store.Inspection, items []nursery.ChecklistItem, v nursery.Visit) error {
	title := map[string]nursery.ChecklistItem{}
	for _, item := range items {
		title[item.Rule] = item
	}
	text, n := "", 0
	for _, said := range v.Items {
		if said.Result != nursery.ItemNotOK {
			continue
		}
		n++
		item := title[said.Rule]
		text += fmt.Sprintf("%d．%s（%s）。", n, item.Title, documents.Cite(item.Basis[0]))
	}
	round := "检查结果"
	if i.Round > 0 {
		round = fmt.Sprintf("第 %d 次复查结果", i.Round)
	}
	if n == 0 {
		text = fmt.Sprintf("%s检查 %d 项，未发现不合格事项。", v.VisitedOn, len(items))
	} else {
		text = fmt.Sprintf("%s检查 %d 项，不合格 %d 项：%s", v.VisitedOn, len(items), n, text)
	}
	return s.publish(ctx, "inspection", inspectionKinds[i.Kind]+round, text)
}

// openFindings returns what is ordered and not rectified yet, as printed in documents, and the law with the penalty, if
// any.
func (s *step) openFindings(ctx context.Context) (gaps []documents.Gap, penalty *nursery.Citation, err error) {
	rows, err := s.q.FindingsOfCase(ctx, s.c.CaseNo)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		if !row.Ordered || !row.CorrectedOn.IsZero() {
			continue
		}
		var r nursery.Reason
		if err := json.Unmarshal(row.Reason, &r); err != nil {
			return nil, nil, fmt.Errorf("decode finding: %w", err)
		}
		gaps = append(gaps, documents.GapOf(r))
		if penalty == nil {
			penalty = r.Penalty
		}
	}
	return gaps, penalty, nil
}

// CorrectionOrder is the input of OrderCorrection; Days are working days.
type CorrectionOrder struct {
	Move
	Days int
}

// OrderCorrection orders the rectification of the findings within in.Days 责令限期改正 (人口与计划生育法 art. 41).
func (e *Engine) OrderCorrection(ctx context.Context, in CorrectionOrder) error {
	return e.move(ctx, in.Move, func(ctx context.Context, s *step, years calendar.Years) error {
		_, v, _, err := s.lastVisit(ctx)
		if err != nil {
			return err
		}
		gaps, _, err := s.openFindings(ctx)
		if err != nil {
			return err
		}
		due := years.AddWorkingDays(s.today(), in.Days)
		if err := s.q.OrderFindings(ctx, store.OrderFindingsParams{CaseNo: s.c.CaseNo, DueOn: due.Date}); err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, InspectionOrder, &InspectionOrderContent{
			Notice: documents.Notice{Gaps: gaps, DueOn: due.Date, DueProvisional: due.Provisional}, Visit: documents.Visit{VisitedOn: v.VisitedOn},
		})
		if err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageOrdered)
		ev := in.event("correction_ordered", fmt.Sprintf("责令限期改正 %d 项，%s前完成", len(gaps), due.Date))
		ev.data = map[string]any{"days": in.Days, "due_on": due.Date}
		return s.record(ctx, ev)
	})
}

// CloseInspection ends an inspection in which nothing is left to be rectified.
func (e *Engine) CloseInspection(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		i, v, sent, err := s.lastVisit(ctx)
		if err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, InspectionClosed, &InspectionClosedContent{
			Visit: documents.Visit{VisitedOn: v.VisitedOn}, Inspection: InspectionPart{Kind: inspectionKinds[i.Kind], Round: int(sent.Round)},
		})
		if err != nil {
			return err
		}
		stage, note := nursery.StageInspected, "检查办结，没有须责令改正的事项"
		if sent.Round > 0 {
			stage, note = nursery.StageCorrected, "复查合格，办结"
		}
		return s.endInspection(ctx, in, i, stage, "inspection_closed", note, nil)
	})
}

// ReferInspection ends an inspection by referring what was not rectified to the penalty procedure. The penalty is based
// on the law of a finding (人口与计划生育法 art. 41), never on trial regulations alone.
func (e *Engine) ReferInspection(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		i, v, _, err := s.lastVisit(ctx)
		if err != nil {
			return err
		}
		gaps, penalty, err := s.openFindings(ctx)
		if err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, InspectionReferral, &InspectionReferralContent{
			Notice: documents.Notice{Gaps: gaps}, Visit: documents.Visit{VisitedOn: v.VisitedOn}, Inspection: InspectionPart{Penalty: penalty},
		})
		if err != nil {
			return err
		}
		return s.endInspection(ctx, in, i, nursery.StagePenaltyReferred, "penalty_referred", "逾期不改正，移送处罚程序", map[string]any{"penalty_basis": penalty})
	})
}

func (s *step) endInspection(ctx context.Context, in Move, i store.Inspection, stage nursery.Stage, kind, note string, data any) error {
	err := s.q.NoteRound(ctx, store.NoteRoundParams{CaseNo: i.CaseNo, Round: i.Round, Outcome: string(stage), UpdatedAt: s.at})
	if err != nil {
		return err
	}
	s.end(stage)
	ev := in.event(kind, note)
	ev.data = data
	return s.record(ctx, ev)
}

// The documents of an inspection.
var (
	InspectionRecord = definition.Paper{
		Kind: "inspection_record", Title: "现场检查记录", Prefix: "托检", Template: "inspection/record.html", New: documents.Empty[InspectionRecordContent](),
	}
	InspectionOrder = definition.Paper{
		Kind: "inspection_order", Title: "责令限期改正通知书", Prefix: "托令", Template: "inspection/order.html", New: documents.Empty[InspectionOrderContent](),
	}
	InspectionClosed = definition.Paper{
		Kind: "inspection_closed", Title: "检查办结告知书", Prefix: "托结", Template: "inspection/closed.html", New: documents.Empty[InspectionClosedContent](),
	}
	InspectionReferral = definition.Paper{
		Kind: "inspection_referral", Title: "移送处罚告知书", Prefix: "托移", Template: "inspection/referral.html", New: documents.Empty[InspectionReferralContent](),
	}
)

// InspectionPart is what the documents state of an inspection 督导评估; each states a part of it.
type InspectionPart struct {
	Kind       string            `json:"kind"`              // 检查方式
	Round      int               `json:"round"`             // 0 for the visit, then the number of the re-inspection
	Items      []ItemLine        `json:"items,omitempty"`   // 检查项目
	Hash       string            `json:"hash,omitempty"`    // SHA-256 of the completed checklist
	Signatures []SignatureLine   `json:"signatures"`        // 签字
	Penalty    *nursery.Citation `json:"penalty,omitempty"` // 处罚依据
}

// ItemLine is one item of the printed record.
type ItemLine struct {
	Title  string             `json:"title"`
	Result string             `json:"result"`
	Note   string             `json:"note,omitempty"`
	Photos int                `json:"photos,omitempty"`
	Basis  []nursery.Citation `json:"basis"`
}

// SignatureLine is one signature of the printed record.
type SignatureLine struct {
	Party   string `json:"party"`
	Manner  string `json:"manner"`
	Note    string `json:"note,omitempty"`
	Picture string `json:"picture,omitempty"` // 手写签名: the attachment
}

// InspectionRecordContent is the content of InspectionRecord.
type InspectionRecordContent struct {
	documents.Head
	documents.Visit
	Inspection InspectionPart `json:"inspection"`
}

// Needs requires the items and the signatures of three parties over their hash.
func (c *InspectionRecordContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("inspection/items", len(c.Inspection.Items) > 0)
	need("inspection/hash", len(c.Inspection.Hash) == 64)
	need("inspection/signatures", len(c.Inspection.Signatures) == 3)
}

// Facts returns the day and the number of items that did not conform.
func (c *InspectionRecordContent) Facts() []documents.Fact {
	failed := 0
	for _, item := range c.Inspection.Items {
		if item.Result == nursery.ItemNotOK.Title() {
			failed++
		}
	}
	result := fmt.Sprintf("检查%d项，不合格%d项", len(c.Inspection.Items), failed)
	if failed == 0 {
		result = fmt.Sprintf("检查%d项，未发现不合格", len(c.Inspection.Items))
	}
	return documents.Facts{}.On("检查日期", c.VisitedOn).Text("检查结果", result)
}

// Unverified reports whether an item has a citation that is marked 待核.
func (c *InspectionRecordContent) Unverified() bool {
	return slices.ContainsFunc(c.Inspection.Items, func(i ItemLine) bool { return documents.Unverified(i.Basis) })
}

// Pictures returns the signatures by hand.
func (c *InspectionRecordContent) Pictures() []string {
	var all []string
	for _, s := range c.Inspection.Signatures {
		if s.Picture != "" {
			all = append(all, s.Picture)
		}
	}
	return all
}

// InspectionOrderContent is the content of InspectionOrder.
type InspectionOrderContent struct {
	documents.Notice
	documents.Visit
}

// Needs requires the gaps found on a day and the limit for them.
func (c *InspectionOrderContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("gaps", len(c.Gaps) > 0)
	need("due_on", c.DueOn.Valid())
}

// InspectionClosedContent is the content of InspectionClosed.
type InspectionClosedContent struct {
	documents.Head
	documents.Visit
	Inspection InspectionPart `json:"inspection"`
}

// Needs requires the day of the visit.
func (c *InspectionClosedContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
}

// Facts returns the day of the visit.
func (c *InspectionClosedContent) Facts() []documents.Fact {
	return documents.Facts{}.On("复查日期", c.VisitedOn)
}

// InspectionReferralContent is the content of InspectionReferral.
type InspectionReferralContent struct {
	documents.Notice
	documents.Visit
	Inspection InspectionPart `json:"inspection"`
}

// Needs requires the gaps and the law with the penalty: a trial regulation alone is no ground for one.
func (c *InspectionReferralContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("gaps", len(c.Gaps) > 0)
	need("inspection/penalty", c.Inspection.Penalty != nil && c.Inspection.Penalty.Binding <= "L3")
}
