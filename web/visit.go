package web

import (
	"context"

	"github.com/a-h/templ"

	"tuoyu/nursery"
)

// VisitForm is a checklist that is filled in on site, also without a network, and where it is sent.
type VisitForm struct {
	ID          string // what was filled in is stored on the device under it
	Send, Draft string // addresses; without one for drafts they are stored on the device alone
	Back, Title string // where to go once it was sent, and what that is called
	Base        int    // the version that the record is based on
	Institution string
	County      string
	Items       []nursery.ChecklistItem
	Today       nursery.Date
	Hazard      bool            // a serious hazard can be reported
	More        templ.Component // what else is asked where an item is not as it should be; nil: nothing
}

// OpenVisit is a visit without a day of its own that waits for an inspector.
type OpenVisit struct {
	Link, Title          string
	Name, Address, Phone string
	DueOn                nursery.Date
}

// OpenVisits has the page of the day's visits list what a process returns as well.
func (s *Site) OpenVisits(list func(context.Context, nursery.Principal) ([]OpenVisit, error)) {
	s.openVisits = append(s.openVisits, list)
}

// VisitsOf returns the visits that wait for p, of all processes.
func (s *Site) VisitsOf(ctx context.Context, p nursery.Principal) (all []OpenVisit, err error) {
	for _, list := range s.openVisits {
		visits, err := list(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, visits...)
	}
	return all, nil
}
