package offices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"tuoyu/calendar"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// PushRegistration stores the registration of an institution as a registrar reports it (登记和备案办法 art. 6). A filing
// that waits for it then continues automatically.
func (s *Service) PushRegistration(ctx context.Context, p nursery.Principal, key string, r nursery.Registration) (nursery.Registration, error) {
	return casework.Command(ctx, s.Service, p, key, "registration.push", r, func(q *store.Queries) (nursery.Registration, error) {
		if err := s.Authorize(ctx, p, "registration.push", casework.Resource{County: r.County, Registrar: r.Registrar}); err != nil {
			return r, err
		}
		if err := casework.CheckRegistration("", r); err != nil {
			return r, err
		}
		facts, err := json.Marshal(r)
		if err != nil {
			return r, fmt.Errorf("encode registration: %w", err)
		}
		err = q.PutRegistration(ctx, store.PutRegistrationParams{
			Uscc: r.USCC, County: r.County, Facts: facts, Source: "registrar", ConfirmedBy: p.Account, UpdatedAt: s.Now(),
		})
		if err != nil {
			return r, err
		}
		return r, s.answerWaiting(ctx, q, p, key, r, facts)
	})
}

// answerWaiting keeps an answer for each filing of that credit code that waits for its registration.
func (s *Service) answerWaiting(ctx context.Context, q *store.Queries, p nursery.Principal, key string, r nursery.Registration, facts json.RawMessage) error {
	cases, err := q.CasesAwaitingRegistration(ctx, r.USCC)
	if err != nil {
		return err
	}
	answered := 0
	for _, caseNo := range cases {
		task, err := q.OpenTaskOfKind(ctx, store.OpenTaskOfKindParams{CaseNo: caseNo, Kind: "filing.registration"})
		if store.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		row, err := s.EnqueueAnswer(ctx, q, p, casework.CompletionID(p, fmt.Sprintf("%s/%d", key, answered)), task, casework.Completion{Outcome: nursery.OutcomeConfirm, Answer: facts})
		if err != nil {
			return err
		}
		s.DeliverAfter(ctx, q, row, casework.Told)
		answered++
	}
	return nil
}

// Settings returns the settings of a county and their history: who set which value and why.
func (s *Service) Settings(ctx context.Context, p nursery.Principal, county string) (casework.CountySettings, error) {
	view := casework.CountySettings{County: county, History: []casework.SettingChange{}}
	if err := s.settingsOf(ctx, p, "settings.read", county); err != nil {
		return view, err
	}
	set := map[string]json.RawMessage{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.SettingsHistory(ctx, county)
		for _, row := range rows {
			view.History = append(view.History, casework.SettingChange{Name: row.Name, Value: row.Value, Reason: row.Reason, SetBy: row.SetBy, SetAt: row.SetAt})
		}
		if err != nil {
			return err
		}
		current, err := q.SettingsOfCounty(ctx, county) // what the engine reads, however long the history is
		for _, row := range current {
			set[row.Name] = row.Value
		}
		return err
	})
	if err != nil {
		return view, fmt.Errorf("read settings: %w", err)
	}
	for _, known := range nursery.SettingsCatalogue() {
		v := casework.SettingView{Setting: known, Value: set[known.Name], Set: set[known.Name] != nil}
		if !v.Set {
			if v.Value, err = json.Marshal(known.Default); err != nil {
				return view, fmt.Errorf("encode default: %w", err)
			}
		}
		view.Settings = append(view.Settings, v)
	}
	return view, nil
}

func (s *Service) settingsOf(ctx context.Context, p nursery.Principal, act, county string) error {
	if d, ok := nursery.DivisionByCode(county); !ok || d.Level != nursery.LevelCounty {
		return casework.NewNotFound()
	}
	return s.Authorize(ctx, p, act, casework.Resource{County: county})
}

