package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"tuoyu/calendar"
	"tuoyu/store"
)

type calendarCommand struct {
	List calendarListCommand `cmd:"" help:"List the published holiday years: those in this program and, with a database set, those loaded since."`
}

type calendarListCommand struct{}

// Run lists the years. Without a database it lists those in the program.
func (calendarListCommand) Run(ctx context.Context, out output) error {
	years := calendar.Published()
	if os.Getenv(prefix+"DATABASE_URL") != "" {
		s, err := settingsFromEnvironment("calendar")
		if err != nil {
			return err
		}
		db, err := store.Open(ctx, s.DatabaseURL, store.Options{MaxConns: 1})
		if err != nil {
			return err
		}
		defer db.Close()
		if years, err = store.NewAlmanac(db).Years(ctx); err != nil {
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
