package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tuoyu/e2e/stories"
)

// progress is how far the demonstration has been played. The system itself stores it, as a saved filter of the
// administrator on a page that does not exist, so that the two agree whatever state is wiped, copied or restored.
type progress struct {
	Played int // number of stories, from the first on
	At     time.Time
}

const (
	pathFilters     = "/api/v1/saved-filters"
	progressAccount = "administrator"
	progressPage    = "demo"
	progressName    = "progress"
)

type savedFilter struct {
	Room  string `json:"room"`
	Name  string `json:"name"`
	Query string `json:"query"`
}

// readProgress returns the progress; the zero value for a system on which nothing has been played.
func readProgress(ctx context.Context, s *stories.Stage) (progress, error) {
	var filters []savedFilter
	if err := s.Users.As(progressAccount).Get(ctx, pathFilters+"?room="+progressPage, &filters); err != nil {
		return progress{}, fmt.Errorf("read how far the demonstration is: %w", err)
	}
	for _, f := range filters {
		if f.Name != progressName {
			continue
		}
		values, err := url.ParseQuery(f.Query)
		if err != nil {
			return progress{}, fmt.Errorf("read how far the demonstration is from %q: %w", f.Query, err)
		}
		var p progress
		if p.Played, err = strconv.Atoi(values.Get("played")); err == nil {
			p.At, err = time.Parse(time.RFC3339, values.Get("at"))
		}
		if err != nil {
			return progress{}, fmt.Errorf("read how far the demonstration is from %q: %w", f.Query, err)
		}
		return p, nil
	}
	return progress{}, nil
}

// writeProgress replaces the progress. The highest one counts: repeating a demonstration never decreases it.
func writeProgress(ctx context.Context, s *stories.Stage, p progress) error {
	seen, err := readProgress(ctx, s)
	if err != nil || seen.Played > p.Played {
		return err
	}
	query := url.Values{"played": {strconv.Itoa(p.Played)}, "at": {p.At.UTC().Format(time.RFC3339)}}
	filter := savedFilter{Room: progressPage, Name: progressName, Query: query.Encode()}
	put := s.Request(http.MethodPut, pathFilters, filter)
	if err := s.Users.As(progressAccount).Do(ctx, put, nil); err != nil {
		return fmt.Errorf("save how far the demonstration is: %w", err)
	}
	return nil
}
