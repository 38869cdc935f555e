package definition

import (
	"fmt"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// Act is something that people do, and who may do it. What is written here is the first half of authorisation; the rules of
// policies/authz read it and judge the resource.
type Act struct {
	Name  string         // the sort of thing and what is done to it, as in contract.amend
	Roles []nursery.Role // who may do it to what is theirs
	Scope Scope
	Shows bool // it shows the thing: to anybody else, other acts on that sort of thing answer as if there were none
}

// Scope is what an act is done to.
type Scope int

// The scopes.
const (
	Thing   Scope = iota // a thing that the caller has to be able to see
	List                 // no single thing; the query and row-level security narrow it
	Begins               // something new, which nobody can have seen
	Unowned              // nothing that belongs to a county or an institution
)

// ActTable is the acts of a program as the rules of policies/authz read them.
type ActTable struct {
	Beginnings []string                            `json:"beginnings"`
	Files      map[nursery.CaseKind][]nursery.Role `json:"files"` // who reads the files of a case
	Lists      []string                            `json:"lists"`
	Roles      map[string][]nursery.Role           `json:"roles"` // by act
	ShownBy    map[string]string                   `json:"shown_by"`
	Unowned    []string                            `json:"unowned"`
}

// NewActTable returns the table of acts that belong to no process and of those of the processes. Things that no act of
// their own shows are shown by the act fallback. It panics for an act without roles or a dot, and for one defined twice.
func NewActTable(fallback string, acts []Act, processes []Process) ActTable {
	t := ActTable{Files: map[nursery.CaseKind][]nursery.Role{}, Roles: map[string][]nursery.Role{}, ShownBy: map[string]string{}}
	acts = slices.Clone(acts)
	for _, p := range processes {
		acts = append(acts, p.Acts...)
		if len(p.FileReaders) > 0 {
			t.Files[p.Kind] = sorted(p.FileReaders)
		}
	}
	slices.SortFunc(acts, func(x, y Act) int { return strings.Compare(x.Name, y.Name) })
	for _, a := range acts {
		if _, twice := t.Roles[a.Name]; twice || len(a.Roles) == 0 || !strings.Contains(a.Name, ".") {
			panic(fmt.Sprintf("definition: act %q is defined twice, has no role, or names no thing", a.Name))
		}
		t.add(fallback, a)
	}
	return t
}

func (t *ActTable) add(fallback string, a Act) {
	t.Roles[a.Name] = sorted(a.Roles)
	sort, _, _ := strings.Cut(a.Name, ".")
	switch a.Scope {
	case List:
		t.Lists = append(t.Lists, a.Name)
	case Begins:
		t.Beginnings = append(t.Beginnings, a.Name)
	case Unowned:
		t.Unowned = append(t.Unowned, a.Name)
	case Thing:
		if t.ShownBy[sort] == "" {
			t.ShownBy[sort] = fallback
		}
	}
	if a.Shows {
		t.ShownBy[sort] = a.Name
	}
}

func sorted(roles []nursery.Role) []nursery.Role { return slices.Sorted(slices.Values(roles)) }
