package definition

import (
	"encoding/json"
	"testing"

	"tuoyu/nursery"
)

func TestTheTableOfActs(t *testing.T) {
	clerk, auditor := []nursery.Role{nursery.RoleClerk}, []nursery.Role{nursery.RoleClerk, nursery.RoleAuditor}
	table := NewActTable("case.read", []Act{{Name: "case.read", Roles: auditor, Shows: true}, {Name: "case.list", Roles: clerk, Scope: List}}, []Process{{
		Kind: "rent", FileReaders: auditor,
		Acts: []Act{{Name: "rent.start", Roles: clerk, Scope: Begins}, {Name: "rent.end", Roles: clerk}, {Name: "plan.load", Roles: clerk, Scope: Unowned}},
	}})
	got, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"beginnings":["rent.start"],"files":{"rent":["auditor","clerk"]},"lists":["case.list"],` +
		`"roles":{"case.list":["clerk"],"case.read":["auditor","clerk"],"plan.load":["clerk"],"rent.end":["clerk"],"rent.start":["clerk"]},` +
		`"shown_by":{"case":"case.read","rent":"case.read"},"unowned":["plan.load"]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, acts := range map[string][]Act{
		"no role":       {{Name: "rent.end"}},
		"no thing":      {{Name: "end", Roles: clerk}},
		"defined twice": {{Name: "rent.end", Roles: clerk}, {Name: "rent.end", Roles: auditor}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: a table was made", name)
				}
			}()
			NewActTable("case.read", acts, nil)
		}()
	}
}
