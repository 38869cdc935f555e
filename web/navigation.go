package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// Places has, for each role with a link, its place among the links of the role.
type Places map[nursery.Role]int

// navItem is a link of the main navigation.
type navItem struct {
	Path, Title string
	place       int
}

// Nav adds a link to the main navigation of the roles in places. It panics if another link has the same place.
func (s *Site) Nav(path, title string, places Places) {
	for role, place := range places {
		items := s.nav[role]
		i, taken := slices.BinarySearchFunc(items, place, func(n navItem, place int) int { return cmp.Compare(n.place, place) })
		if taken {
			panic(fmt.Sprintf("web: %s and %s have the same place in the navigation of %s", path, items[i].Path, role))
		}
		s.nav[role] = slices.Insert(items, i, navItem{path, title, place})
	}
}

// Tile is a link on the first page of institutions to what they may begin.
type Tile struct {
	place             int
	Path, Title, Hint string
}

// Tiles returns the links on the first page of institutions in the order of their places.
func (s *Site) Tiles() []Tile { return s.tiles }

// Tile adds a link to the first page of institutions, at its place.
func (s *Site) Tile(place int, path, title, hint string) {
	i, _ := slices.BinarySearchFunc(s.tiles, place, func(t Tile, place int) int { return cmp.Compare(t.place, place) })
	s.tiles = slices.Insert(s.tiles, i, Tile{place, path, title, hint})
}

// covers reports whether a page lies under the link.
func (n navItem) covers(path string) bool {
	return path == n.Path || strings.HasPrefix(path, n.Path+"/")
}

// leadsTo reports whether a page lies under the link, and under no longer one of the others.
func (n navItem) leadsTo(path string, others []navItem) bool {
	return n.covers(path) && !slices.ContainsFunc(others, func(o navItem) bool { return len(o.Path) > len(n.Path) && o.covers(path) })
}

// StartPath is where each role's work begins.
func (s *Site) StartPath(p nursery.Principal) string {
	if items := s.nav[p.Role]; len(items) > 0 {
		return items[0].Path
	}
	return "/"
}

func brandPath(p nursery.Principal) string {
	if p.Account == "" {
		return "/"
	}
	return "/home"
}

// waitingList is a list of what waits for somebody, with the number of its rows.
type waitingList struct {
	navItem
	roles []nursery.Role
	count func(context.Context, nursery.Principal) (int64, error)
}

// Waiting adds a link to the navigation of roles, with a number, while count is not zero. Where the role has the link anyway only the number
// is added.
func (s *Site) Waiting(path, title string, count func(context.Context, nursery.Principal) (int64, error), roles ...nursery.Role) {
	s.waiting = append(s.waiting, waitingList{navItem{Path: path, Title: title}, roles, count})
}

// navigation returns the links of p, and of what waits for p with its number. With an error, which names the lists that could not be
// counted, it returns the other links.
func (s *Site) navigation(ctx context.Context, p nursery.Principal) (items []navItem, failed error) {
	items = slices.Clone(s.nav[p.Role])
	for _, list := range s.waiting {
		if !slices.Contains(list.roles, p.Role) {
			continue
		}
		n, err := list.count(ctx, p)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("count %s: %w", list.Path, err))
		}
		if n == 0 {
			continue
		}
		item := navItem{Path: list.Path, Title: list.Title + "（" + strconv.FormatInt(n, 10) + "）"}
		if at := slices.IndexFunc(items, func(i navItem) bool { return i.Path == list.Path }); at >= 0 {
			items[at] = item
		} else {
			items = append(items, item)
		}
	}
	return items, failed
}

// hasNews reports whether a role has cases of its own, in which something may happen.
func hasNews(role nursery.Role) bool {
	return slices.Contains([]nursery.Role{
		nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleInsurer,
		nursery.RoleCountyOffice, nursery.RoleCityOffice,
	}, role)
}

// newsCount returns the number of cases of p with news.
func (s *Site) newsCount(ctx context.Context, p nursery.Principal) (int, error) {
	if !hasNews(p.Role) {
		return 0, nil
	}
	news, err := s.Service.News(ctx, p)
	return len(news), err
}

// searches reports whether a role searches the cases and institutions of an office.
func searches(role nursery.Role) bool {
	return slices.Contains(Searching, role)
}

// Searching are the roles that search the cases and institutions of an office.
var Searching = []nursery.Role{
	nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor,
}

// ProgressLink leads to a case's progress. What follows the # is never sent to a server.
func (s *Site) ProgressLink(started casework.Started) string {
	return strings.TrimSuffix(s.PublicURL, "/") + "/progress#case=" + url.QueryEscape(started.CaseNo) + "&code=" + url.QueryEscape(started.TrackingCode)
}
