package roleplay

import (
	"context"
	"net/url"
	"slices"

	"tuoyu/nursery"
)

const (
	pathCheckups  = "/api/v1/checkup-rounds"
	pathReferrals = "/api/v1/referrals"
)

// Checkup is a check-up round in the API, reduced to the fields that stories use.
type Checkup struct {
	CaseNo      string       `json:"case_no"`
	Institution string       `json:"institution"`
	Clinic      string       `json:"clinic"`
	Contract    string       `json:"contract"`
	Half        string       `json:"half"`
	State       string       `json:"state"`
	DueOn       nursery.Date `json:"due_on"`
	UntilOn     nursery.Date `json:"until_on"`
	Duties      int          `json:"duties"`
	Settled     int          `json:"settled"`
	Referrals   int          `json:"referrals"`
	Classes     []struct {
		Class     string `json:"class"`
		Children  int    `json:"children"`
		Settled   int    `json:"settled"`
		NoConsent int    `json:"no_consent"`
	} `json:"classes"`
	Items []struct {
		Item     string `json:"item"`
		Statuses []struct {
			Status nursery.DutyStatus `json:"status"`
			Duties int                `json:"duties"`
		} `json:"statuses"`
	} `json:"items"`
}

// ClassSheet is a class as shown to the child-health team.
type ClassSheet struct {
	Children []ClassChild `json:"children"`
}

// ClassChild is a child of a class sheet.
type ClassChild struct {
	ID      string      `json:"id"`
	Name    string      `json:"name"`
	Sex     nursery.Sex `json:"sex"`
	Months  int         `json:"months"`
	Consent bool        `json:"consent"`
	Leave   string      `json:"leave"`
	Items   []struct {
		Item   nursery.CheckItem  `json:"item"`
		Rules  []string           `json:"rules"`
		Status nursery.DutyStatus `json:"status"`
	} `json:"items"`
}

// ClassRecorded is the result of submitting a class's records.
type ClassRecorded struct {
	Children []struct {
		Child    string   `json:"child"`
		Version  int      `json:"version"`
		Levels   []string `json:"levels"`
		Referral string   `json:"referral"`
	} `json:"children"`
}

// OpenHalf opens the half-year's rounds of the actor's county and returns the new ones.
func (a *Actor) OpenHalf(ctx context.Context, key string, half nursery.HalfYear) ([]string, error) {
	var opened struct {
		Opened []string `json:"opened"`
	}
	err := a.Post(ctx, pathCheckups, key, map[string]any{"half": half}, &opened)
	return opened.Opened, err
}

// Checkups lists the rounds of a half-year that the actor may see.
func (a *Actor) Checkups(ctx context.Context, half nursery.HalfYear) ([]Checkup, error) {
	var page struct {
		Items []Checkup `json:"items"`
	}
	err := a.Get(ctx, pathCheckups+"?limit=100&half="+half.String(), &page)
	return page.Items, err
}

// Checkup reads a round.
func (a *Actor) Checkup(ctx context.Context, caseNo string) (Checkup, error) {
	var c Checkup
	err := a.Get(ctx, pathCheckups+"/"+caseNo, &c)
	return c, err
}

// CheckupClass reads the sheet of a class that is to be checked.
func (a *Actor) CheckupClass(ctx context.Context, caseNo, class string) (ClassSheet, error) {
	var s ClassSheet
	err := a.Get(ctx, pathCheckups+"/"+caseNo+"/classes/"+url.PathEscape(class), &s)
	return s, err
}

// RecordClass submits the records of a class.
func (a *Actor) RecordClass(ctx context.Context, key, caseNo, class string, records []nursery.Checkup) (ClassRecorded, error) {
	var done ClassRecorded
	err := a.Post(ctx, pathCheckups+"/"+caseNo+"/classes/"+url.PathEscape(class)+"/records", key, map[string]any{"records": records}, &done)
	return done, err
}

// PutReferralResult records the result returned by the specialist.
func (a *Actor) PutReferralResult(ctx context.Context, key, caseNo string, on nursery.Date) error {
	return a.Post(ctx, pathReferrals+"/"+caseNo+"/result", key, map[string]any{"result": "已复查，按约随访。", "result_on": on}, nil)
}

// Healthy returns a record in which everything due for a child is done and normal for its age.
func Healthy(c ClassChild, on nursery.Date) nursery.Checkup {
	record := nursery.Checkup{Child: c.ID, CheckedOn: on, Standing: c.Months >= 24}
	for _, owed := range c.Items {
		item := nursery.CheckedItem{Item: owed.Item, Done: true}
		if value, ok := middle(owed.Item, c.Sex, c.Months); ok {
			item.Value = value
		} else {
			item.Result = nursery.FoundNormal
		}
		record.Items = append(record.Items, item)
	}
	return record
}

// middles are values near the median by age in months, for boys; a girl's differ by less than a standard deviation.
var middles = []struct{ months, weight, length, head int }{ // grams, millimetres
	{0, 3300, 499, 345}, {3, 6400, 614, 405}, {6, 7900, 676, 433}, {9, 8900, 720, 450}, {12, 9600, 757, 461}, {15, 10300, 791, 468},
	{18, 10900, 823, 474}, {21, 11500, 851, 479}, {24, 12200, 871, 483}, {27, 12700, 892, 486}, {30, 13300, 919, 489}, {33, 13800, 941, 491}, {36, 14300, 961, 495},
}

func middle(item nursery.CheckItem, _ nursery.Sex, months int) (float64, bool) {
	at := middles[max(slices.IndexFunc(middles, func(m struct{ months, weight, length, head int }) bool { return m.months > months })-1, 0)]
	if months >= 36 {
		at = middles[len(middles)-1]
	}
	switch item {
	case nursery.ItemWeight:
		return float64(at.weight) / 1000, true
	case nursery.ItemLength:
		return float64(at.length) / 10, true
	case nursery.ItemHead:
		return float64(at.head) / 10, true
	case nursery.ItemHaemoglobin:
		return 122, true
	}
	row := item.Row()
	return (row.Min + row.Max) / 2, row.Measured()
}
