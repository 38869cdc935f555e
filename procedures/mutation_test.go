package procedures

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

// mutate reads a fixture, changes what was read, and returns whether the check notices it, with and without its scenarios.
func mutate(t *testing.T, fixture string, change func(*source)) (noticed, alone bool) {
	t.Helper()
	for _, tested := range []bool{true, false} {
		out := &problems{}
		src := read(os.DirFS("testdata/"+fixture), out)
		require.Empty(t, faults(out.list))
		change(src)
		src.rego = nil // its rule sets are those of the program, which saves their compilation
		if !tested {
			src.tests = nil
		}
		p := compile(t.Context(), src, Options{RuleSets: ruleSetsOf}, out)
		check(p, out)
		found := slices.ContainsFunc(faults(out.list), func(p Problem) bool { return p.Code != "cover.none" && p.Code != "ref.rule" })
		if tested {
			noticed = found
		} else {
			alone = found
		}
	}
	return noticed, alone
}

// targets returns the lists of results of a procedure.
func targets(f *procedureFile) (lists []*[]target) {
	f.eachStage(func(s *stageFile) {
		switch {
		case s.Ask != nil:
			lists = append(lists, &s.Ask.On)
		case s.Decide.is():
			lists = append(lists, &s.On)
		case s.Collect != nil:
			lists = append(lists, &s.Collect.On)
		case s.Publish != nil:
			lists = append(lists, &s.Publish.On)
		case s.Pay != nil:
			lists = append(lists, &s.Pay.On)
		case s.Open != nil:
			lists = append(lists, &s.Open.On)
		case s.Wait != nil:
			lists = append(lists, &s.Wait.On)
		case s.Together != nil:
			lists = append(lists, &s.Together.On)
		}
	})
	return lists
}

// TestMutationsAreNoticed renames each stage and takes each transition away, one at a time.
func TestMutationsAreNoticed(t *testing.T) {
	var renamed, renamedNoticed, removed, removedNoticed, removedAlone int
	count := func(fixture string, change func(*source), total, noticedBy, aloneBy *int) {
		noticed, alone := mutate(t, fixture, change)
		*total++
		if noticed {
			*noticedBy++
		}
		if alone && aloneBy != nil {
			*aloneBy++
		}
	}
	for _, fixture := range fixtures {
		noticed, alone := mutate(t, fixture, func(*source) {})
		require.False(t, noticed || alone, "%s as it is", fixture)
		src := read(os.DirFS("testdata/"+fixture), &problems{})
		stages := 0
		src.file.eachStage(func(*stageFile) { stages++ })
		for i := range stages {
			count(fixture, func(s *source) {
				k := 0
				s.file.eachStage(func(stage *stageFile) {
					if k == i {
						stage.Name.s += "_x"
					}
					k++
				})
			}, &renamed, &renamedNoticed, nil)
		}
		for i := range src.file.Ends {
			count(fixture, func(s *source) { s.file.Ends[i].Name.s += "_x" }, &renamed, &renamedNoticed, nil)
		}
		for i, list := range targets(src.file) {
			for j := range *list {
				count(fixture, func(s *source) {
					on := targets(s.file)[i]
					*on = slices.Delete(*on, j, j+1)
				}, &removed, &removedNoticed, &removedAlone)
			}
		}
		for i := range src.file.Anytime {
			count(fixture, func(s *source) { s.file.Anytime = slices.Delete(s.file.Anytime, i, i+1) }, &removed, &removedNoticed, &removedAlone)
		}
		for i := range silences(src) {
			count(fixture, func(s *source) { silences(s)[i].Silence = nil }, &removed, &removedNoticed, &removedAlone)
		}
	}
	t.Logf("renamed: %d of %d; removed: %d of %d, without scenarios %d", renamedNoticed, renamed, removedNoticed, removed, removedAlone)
	require.Equal(t, renamed, renamedNoticed, "stages renamed")
	require.Equal(t, removed, removedNoticed, "transitions removed")
	require.Equal(t, 50, removed)
	require.Equal(t, 48, removedAlone, "transitions removed, without scenarios")
}

func silences(src *source) (list []*askFile) {
	src.file.eachStage(func(s *stageFile) {
		if s.Ask != nil && s.Ask.Silence != nil {
			list = append(list, s.Ask)
		}
	})
	return list
}

func ruleSetsOf(nursery.Date) []string {
	return []string{"lectures.count", "rent.amount", "rent.claw_back", "rent.eligible"}
}
