package inspection

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	ical "github.com/arran4/golang-ical"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PutInspector enters an officer into the county's register, or changes the entry. Errors: invalid, version_stale.
func (s *Service) PutInspector(ctx context.Context, p nursery.Principal, key, account string, in InspectorEntry) (RegisteredInspector, error) {
	entered, err := casework.Command(ctx, s.Service, p, key, "inspector.put "+account, in, func(q *store.Queries) (RegisteredInspector, error) {
		if err := s.Authorize(ctx, p, "inspector.put", casework.Resource{County: p.County}); err != nil {
			return RegisteredInspector{}, err
		}
		var c casework.Checker
		c.Limits(in)
		if !casework.AccountForm.MatchString(account) {
			c.Add("/account", "请填写检查人员账号")
		}
		if err := q.LockRegister(ctx, p.County); err != nil {
			return RegisteredInspector{}, err
		}
		for i, id := range in.Conflicts {
			institution, err := q.InstitutionByID(ctx, id)
			if err != nil && !store.IsNotFound(err) {
				return RegisteredInspector{}, fmt.Errorf("read institution: %w", err)
			}
			if err != nil || institution.County != p.County || slices.Contains(in.Conflicts[:i], id) {
				c.Add("/conflicts/"+strconv.Itoa(i), "没有这家机构，或重复填写")
			}
		}
		if err := c.Err(); err != nil {
			return RegisteredInspector{}, err
		}
		count, err := q.CountInspectors(ctx, p.County)
		if err != nil {
			return RegisteredInspector{}, err
		}
		put, err := q.PutInspector(ctx, store.PutInspectorParams{
			Account: account, County: p.County, Number: fmt.Sprintf("%s-%03d", p.County, count+1), OnDuty: in.OnDuty,
			Conflicts: append([]string{}, in.Conflicts...), Version: int32(in.Version), UpdatedBy: p.Account, UpdatedAt: s.Now(),
		})
		if err != nil {
			return RegisteredInspector{}, err
		}
		row, err := q.Inspector(ctx, account)
		if err != nil && !store.IsNotFound(err) {
			return RegisteredInspector{}, fmt.Errorf("read inspector: %w", err)
		}
		switch {
		case err != nil:
			return RegisteredInspector{}, casework.NewError(casework.CodeInspectorElsewhere, "该账号已登记为其他县区的检查人员。")
		case put == 0 || in.Version == 0 && row.Version != 1:
			return RegisteredInspector{}, casework.NewError(casework.CodeVersionStale, fmt.Sprintf("该检查人员的登记已更新为第 %d 版，请核对后重新提交。", row.Version))
		}
		return inspectorOf(row), nil
	})
	return entered, err
}

func inspectorOf(row store.Inspector) RegisteredInspector {
	return RegisteredInspector{
		Account: row.Account, County: row.County, Number: row.Number, OnDuty: row.OnDuty, Conflicts: append([]string{}, row.Conflicts...),
		Version: int(row.Version), UpdatedBy: row.UpdatedBy, UpdatedAt: row.UpdatedAt,
	}
}

// Inspectors is the register of a county's inspectors by account.
var Inspectors = casework.List[InspectorFilter, RegisteredInspector]{
	Act: "inspector.list", Indexes: []string{"inspectors_by_county"},
	Check: func(_ context.Context, _ *casework.Service, p nursery.Principal, f *InspectorFilter) error {
		f.County = casework.CountyOf(p, f.County)
		return casework.NeedCounty(f.County)
	},
	Read: func(ctx context.Context, r casework.ListReading[InspectorFilter]) ([]casework.ListRow[RegisteredInspector], error) {
		rows, err := r.Q.Inspectors(ctx, store.InspectorsParams{County: r.Filter.County, After: r.After.ID, PageSize: r.Limit})
		return casework.ListRows(rows, err, func(row store.Inspector) (RegisteredInspector, casework.Cursor) {
			return inspectorOf(row), casework.Cursor{ID: row.Account}
		})
	},
	Sheet: casework.Sheet[RegisteredInspector]{Title: "检查人员名录", Columns: []casework.Column[RegisteredInspector]{
		{Title: "账号", Value: func(i RegisteredInspector) any { return i.Account }},
		{Title: "编号", Value: func(i RegisteredInspector) any { return i.Number }},
		{Title: "参加抽取", Head: "抽取", Value: func(i RegisteredInspector) any { return i.OnDuty }},
		{Title: "应回避的机构数", Head: "应回避的机构", Value: func(i RegisteredInspector) any { return len(i.Conflicts) }},
		{Title: "登记人", Head: "登记", Value: func(i RegisteredInspector) any { return i.UpdatedBy }},
		{Title: "登记时间", FilesOnly: true, Value: func(i RegisteredInspector) any { return i.UpdatedAt }},
	}},
}