// SetSetting sets one setting of a county; what was set before stays on record.
func (s *Service) SetSetting(ctx context.Context, p nursery.Principal, key, county, name string, value json.RawMessage, reason string) (casework.CountySettings, error) {
	err := casework.Perform(ctx, s.Service, p, key, "settings.set "+county, []any{name, value, reason}, func(q *store.Queries) error {
		if err := s.settingsOf(ctx, p, "settings.set", county); err != nil {
			return err
		}
		if wrong := casework.NeedText("/reason", reason, 500); wrong != nil {
			return casework.NewError(casework.CodeInvalid, "请写明调整理由。", *wrong)
		}
		if _, err := nursery.DefaultSettings().With(name, value); err != nil {
			return casework.NewError(casework.CodeSettingNotAllowed, "参数不能这样设置。", casework.FieldOf("/value", err))
		}
		return q.InsertSetting(ctx, store.InsertSettingParams{
			County: county, Name: name, Value: value, Reason: reason, SetBy: p.Account, SetAt: s.Now(),
		})
	})
	if err != nil {
		return casework.CountySettings{}, err
	}
	return s.Settings(ctx, p, county)
}

// yearLoaded is the answer to a load of a holiday year.
type yearLoaded struct {
	Year, Told int
}

// LoadCalendarYear publishes a holiday year, records who loaded it, and enqueues a message for every open case with a
// due date to recompute it, all in one transaction; the relay delivers the messages. It returns the year and the number
// of messages. Loading the year again under another key replaces it and notifies all cases again. Errors: forbidden,
// calendar_year_invalid, idempotency_key_reused.
func (s *Service) LoadCalendarYear(ctx context.Context, p nursery.Principal, key string, raw []byte) (year, told int, err error) {
	hash := sha256.Sum256(raw)
	done, err := casework.Command(ctx, s.Service, p, key, "calendar.load", hex.EncodeToString(hash[:]), func(q *store.Queries) (yearLoaded, error) {
		if err := s.Authorize(ctx, p, "calendar.load", casework.Resource{}); err != nil {
			return yearLoaded{}, err
		}
		loaded, err := calendar.Load(raw)
		if err != nil {
			var invalid *nursery.InvalidError
			message := "文件不是有效的放假安排。"
			if errors.As(err, &invalid) {
				message = invalid.Message
			}
			return yearLoaded{}, &casework.Error{Code: casework.CodeCalendarYearInvalid, Message: message, Err: err}
		}
		q.AfterCommit(func() {
			if _, err := s.CalendarCache.Reload(ctx); err != nil { // it is read again within a minute
				s.Log.WarnContext(ctx, "holiday years not read again", "error", err)
			}
		})
		return s.publishYear(ctx, q, p, "calendar/"+casework.CompletionID(p, key), loaded)
	})
	return done.Year, done.Told, err
}

// publishYear writes the year, the record of its load and the messages to the open cases.
func (s *Service) publishYear(ctx context.Context, q *store.Queries, p nursery.Principal, load string, year calendar.Year) (yearLoaded, error) {
	days, err := json.Marshal(year)
	if err != nil {
		return yearLoaded{}, fmt.Errorf("encode year: %w", err)
	}
	number, now := int32(year.Number()), s.Now()
	if err := q.PutCalendarYear(ctx, store.PutCalendarYearParams{Year: number, Days: days, PublishedAt: now}); err != nil {
		return yearLoaded{}, err
	}
	err = q.InsertCalendarLoad(ctx, store.InsertCalendarLoadParams{ID: load, Year: number, Days: days, LoadedBy: p.Account, LoadedAt: now})
	if err != nil {
		return yearLoaded{}, err
	}
	var told int64
	err = q.AsEngine(ctx, func() (err error) { // cases of every county
		told, err = q.TellCasesWithDue(ctx, store.TellCasesWithDueParams{Load: load, Name: workflows.CalendarChanged, At: now})
		return err
	})
	if err != nil {
		return yearLoaded{}, fmt.Errorf("tell cases of the new year: %w", err)
	}
	return yearLoaded{Year: year.Number(), Told: int(told)}, nil
}
