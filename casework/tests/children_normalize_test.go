package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// typed restores the form in which a child of a roster was stored before names were normalized: the name as typed and
// its hash.
func (d *fixture) typed(number, name, phone string) (id string) {
	d.t.Helper()
	index, err := d.Fields.Index("children.identity", string(nursery.ByBirthCertificate)+":"+number)
	require.NoError(d.t, err)
	id = d.strings(`SELECT id FROM children WHERE identity_index = $1`, index)[0]
	sealed, err := activities.SealChild(d.Fields, id, nursery.ChildName, name)
	require.NoError(d.t, err)
	var row store.Child
	require.NoError(d.t, d.db.As(d.t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		row, err = q.ChildByID(d.t.Context(), id)
		return err
	}))
	person, err := d.Fields.Index("insurance_roster.person", strings.Join([]string{name, row.BornOn.String(), row.Sex, phone}, "\x00"))
	require.NoError(d.t, err)
	d.exec(`UPDATE children SET name = $2, name_form = 0 WHERE id = $1`, id, sealed)
	d.exec(`UPDATE insurance_roster SET person = $2 WHERE child = $1`, id, person)
	return id
}

func TestAnOldEntryIsFoundByANewOneOnceItsNameHasOneForm(t *testing.T) {
	d, caseNo := insuring(t)
	was := []struct{ number, typed, now, phone string }{
		{"X140000011", "阿依古丽•买买提", "阿依古丽·买买提", "13900000011"},
		{"X140000012", "婴\ue81a甲", "婴\u3473甲", "13900000012"}, // a private-use character of GB 18030 that has been encoded since
		{"X140000013", "婴幼儿\u3000丙", "婴幼儿丙", ""},
	}
	var before, after [][]string
	for i, c := range was {
		row := map[string]string{"姓名": c.now, "证件类型": "出生医学证明", "证件号码": c.number, "出生日期": "2026-10-20", "性别": "女", "监护人电话": c.phone}
		before = append(before, child(i+1, row))
		id, err := nursery.MakeResidentID("140403", nursery.NewDate(2026, 10, 20), 2*(i+1))
		require.NoError(t, err)
		after = append(after, child(i+11, map[string]string{"姓名": c.now, "证件号码": string(id), "出生日期": "2026-10-20", "性别": "女", "监护人电话": c.phone}))
	}
	d.roster("before", caseNo, before...)
	var ids []string
	for _, c := range was {
		ids = append(ids, d.typed(c.number, c.typed, c.phone))
	}
	d.roster("after", caseNo, after...)
	repeated := func() []string {
		return d.strings(`SELECT f.repeated::text FROM insurance_facts f JOIN children c ON c.id = f.child WHERE c.identity_kind = 'birth_certificate'`)
	}
	require.Equal(t, []string{"false", "false", "false"}, repeated(), "an old hash is not that of the name's one form")

	broken := d.unreadable()
	require.ErrorContains(t, d.NormalizeNames(t.Context()), "1 children cannot be opened")
	require.Equal(t, []string{"true", "true", "true"}, repeated())
	require.Equal(t, []string{broken}, d.strings(`SELECT id FROM children WHERE name_form = 0`), "what cannot be opened waits for its key")
	for i, id := range ids {
		var c nursery.Child
		require.NoError(t, d.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
			row, err := q.ChildByID(t.Context(), id)
			if err == nil {
				c, err = activities.OpenChild(d.Fields, row, nursery.ChildName)
			}
			return err
		}))
		require.Equal(t, was[i].now, c.Name)
	}
	sealed := d.strings(`SELECT encode(name, 'hex') FROM children ORDER BY id`)
	require.Error(t, d.NormalizeNames(t.Context()))
	require.Equal(t, sealed, d.strings(`SELECT encode(name, 'hex') FROM children ORDER BY id`), "nothing is done twice")
}

// unreadable restores the form of a child before names were normalized, with a name that no key decrypts.
func (d *fixture) unreadable() string {
	d.t.Helper()
	id := d.strings(`SELECT min(id) FROM children WHERE identity_kind = 'resident_id'`)[0]
	d.exec(`UPDATE children SET name = 'nothing', name_form = 0 WHERE id = $1`, id)
	return id
}
