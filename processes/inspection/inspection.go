package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows/humantask"
)

const taskVisit = "inspection.visit"

// StartInspection opens a single visit with two named officers, held against inspect.case. Errors: invalid with what the
// rules refuse, not_inspectable, forbidden.
func (s *Service) StartInspection(ctx context.Context, p nursery.Principal, key string, in InspectionRequest) (InspectionSummary, error) {
	started, err := casework.Command(ctx, s.Service, p, key, "inspection.start", in, func(q *store.Queries) (startedInspection, error) {
		if err := s.Authorize(ctx, p, "inspection.start", casework.Resource{County: p.County}); err != nil {
			return startedInspection{}, err
		}
		c := casework.Checker{}
		c.Limits(in)
		if err := c.Err(); err != nil {
			return startedInspection{}, err
		}
		planned := store.Inspection{Institution: in.Institution, Kind: in.Kind, FirstInspector: in.FirstInspector, SecondInspector: in.SecondInspector}
		if err := s.validateArrangement(ctx, q, planned, p.County, activities.VisitDay{}, map[string]string{
			"/second": "/second_inspector", visitsThisYear: "/institution",
		}); err != nil {
			return startedInspection{}, err
		}
		caseNo, err := activities.OpenInspection(ctx, q, activities.PlannedInspection{
			ID: "single/" + casework.CompletionID(p, key), County: p.County, Institution: in.Institution, Half: nursery.HalfYearOf(s.Today()).String(),
			Kind: in.Kind, FirstInspector: in.FirstInspector, SecondInspector: in.SecondInspector,
		}, s.Now())
		if errors.Is(err, activities.ErrNotInspectable) {
			return startedInspection{}, casework.NewError(casework.CodeNotInspectable, "该机构没有在本县区备案。", casework.FieldError{Location: "/institution", Message: "没有备案的机构"})
		}
		if err != nil {
			return startedInspection{}, err
		}
		return startedInspection{CaseNo: caseNo}, s.StartAfter(ctx, q, caseNo)
	})
	if err != nil {
		return InspectionSummary{}, err
	}
	if started.Answer != nil {
		return *started.Answer, nil
	}
	d, err := s.Inspection(ctx, p, started.CaseNo)
	if err != nil {
		return InspectionSummary{}, err
	}
	started.Answer = &d.InspectionSummary
	return d.InspectionSummary, s.DB.As(ctx, p, func(q *store.Queries) error { return s.SaveResponse(ctx, q, p, key, started) })
}

// startedInspection is the remembered answer to StartInspection: the number at once, the whole once it was returned.
type startedInspection struct {
	CaseNo string             `json:"case_no"`
	Answer *InspectionSummary `json:"answer,omitempty"`
}

// UnmarshalJSON also reads what earlier releases remembered, the number alone.
func (a *startedInspection) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &a.CaseNo) == nil {
		return nil
	}
	type plain startedInspection
	return json.Unmarshal(raw, (*plain)(a))
}

// visitsThisYear is the fact that a county's cap on inspections is about; an arrangement whose places name it is held against the cap.
const visitsThisYear = "/visits_this_year"

// validateArrangement asks inspect.case about an arrangement and names what it refuses at the places of the body.
func (s *Service) validateArrangement(ctx context.Context, q *store.Queries, i store.Inspection, county string, day activities.VisitDay, places map[string]string) error {
	years, err := s.CalendarCache.YearsIn(ctx, q)
	if err != nil {
		return err
	}
	facts, err := activities.ArrangementFacts(ctx, q, years, i, day)
	if err != nil {
		return err
	}
	if _, limited := places[visitsThisYear]; limited {
		on := day.On
		if on.IsZero() {
			on = s.Today()
		}
		if err := activities.CountVisits(ctx, q, &facts, i, on); err != nil {
			return err
		}
	}
	return s.violations(ctx, facts, county, func(r nursery.Reason) string { return places[r.Fields[0]] })
}

// violations names every fail of inspect.case but those that order a correction.
func (s *Service) violations(ctx context.Context, facts nursery.InspectionFacts, county string, place func(nursery.Reason) string) error {
	d, err := s.Rules.Decide(ctx, activities.RulesInspection, facts, s.Today(), county)
	if err != nil {
		return fmt.Errorf("decide inspection: %w", err)
	}
	var c casework.Checker
	for _, r := range d.Reasons {
		if r.Result == nursery.Fail && len(r.Fields) > 0 {
			c.Add(place(r), r.Message+r.Remedy)
		}
	}
	return c.Err()
}

