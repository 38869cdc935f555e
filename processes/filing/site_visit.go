package filing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// siteVisits are the tasks that are answered from the site.
var siteVisits = []string{"filing.site_visit", "filing.recheck"}

// otherDefect begins the codes of items that are about no rule: what else was seen, or was found before in words of an officer.
const otherDefect = "other"

// SiteVisit is the task of a visit to the site of a filing, with the items to check there.
type SiteVisit struct {
	casework.TaskDetail
	Application nursery.Application
	Items       []nursery.ChecklistItem

	list []nursery.ChecklistItem // the whole one, which is the same when the answer is sent again
}

// SiteVisitRecord is a filled checklist on its way in, with what is to follow if something is not as it should be.
type SiteVisitRecord struct {
	Content nursery.Visit   `json:"content"`
	Outcome nursery.Outcome `json:"outcome,omitempty"`
	Days    string          `json:"rectify_working_days,omitempty"`
}

// OpenSiteVisits returns the visits that p may make, those due first; none for anybody but an inspector.
func (s *Service) OpenSiteVisits(ctx context.Context, p nursery.Principal) (rows []store.OpenSiteVisitsRow, err error) {
	if p.Role != nursery.RoleInspector {
		return nil, nil
	}
	if err := s.Authorize(ctx, p, "task.list", casework.Resource{}); err != nil {
		return nil, err
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err = q.OpenSiteVisits(ctx, store.OpenSiteVisitsParams{County: p.County, Account: p.Account, Kinds: siteVisits})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list site visits: %w", err)
	}
	return rows, nil
}

// SiteVisit returns a visit with its checklist: the whole one of the kind of site or, to check a rectification, what was found.
func (s *Service) SiteVisit(ctx context.Context, p nursery.Principal, task string) (SiteVisit, error) {
	t, err := s.Task(ctx, p, task)
	if err != nil {
		return SiteVisit{}, err
	}
	if !slices.Contains(siteVisits, t.Kind) || p.Role != nursery.RoleInspector {
		return SiteVisit{}, casework.NewNotFound()
	}
	c, err := s.Case(ctx, p, t.CaseNo)
	if err != nil {
		return SiteVisit{}, err
	}
	if c.Application == nil {
		return SiteVisit{}, casework.NewNotFound()
	}
	v := SiteVisit{TaskDetail: t, Application: *c.Application}
	if v.list, _, err = s.Rules.Checklist(c.Application.SiteKind, s.Today(), t.County); err != nil {
		return v, err
	}
	v.Items = slices.Clone(v.list)
	if t.Kind == "filing.recheck" {
		found, err := s.SiteFinding(ctx, p, t.CaseNo)
		if err != nil {
			return v, err
		}
		if found != nil && len(found.Defects) > 0 {
			v.Items = foundItems(v.list, found.Defects)
		}
	}
	v.Items = append(v.Items, nursery.ChecklistItem{Rule: otherDefect, Title: "其他情况", Question: "没有其他不符合标准的情况"})
	return v, nil
}

// foundItems returns an item for each defect: that of its rule, or one in the words of the finding.
func foundItems(list []nursery.ChecklistItem, defects []nursery.Reason) (items []nursery.ChecklistItem) {
	for n, d := range defects {
		item := nursery.ChecklistItem{Rule: otherDefect + "-" + strconv.Itoa(n+1), Title: d.Message, Question: d.Remedy, Basis: d.Basis}
		if i := slices.IndexFunc(list, func(i nursery.ChecklistItem) bool { return strings.HasPrefix(d.Message, i.Title+"：") }); i >= 0 {
			item = list[i]
			item.Question = d.Message
			if slices.ContainsFunc(items, func(other nursery.ChecklistItem) bool { return other.Rule == item.Rule }) {
				continue
			}
		}
		items = append(items, item)
	}
	return items
}

// RecordSiteVisit answers the task of a visit with a filled checklist. Errors: those of casework.Service.Complete.
func (s *Service) RecordSiteVisit(ctx context.Context, p nursery.Principal, key, task string, in SiteVisitRecord) (casework.Completed, error) {
	v, err := s.SiteVisit(ctx, p, task)
	if err != nil {
		return casework.Completed{}, err
	}
	answer, err := v.answer(in)
	if err != nil {
		return casework.Completed{}, err
	}
	return s.Complete(ctx, p, key, task, answer)
}

// severities are what the severity of an item is called in a finding.
var severities = map[nursery.Severity]string{nursery.Serious: "serious", nursery.General: "major", nursery.Minor: "minor"}

// answer returns the answer to the task that a filled checklist is.
func (v SiteVisit) answer(in SiteVisitRecord) (casework.Completion, error) {
	c := casework.Checker{Under: "/content"}
	c.Limits(in.Content)
	counts := map[nursery.ItemResult]int{}
	var findings []map[string]any
	var photos []string
	for n, item := range in.Content.Items {
		counts[item.Result]++
		photos = append(photos, item.Photos...)
		if item.Result != nursery.ItemNotOK {
			continue
		}
		if strings.TrimSpace(item.Note) == "" {
			c.Add(fmt.Sprintf("/items/%d/note", n), "请写明问题")
		}
		finding := map[string]any{"message": item.Note}
		if i := slices.IndexFunc(v.list, func(i nursery.ChecklistItem) bool { return i.Rule == item.Rule }); i >= 0 {
			finding["rule"], finding["message"] = item.Rule, v.list[i].Title+"："+item.Note
			finding["severity"] = severities[v.list[i].Severity]
		}
		findings = append(findings, finding)
	}
	if len(in.Content.Items) == 0 {
		c.Add("/items", "还没有检查任何项目")
	}
	if err := c.Err(); err != nil {
		return casework.Completion{}, err
	}
	checked := fmt.Sprintf("现场逐项核查 %d 项：合格 %d 项，不合格 %d 项，不适用 %d 项。", len(in.Content.Items), counts[nursery.ItemOK], counts[nursery.ItemNotOK], counts[nursery.ItemNotApplicable])
	answer := map[string]any{"visited_on": in.Content.VisitedOn, "note": strings.TrimSpace(in.Content.Note + "\n" + checked)}
	if len(photos) > 0 {
		answer["attachments"] = photos
	}
	done := casework.Completion{Outcome: nursery.OutcomeConform}
	if len(findings) > 0 {
		answer["findings"], done.Outcome = findings, nursery.OutcomeNonconform
		if in.Outcome != "" {
			done.Outcome = in.Outcome
		}
		if days, err := strconv.Atoi(in.Days); err == nil && done.Outcome == nursery.OutcomeNonconform {
			answer["rectify_working_days"] = days
		}
	}
	var err error
	done.Answer, err = json.Marshal(answer)
	return done, err
}