// InspectorFilter names the county of a list of inspectors.
type InspectorFilter struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色选择"`
}

// RenewCalendar assigns a new secret address to the caller's calendar and invalidates the one before. Error:
// not_registered.
func (s *Service) RenewCalendar(ctx context.Context, p nursery.Principal, key string) (CalendarFeed, error) {
	feed, err := casework.Command(ctx, s.Service, p, key, "inspector.calendar", nil, func(q *store.Queries) (CalendarFeed, error) {
		if err := s.Authorize(ctx, p, "inspector.calendar", casework.Resource{County: p.County}); err != nil {
			return CalendarFeed{}, err
		}
		if _, err := q.Inspector(ctx, p.Account); store.IsNotFound(err) {
			return CalendarFeed{}, casework.NewError(casework.CodeNotRegistered, "您还没有列入检查人员名录，请联系主管登记。")
		} else if err != nil {
			return CalendarFeed{}, fmt.Errorf("read inspector: %w", err)
		}
		token := rand.Text()
		err := q.PutFeed(ctx, store.PutFeedParams{Account: p.Account, County: p.County, TokenHash: feedHash(token), RenewedAt: s.Now()})
		if err != nil {
			return CalendarFeed{}, err
		}
		return CalendarFeed{URL: s.PublicURL + "/api/v1/inspectors/" + token + "/calendar.ics"}, nil
	})
	return feed, err
}

func feedHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// calendarBack is how many days of the past a calendar holds.
const calendarBack = 60

// visitTakes is the length of a visit in a calendar, so that it blocks the time; no rule states a length.
const visitTakes = 2 * time.Hour

// Calendar returns the agreed visits of the officer with this secret address, as iCalendar (RFC 5545). Error:
// not_found.
func (s *Service) Calendar(ctx context.Context, token string) ([]byte, error) {
	hash := feedHash(token)
	var visits []store.VisitsOfInspectorRow
	err := s.DB.AsPublic(ctx, hash, func(q *store.Queries) error {
		feed, err := q.FeedOf(ctx, hash)
		if err != nil {
			return err
		}
		return q.AsEngine(ctx, func() (err error) {
			visits, err = q.VisitsOfInspector(ctx, store.VisitsOfInspectorParams{Account: feed.Account, Since: s.Today().AddDays(-calendarBack)})
			return err
		})
	})
	if store.IsNotFound(err) {
		return nil, casework.NewNotFound()
	}
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	return calendarOf(visits)
}

func calendarOf(visits []store.VisitsOfInspectorRow) ([]byte, error) {
	calendar := ical.NewCalendarFor("tuoyu")
	calendar.SetMethod(ical.MethodPublish)
	calendar.SetXWRCalName("督导评估")
	calendar.SetXWRTimezone(nursery.Shanghai.String())
	for _, v := range visits {
		at, err := time.ParseInLocation("2006-01-02 15:04", v.VisitOn.String()+" "+v.VisitTime, nursery.Shanghai)
		if err != nil {
			return nil, fmt.Errorf("time of %s: %w", v.CaseNo, err)
		}
		event := calendar.AddEvent(v.CaseNo + "@tuoyu")
		event.SetDtStampTime(v.UpdatedAt)
		event.SetModifiedAt(v.UpdatedAt)
		event.SetStartAt(at)
		event.SetEndAt(at.Add(visitTakes))
		event.SetSummary("督导评估：" + v.Name)
		event.SetLocation(v.Address)
		event.SetDescription("办件编号 " + v.CaseNo)
	}
	return []byte(calendar.Serialize(ical.WithNewLineWindows)), nil
}
