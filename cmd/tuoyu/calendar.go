package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"tuoyu/calendar"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// operator is the principal at the command line: anybody with the passwords of the deployment is its administrator.
var operator = nursery.Principal{Account: "operator", Role: nursery.RoleAdministrator, County: nursery.CityCode}

type calendarCommand struct {
	Load calendarLoadCommand `cmd:"" help:"Publish a holiday year, in place of the same year when it was there, and have open due dates computed again."`
	List calendarListCommand `cmd:"" help:"List the published holiday years: those in this program and, with a database set, those loaded since."`
}

type calendarListCommand struct{}

// Run lists the years. Without a database it lists those compiled into the program.
func (calendarListCommand) Run(ctx context.Context, out output) error {
	years := calendar.Published()
	if os.Getenv(prefix+"DATABASE_URL") != "" {
		db, err := openDatabase(ctx)
		if err != nil {
			return err
		}
		defer db.Close()
		if years, err = store.NewCalendarCache(db).Years(ctx); err != nil {
			return err
		}
	}
	list := years.List()
	if len(list) == 0 {
		return errors.New("no holiday year is published")
	}
	for _, year := range list {
		off, works := 0, 0
		for _, d := range year.Days() {
			if d.Off {
				off++
			} else {
				works++
			}
		}
		fmt.Fprintf(out, "%d  %2d days off, %d make-up days  %s\n", year.Number(), off, works, year.Sources()[0])
	}
	return nil
}

type calendarLoadCommand struct {
	File string `arg:"" type:"existingfile" help:"JSON of the form of calendar/holidays/2026.json."`
}

// Run publishes the year and signals every open case.
func (c calendarLoadCommand) Run(ctx context.Context, out output) error {
	s, err := settingsFromEnvironment("calendar")
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read holiday year: %w", err)
	}
	service, done, err := openService(ctx, s)
	if err != nil {
		return err
	}
	defer done()
	year, told, err := service.LoadCalendarYear(ctx, operator, rand.Text(), raw)
	var refused *casework.Error
	if errors.As(err, &refused) {
		return fmt.Errorf("%s: %s", c.File, refused.Message)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d is published, %d open cases will compute their due dates again\n", year, told)
	return nil
}
