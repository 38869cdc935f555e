package targets

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// TargetEntryInput is what an office enters of a target for a quarter. It serves targets that no process counts yet.
type TargetEntryInput struct {
	Quarter  string   `json:"quarter" pattern:"^20[0-9]{2}Q[1-4]$" patternDescription:"季度，如 2026Q4" doc:"季度"`
	Part     int      `json:"part" minimum:"0" maximum:"1000000" doc:"数量"`
	Whole    int      `json:"whole,omitempty" minimum:"0" maximum:"1000000" doc:"总数: 仅比率目标填写"`
	Note     string   `json:"note" minLength:"2" maxLength:"1000" doc:"说明: 何时何地做了什么，参加的人，数量如何得出"`
	Evidence []string `json:"evidence,omitempty" maxItems:"10" doc:"佐证材料: 通知、签到、照片、统计表等；数量不为零时至少一份"`
}

// TargetEntryVerdict is what the city's office makes of an entry. Returning one needs a reason.
type TargetEntryVerdict struct {
	Accept bool   `json:"accept" doc:"真：核定；假：退回"`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"退回理由"`
}

// TargetEntry is what was entered of a target for a quarter, and what became of it.
type TargetEntry struct {
	ID          int64             `json:"id" doc:"填报编号"`
	Target      string            `json:"target" doc:"目标标识"`
	TargetTitle string            `json:"target_title" doc:"目标名称"`
	County      string            `json:"county" doc:"县区代码；市级填报的为 140400"`
	CountyName  string            `json:"county_name" doc:"县区名称"`
	Quarter     string            `json:"quarter" doc:"季度" example:"2026Q4"`
	Part        int               `json:"part" doc:"数量"`
	Whole       int               `json:"whole,omitempty" doc:"总数"`
	Note        string            `json:"note" doc:"说明"`
	Evidence    []TargetEntryFile `json:"evidence" doc:"佐证材料"`
	State       string            `json:"state" enum:"waiting,accepted,returned,replaced" doc:"状态"`
	StateTitle  string            `json:"state_title" doc:"状态名称"`
	EnteredBy   string            `json:"entered_by" doc:"填报人"`
	EnteredAt   time.Time         `json:"entered_at" doc:"填报时间"`
	DecidedBy   string            `json:"decided_by,omitempty" doc:"核定人"`
	DecidedAt   *time.Time        `json:"decided_at,omitempty" doc:"核定、退回或被更正的时间"`
	Reason      string            `json:"reason,omitempty" doc:"退回理由"`
}

// TargetEntryFile is a file of an entry.
type TargetEntryFile struct {
	ID   string `json:"id" doc:"附件编号"`
	Name string `json:"name" doc:"文件名"`
}

// EntryFilter narrows the list of entries.
type EntryFilter struct {
	Target string `query:"target" maxLength:"40" doc:"目标标识"`
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	State  string `query:"state" enum:"waiting,accepted,returned,replaced" doc:"状态"`
}

// The states of an entry.
const (
	entryWaiting  = "waiting"
	entryAccepted = "accepted"
	entryReturned = "returned"
)

var entryStates = map[string]string{entryWaiting: "待核定", entryAccepted: "已核定", entryReturned: "已退回", "replaced": "已被更正"}

// Entries is the list of entries, the newest first.
var Entries = casework.List[EntryFilter, TargetEntry]{
	Act: "target_entry.list", First: casework.Cursor{No: math.MaxInt64},
	Indexes: []string{"target_entries_of_target", "target_entries_by_county", "target_entries_waiting", "target_entries_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[EntryFilter]) ([]casework.ListRow[TargetEntry], error) {
		rows, err := r.Q.TargetEntries(ctx, store.TargetEntriesParams{
			After: r.After.No, Target: r.Filter.Target, County: casework.CountyOf(r.Principal, r.Filter.County), State: r.Filter.State, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.TargetEntry) (TargetEntry, casework.Cursor) {
			return entryOf(row), casework.Cursor{No: row.ID}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[EntryFilter], entries []TargetEntry) error {
		return nameFiles(ctx, r.Service, r.Q, entries)
	},
	Sheet: casework.Sheet[TargetEntry]{Title: "目标填报", Columns: []casework.Column[TargetEntry]{
		{Title: "目标", Value: func(e TargetEntry) any { return e.TargetTitle }},
		{Title: "县区", Value: func(e TargetEntry) any { return e.CountyName }},
		{Title: "季度", Value: func(e TargetEntry) any { return quarterTitle(e.Quarter) }},
		{Title: "数量", Value: func(e TargetEntry) any { return e.Part }},
		{Title: "总数", FilesOnly: true, Value: func(e TargetEntry) any { return e.Whole }},
		{Title: "说明", Value: func(e TargetEntry) any { return e.Note }},
		{Title: "状态", Value: func(e TargetEntry) any { return e.StateTitle }},
		{Title: "填报时间", Value: func(e TargetEntry) any { return e.EnteredAt }},
		{Title: "填报人", FilesOnly: true, Value: func(e TargetEntry) any { return e.EnteredBy }},
		{Title: "核定人", FilesOnly: true, Value: func(e TargetEntry) any { return e.DecidedBy }},
		{Title: "退回理由", FilesOnly: true, Value: func(e TargetEntry) any { return e.Reason }},
	}},
}

// nameFiles sets the names of the files of entries, each read once.
func nameFiles(ctx context.Context, s *casework.Service, q *store.Queries, entries []TargetEntry) error {
	byOffice := map[string][]string{}
	for _, e := range entries {
		for _, file := range e.Evidence {
			byOffice[e.County] = append(byOffice[e.County], file.ID)
		}
	}
	names := map[string]string{}
	for county, ids := range byOffice {
		files, err := q.AttachmentsOf(ctx, store.AttachmentsOfParams{Ids: ids, Institution: casework.OfficeFiles + county})
		if err != nil {
			return fmt.Errorf("read files of entries: %w", err)
		}
		for _, file := range files {
			if names[file.ID], err = activities.FileName(s.Fields, file); err != nil {
				return fmt.Errorf("read name of file: %w", err)
			}
		}
	}
	for _, e := range entries {
		for i := range e.Evidence {
			e.Evidence[i].Name = names[e.Evidence[i].ID]
		}
	}
	return nil
}

func entryOf(row store.TargetEntry) TargetEntry {
	line, _ := thePlan().target(row.Target) // a target that the plan no longer has is shown without a title
	e := TargetEntry{
		ID: row.ID, Target: row.Target, TargetTitle: line.Title, County: row.County, CountyName: officeName(row.County), Quarter: quarterText(row.Quarter),
		Part: int(row.Part), Whole: int(row.Whole), Note: row.Note, Evidence: []TargetEntryFile{}, State: row.State, StateTitle: entryStates[row.State],
		EnteredBy: row.EnteredBy, EnteredAt: row.EnteredAt, DecidedAt: row.DecidedAt, Reason: row.Reason,
	}
	if row.DecidedBy != nil {
		e.DecidedBy = *row.DecidedBy
	}
	for _, id := range row.Evidence {
		e.Evidence = append(e.Evidence, TargetEntryFile{ID: id})
	}
	return e
}

func officeName(county string) string {
	if county == nursery.CityCode {
		return "市级"
	}
	return nursery.CountyName(county)
}

// quarterText returns the text of a quarter, such as 2026Q4.
func quarterText(first nursery.Date) string {
	return fmt.Sprintf("%dQ%d", first.Year, (int(first.Month)+2)/3)
}

// quarterTitle returns the Chinese text of a quarter.
func quarterTitle(text string) string {
	return text[:4] + " 年第" + []string{"一", "二", "三", "四"}[text[5]-'1'] + "季度"
}

func quarterOf(d nursery.Date) nursery.Date {
	return nursery.NewDate(d.Year, (d.Month-1)/3*3+1, 1)
}

// quarters returns the quarters that may be entered now, the current one first: back to the beginning of the plan.
func (s *Service) quarters() (list []string) {
	for q := quarterOf(s.Today()); !q.Before(planStart); q = q.AddMonths(-3) {
		list = append(list, quarterText(q))
	}
	return list
}

// PutEntry stores what an office enters of a target for a quarter; it counts once the city's office has accepted it. An earlier entry
// of the quarter that nobody has decided on is replaced and stays on record. Errors: not_found, forbidden, invalid with every field.
func (s *Service) PutEntry(ctx context.Context, p nursery.Principal, key, target string, in TargetEntryInput) (TargetEntry, error) {
	return casework.Command(ctx, s.Service, p, key, "target_entry.put "+target, in, func(q *store.Queries) (TargetEntry, error) {
		if err := s.Authorize(ctx, p, "target_entry.put", casework.Resource{County: p.County}); err != nil {
			return TargetEntry{}, err
		}
		line, ok := thePlan().target(target)
		if !ok || line.Entry == nil {
			return TargetEntry{}, casework.NewNotFound()
		}
		office := casework.OfficeFiles + p.County
		if err := s.checkEntry(ctx, q, p, line, office, in); err != nil {
			return TargetEntry{}, err
		}
		year, quarter := int(in.Quarter[0]-'0')*1000+int(in.Quarter[1]-'0')*100+int(in.Quarter[2]-'0')*10+int(in.Quarter[3]-'0'), int(in.Quarter[5]-'0')
		first, now := nursery.NewDate(year, time.Month(3*quarter-2), 1), s.Now()
		err := q.ReplaceTargetEntry(ctx, store.ReplaceTargetEntryParams{Target: target, County: p.County, Quarter: first, DecidedAt: &now})
		if err != nil {
			return TargetEntry{}, fmt.Errorf("replace entry: %w", err)
		}
		row, err := q.InsertTargetEntry(ctx, store.InsertTargetEntryParams{
			Target: target, County: p.County, Quarter: first, Part: int32(in.Part), Whole: int32(in.Whole), Note: in.Note,
			Evidence: append([]string{}, in.Evidence...), EnteredBy: p.Account, EnteredAt: now,
		})
		if err != nil {
			return TargetEntry{}, fmt.Errorf("insert entry: %w", err)
		}
		err = q.LinkEntryFiles(ctx, store.LinkEntryFilesParams{Entry: &row.ID, Ids: in.Evidence, Institution: office})
		return entryOf(row), err
	})
}

func (s *Service) checkEntry(ctx context.Context, q *store.Queries, p nursery.Principal, line planTarget, office string, in TargetEntryInput) error {
	var c casework.Checker
	if c.Limits(in); len(c.Fields) > 0 {
		return c.Err()
	}
	if !slices.Contains(s.quarters(), in.Quarter) {
		c.Add("/quarter", "应为 2024 年第一季度至本季度")
	}
	switch {
	case line.Percent && in.Whole == 0:
		c.Add("/whole", "必填，应大于零")
	case line.Percent && in.Part > in.Whole:
		c.Add("/part", "不能大于总数")
	case !line.Percent && in.Whole != 0:
		c.Add("/whole", "本目标不填总数")
	}
	if in.Part > 0 && len(in.Evidence) == 0 {
		c.Add("/evidence", "请上传至少一份佐证材料")
	}
	have, err := casework.Uploaded(ctx, q, in.Evidence, p.County, office)
	if err != nil {
		return err
	}
	for i, id := range in.Evidence {
		if !have[id] {
			c.Add(fmt.Sprintf("/evidence/%d", i), casework.NoAttachment)
		}
	}
	if len(c.Fields) > 0 {
		return c.Err()
	}
	return nil
}

// DecideEntry accepts an entry, from when it counts, or returns it with a reason. Nobody decides on their own. Errors: not_found,
// forbidden, conflict_of_interest, report_decided, invalid.
func (s *Service) DecideEntry(ctx context.Context, p nursery.Principal, key string, id int64, in TargetEntryVerdict) (TargetEntry, error) {
	return casework.Command(ctx, s.Service, p, key, fmt.Sprintf("target_entry.decide %d", id), in, func(q *store.Queries) (TargetEntry, error) {
		row, err := q.TargetEntry(ctx, id)
		if store.IsNotFound(err) {
			return TargetEntry{}, casework.NewNotFound()
		}
		if err != nil {
			return TargetEntry{}, fmt.Errorf("read entry: %w", err)
		}
		if err := s.Authorize(ctx, p, "target_entry.decide", casework.Resource{County: row.County}); err != nil {
			return TargetEntry{}, err
		}
		switch {
		case row.EnteredBy == p.Account:
			return TargetEntry{}, casework.NewError(casework.CodeConflictOfInterest, "不能核定自己填报的内容，请由市级其他工作人员核定。")
		case row.State != entryWaiting:
			return TargetEntry{}, casework.NewError(casework.CodeReportDecided, "这次填报"+entryStates[row.State]+"。")
		case !in.Accept && in.Reason == "":
			return TargetEntry{}, casework.NewError(casework.CodeInvalid, "退回须写明理由。", casework.FieldError{Location: "/reason", Message: "必填"})
		}
		now, state := s.Now(), entryReturned
		if in.Accept {
			state = entryAccepted
		}
		row, err = q.DecideTargetEntry(ctx, store.DecideTargetEntryParams{ID: id, State: state, DecidedBy: &p.Account, DecidedAt: &now, Reason: in.Reason})
		if store.IsNotFound(err) { // another decided at the same moment
			return TargetEntry{}, casework.NewError(casework.CodeReportDecided, "这次填报已经办理。")
		}
		return entryOf(row), err
	})
}