// checkVisitDay refuses a day on which the rules let nobody come.
func (s *Service) checkVisitDay(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	var day activities.VisitDay
	if err := casework.FilledIn(in.Answer, &day); err != nil {
		return err
	}
	i, err := q.Inspection(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	return s.validateArrangement(ctx, q, i, i.County, day, map[string]string{
		"/visit_on": "/answer/visit_on", "/visit_time": "/answer/visit_time", "/second": "/answer", visitsThisYear: "/answer/visit_on",
	})
}

// checkTriage refuses officers for the visit of a complaint if the rules refuse them.
func (s *Service) checkTriage(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	if in.Outcome != nursery.OutcomeVisit {
		return nil
	}
	var named struct {
		First  string `json:"first_inspector"`
		Second string `json:"second_inspector"`
	}
	if err := casework.FilledIn(in.Answer, &named); err != nil {
		return err
	}
	complaint, err := q.Complaint(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	if complaint.About == nil {
		return casework.NewError(casework.CodeNotInspectable, "被投诉的地方没有备案，不能作为托育机构安排检查。请书面答复处理情况，或者说明由哪个部门处理。")
	}
	var c casework.Checker
	for field, account := range map[string]string{"first_inspector": named.First, "second_inspector": named.Second} {
		if !casework.AccountForm.MatchString(account) {
			c.Add("/answer/"+field, "请填写检查人员账号")
		}
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.validateArrangement(ctx, q, store.Inspection{
		Institution: *complaint.About, Kind: nursery.InspectComplaint, FirstInspector: named.First, SecondInspector: named.Second,
	}, task.County, activities.VisitDay{}, map[string]string{"/second": "/answer/second_inspector"})
}

// checkReplacement refuses an officer who was asked before, and a pair that the rules refuse.
func (s *Service) checkReplacement(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	var named struct {
		Inspector string `json:"inspector"`
	}
	if err := casework.FilledIn(in.Answer, &named); err != nil {
		return err
	}
	account := named.Inspector
	if !casework.AccountForm.MatchString(account) {
		return casework.NewError(casework.CodeInvalid, "请填写检查人员账号。", casework.FieldError{Location: "/answer/inspector", Message: "格式不对"})
	}
	i, err := q.Inspection(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	if account == i.FirstInspector || account == i.SecondInspector || slices.Contains(i.Declined, account) {
		return casework.NewError(casework.CodeConflictOfInterest, "该检查人员已在本次检查中被指派过，请另行指派。", casework.FieldError{Location: "/answer/inspector", Message: "请另行指派"})
	}
	for _, pair := range [][2]string{{account, i.SecondInspector}, {i.FirstInspector, account}} {
		i.FirstInspector, i.SecondInspector = pair[0], pair[1]
		if err := s.validateArrangement(ctx, q, i, i.County, activities.VisitDay{}, map[string]string{"/second": "/answer/inspector"}); err != nil {
			return err
		}
	}
	return nil
}

// inspectionFor reads an inspection that p may act on, with one of the two queries that find its case.
func (s *Service) inspectionFor(ctx context.Context, q *store.Queries, find func(context.Context, string) (store.Case, error), p nursery.Principal, act, caseNo string) (store.Case, store.Inspection, error) {
	c, i, err := visitCase.Find(ctx, s.Service, q, find, p, act, caseNo)
	if err == nil && strings.HasPrefix(act, "inspection.visit") && p.Account != i.FirstInspector && p.Account != i.SecondInspector {
		err = casework.NewError(casework.CodeConflictOfInterest, "只有指派的两名检查人员可以填写本次检查。")
	}
	return c, i, err
}

// visitHash is the SHA-256 of a visit's JSON: what is signed.
func visitHash(v nursery.Visit) (json.RawMessage, string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, "", fmt.Errorf("encode visit: %w", err)
	}
	sum := sha256.Sum256(raw)
	return raw, hex.EncodeToString(sum[:]), nil
}

// SendVisit stores a filled checklist, perhaps long after the visit. A repeat with the same content changes nothing and
// gets the same answer. Other content under the same ID, or content based on a version that has been replaced
// meanwhile, is stored as a draft. Error: visit_conflict with both versions.
func (s *Service) SendVisit(ctx context.Context, p nursery.Principal, key, caseNo string, in SentVisit) (VisitVersion, error) {
	sent, err := casework.Command(ctx, s.Service, p, key, "inspection.visit "+caseNo, in, func(q *store.Queries) (VisitVersion, error) {
		c, i, err := s.inspectionFor(ctx, q, q.CaseForStep, p, "inspection.visit", caseNo)
		if err != nil {
			return VisitVersion{}, err
		}
		raw, hash, err := visitHash(in.Content)
		if err != nil {
			return VisitVersion{}, err
		}
		known, err := q.VisitByID(ctx, store.VisitByIDParams{CaseNo: c.CaseNo, Visit: in.Visit})
		switch {
		case err == nil && known.Hash == hash:
			return versionOf(known)
		case err == nil:
			return VisitVersion{}, conflictOf(known, in, "同一编号的现场记录已经送交，内容不同。")
		case !store.IsNotFound(err):
			return VisitVersion{}, fmt.Errorf("look for visit: %w", err)
		}
		if in.BaseVersion != int(i.Version) {
			stored, err := q.VisitVersion(ctx, store.VisitVersionParams{CaseNo: c.CaseNo, Version: i.Version})
			if err != nil && !store.IsNotFound(err) {
				return VisitVersion{}, fmt.Errorf("read visit: %w", err)
			}
			return VisitVersion{}, conflictOf(stored, in, "另一名检查人员已送交现场记录，请核对后在其基础上填写。")
		}
		task, err := q.OpenTaskOfKind(ctx, store.OpenTaskOfKindParams{CaseNo: c.CaseNo, Kind: taskVisit})
		if store.IsNotFound(err) {
			return VisitVersion{}, casework.NewError(casework.CodeNotOpenForChange, "本次检查当前不在现场检查环节。")
		}
		if err != nil {
			return VisitVersion{}, fmt.Errorf("find visit task: %w", err)
		}
		if err := s.checkVisit(ctx, q, i, in.Content, p); err != nil {
			return VisitVersion{}, err
		}
		version := i.Version + 1
		err = q.InsertVisit(ctx, store.InsertVisitParams{
			CaseNo: c.CaseNo, Version: version, Visit: in.Visit, BaseVersion: i.Version, Round: i.Round, County: c.County, Institution: c.Institution,
			Content: raw, Hash: hash, Serious: in.Content.Serious, SentBy: p.Account, SentAt: s.Now(),
		})
		if err != nil {
			return VisitVersion{}, err
		}
		if err := casework.Link(ctx, q, c.Institution, c.CaseNo, "", photosOf(in.Content)...); err != nil {
			return VisitVersion{}, err
		}
		err = q.NoteVisit(ctx, store.NoteVisitParams{CaseNo: c.CaseNo, Version: version, Serious: in.Content.Serious, UpdatedAt: s.Now()})
		if err != nil {
			return VisitVersion{}, err
		}
		row, err := s.Enqueue(ctx, q, c.CaseNo, c.County, c.Institution, fmt.Sprintf("visit/%s/%d", c.CaseNo, version), humantask.CompleteUpdate,
			casework.PendingAnswer{Task: task.ID, Outcome: nursery.OutcomeVisited, Actor: p.Account, Role: p.Role})
		if err != nil {
			return VisitVersion{}, err
		}
		s.DeliverAfter(ctx, q, row, casework.Late)
		return VisitVersion{Visit: in.Visit, Version: int(version), Base: int(i.Version), Round: int(i.Round), Hash: hash, SentBy: p.Account, SentAt: s.Now(), Content: in.Content}, nil
	})
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Code == casework.CodeVisitConflict {
		if _, saveErr := s.SaveVisitDraft(ctx, p, "conflict/"+key, caseNo, SavedDraft{Visit: in.Visit, Content: in.Content}); saveErr != nil {
			return sent, fmt.Errorf("keep conflicting visit: %w", saveErr)
		}
	}
	return sent, err
}

func conflictOf(stored store.InspectionVisit, sent SentVisit, message string) error {
	conflict := VisitConflict{Sent: sent}
	if stored.Version > 0 {
		v, err := versionOf(stored)
		if err != nil {
			return err
		}
		conflict.Stored = &v
	}
	e := casework.NewError(casework.CodeVisitConflict, message)
	e.Shown = conflict
	return e
}

func versionOf(row store.InspectionVisit) (VisitVersion, error) {
	v := VisitVersion{
		Visit: row.Visit, Version: int(row.Version), Base: int(row.BaseVersion), Round: int(row.Round), Hash: row.Hash, SentBy: row.SentBy, SentAt: row.SentAt,
	}
	if err := json.Unmarshal(row.Content, &v.Content); err != nil {
		return v, fmt.Errorf("decode visit: %w", err)
	}
	return v, nil
}

// checkVisit validates a filled checklist: its form, items that are not on the checklist, photographs that were not
// uploaded, and the reasons of inspect.case. Error: invalid with every fault.
func (s *Service) checkVisit(ctx context.Context, q *store.Queries, i store.Inspection, v nursery.Visit, p nursery.Principal) error {
	items, err := activities.ItemsOfRound(ctx, q, i)
	if err != nil {
		return err
	}
	c := casework.Checker{Under: "/content"}
	c.Limits(v)
	if !v.VisitedOn.Valid() || v.VisitedOn.After(s.Today()) {
		c.Add("/visited_on", "请填写到场日期，不能晚于今日")
	}
	at := map[string]int{}
	for n, item := range v.Items {
		here := "/items/" + strconv.Itoa(n)
		if _, twice := at[item.Rule]; twice || !slices.ContainsFunc(items, func(asked nursery.ChecklistItem) bool { return asked.Rule == item.Rule }) {
			c.Add(here+"/rule", "不在本次检查项目内，或重复填写")
		}
		at[item.Rule] = n
	}
	have, err := casework.Uploaded(ctx, q, photosOf(v), i.County, i.Institution)
	if err != nil {
		return err
	}
	for n, item := range v.Items {
		for k, id := range item.Photos {
			if !have[id] {
				c.Add(fmt.Sprintf("/items/%d/photos/%d", n, k), casework.NoAttachment)
			}
		}
	}
	err = s.violations(ctx, activities.VisitFacts(i, items, v, p.Account), i.County, func(r nursery.Reason) string {
		if n, ok := at[r.Subject]; ok && strings.HasPrefix(r.Fields[0], "/items/") {
			return strings.Replace(r.Fields[0], "/items/"+r.Subject, "/items/"+strconv.Itoa(n), 1)
		}
		return r.Fields[0]
	})
	var refused *casework.Error
	if errors.As(err, &refused) {
		for _, f := range refused.Fields {
			c.Add(f.Location, f.Message)
		}
		err = nil
	}
	if err != nil {
		return err
	}
	return c.Err()
}

// photosOf returns the attachments that a filled checklist refers to.
func photosOf(v nursery.Visit) (ids []string) {
	for _, item := range v.Items {
		ids = append(ids, item.Photos...)
	}
	return ids
}

// SaveVisitDraft keeps what an inspector has filled in so far; every draft stays on record.
func (s *Service) SaveVisitDraft(ctx context.Context, p nursery.Principal, key, caseNo string, in SavedDraft) (VisitDraft, error) {
	saved, err := casework.Command(ctx, s.Service, p, key, "inspection.draft "+caseNo, in, func(q *store.Queries) (VisitDraft, error) {
		c, _, err := s.inspectionFor(ctx, q, q.CaseByNumber, p, "inspection.visit", caseNo)
		if err != nil {
			return VisitDraft{}, err
		}
		check := casework.Checker{Under: "/content"}
		check.Limits(in.Content)
		if err := check.Err(); err != nil {
			return VisitDraft{}, err
		}
		raw, _, err := visitHash(in.Content)
		if err != nil {
			return VisitDraft{}, err
		}
		id, err := q.InsertDraft(ctx, store.InsertDraftParams{
			CaseNo: c.CaseNo, Visit: in.Visit, County: c.County, Institution: c.Institution, Content: raw, SavedBy: p.Account, SavedAt: s.Now(),
		})
		if err != nil {
			return VisitDraft{}, err
		}
		if err := casework.Link(ctx, q, c.Institution, c.CaseNo, "", photosOf(in.Content)...); err != nil {
			return VisitDraft{}, err
		}
		if in.Content.Serious {
			if err := s.reportHazard(ctx, q, p, c, in.Visit); err != nil {
				return VisitDraft{}, err
			}
		}
		return VisitDraft{ID: id, Visit: in.Visit, SavedBy: p.Account, SavedAt: s.Now(), Content: in.Content}, nil
	})
	return saved, err
}

// reportHazard notifies those who must act of a serious hazard while the visit is still being filled in, once a visit.
func (s *Service) reportHazard(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, visit string) error {
	step := "hazard/" + visit
	done, err := q.StepDone(ctx, store.StepDoneParams{CaseNo: c.CaseNo, Step: step})
	if err != nil || done {
		return err
	}
	if err := s.RecordEvent(ctx, q, c, p, step, "hazard_reported", "现场发现重大隐患，立即报告", true, nil); err != nil {
		return err
	}
	return activities.EnqueueChange(ctx, q, c, step, s.Now())
}

var visitCase = casework.ProcessCase[store.Inspection]{Kind: nursery.KindInspection, Row: (*store.Queries).Inspection}

var complaintCase = casework.ProcessCase[store.Complaint]{Kind: nursery.KindComplaint, Row: (*store.Queries).Complaint}
