package procedures_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/procedures"
)

// The periods of real notices (rulebook of November 2026, §7), and both units together over the National Day of 2025, whose working
// days are 9-28 (a Sunday), 9-29, 9-30, 10-09 and 10-10.
func TestAPublicityPeriodCountsWorkingDaysOrCalendarDaysWithOrWithoutTheFirst(t *testing.T) {
	days := func(n int) procedures.Limit { return procedures.Limit{N: n} }
	calendarDays := func(n int) *procedures.Limit { return &procedures.Limit{N: n} }
	counts := &procedures.Switch{On: true}
	for name, c := range map[string]struct {
		published string
		of        procedures.Publish
		last      string
	}{
		"5 working days with the first (Jinshi)":       {"2025-06-05", procedures.Publish{Days: days(5), FirstDay: counts}, "2025-06-11"},
		"5 working days without the first":             {"2025-06-05", procedures.Publish{Days: days(5)}, "2025-06-12"},
		"7 calendar days after the first (Luqiao)":     {"2025-10-17", procedures.Publish{Calendar: calendarDays(7)}, "2025-10-24"},
		"7 calendar days over a holiday (Furong)":      {"2025-09-26", procedures.Publish{Calendar: calendarDays(7), FirstDay: &procedures.Switch{}}, "2025-10-03"},
		"7 calendar days with the first":               {"2025-09-26", procedures.Publish{Calendar: calendarDays(7), FirstDay: counts}, "2025-10-02"},
		"both over a holiday: the working days":        {"2025-09-26", procedures.Publish{Days: days(5), Calendar: calendarDays(7)}, "2025-10-10"},
		"both in an ordinary week: the calendar days":  {"2025-06-05", procedures.Publish{Days: days(3), Calendar: calendarDays(7)}, "2025-06-12"},
		"calendar days that do not count":              {"2025-06-05", procedures.Publish{Days: days(5), Calendar: calendarDays(0)}, "2025-06-12"},
		"published on a Saturday whose day counts":     {"2025-06-07", procedures.Publish{Days: days(1), FirstDay: counts}, "2025-06-09"},
		"one day, which is that of the publication":    {"2025-06-05", procedures.Publish{Days: days(1), FirstDay: counts}, "2025-06-05"},
		"one calendar day, that of the publication":    {"2025-06-07", procedures.Publish{Calendar: calendarDays(1), FirstDay: counts}, "2025-06-07"},
		"one calendar day without that of publication": {"2025-06-07", procedures.Publish{Calendar: calendarDays(1)}, "2025-06-08"},
	} {
		published, err := nursery.ParseDate(c.published)
		require.NoError(t, err)
		none := &procedures.Procedure{}
		over, err := c.of.Over(procedures.At{Today: published, Years: calendar.Published(), Limit: none.LimitValue, Switch: none.SwitchValue})
		require.NoError(t, err, name)
		require.Equal(t, c.last, nursery.DateOf(over).AddDays(-1).String(), name)
	}
}

// A length or a choice that nobody has published leaves the period unknown.
func TestAPublicityPeriodThatIsNotSetHasNoEnd(t *testing.T) {
	none := &procedures.Procedure{}
	at := procedures.At{Today: nursery.NewDate(2025, 6, 5), Years: calendar.Published(), Limit: none.LimitValue, Switch: none.SwitchValue}
	for _, of := range []procedures.Publish{
		{}, {Days: procedures.Limit{Param: "a.days"}}, {Calendar: &procedures.Limit{Param: "a.days"}},
		{Days: procedures.Limit{N: 5}, FirstDay: &procedures.Switch{Param: "a.first"}},
	} {
		_, err := of.Over(at)
		require.Error(t, err)
	}
}
