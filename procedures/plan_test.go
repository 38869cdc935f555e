package procedures

import (
	"bytes"
	"compress/gzip"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestAPlanIsSmallAndIsReadBack(t *testing.T) {
	p := sound(t, "rent_relief")
	raw, err := p.Plan.Encode()
	require.NoError(t, err)
	back, err := DecodePlan(raw)
	require.NoError(t, err)
	require.Equal(t, p.Plan, back)
	hash, err := back.hash()
	require.NoError(t, err)
	require.Equal(t, p.Hash, hash)

	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, err = w.Write(raw)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Less(t, compressed.Len(), 1536, "bytes, compressed")

	_, err = DecodePlan([]byte(`{"format":1,"sgates":[]}`))
	require.Error(t, err)
	_, err = DecodePlan([]byte(`{"format":2}`))
	require.Error(t, err)
}

// The interpreter ranges over a plan, so its order must not depend on chance.
func TestAPlanHasNoMaps(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				require.NotEmpty(t, typ.Field(i).Tag.Get("json"), "%s.%s has a name in JSON", typ.Name(), typ.Field(i).Name)
				walk(typ.Field(i).Type)
			}
		case reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
			t.Errorf("the plan has a %s", typ)
		}
	}
	walk(reflect.TypeFor[Plan]())
}

func TestWhatARentReliefCompilesTo(t *testing.T) {
	p := sound(t, "rent_relief")
	stage := func(name string) Stage {
		for _, s := range p.Plan.Stages {
			if s.Name == name {
				return s
			}
		}
		t.Fatal("no stage " + name)
		return Stage{}
	}
	name := func(i int) string { return p.Plan.Stages[i].Name }
	require.Len(t, p.Plan.Stages, 16)
	require.Equal(t, "checking", name(p.Plan.Start.To))

	checking := stage("checking")
	require.Equal(t, VerbAsk, checking.Verb)
	task := p.Plan.Tasks[checking.Task]
	require.Equal(t, []string{"approve", "correct", "refuse"}, task.Outcomes)
	require.Equal(t, []int{Submitter}, task.Exclude)
	require.Equal(t, "deciding", p.Plan.Clocks[task.Clock].Name)
	require.Equal(t, []string{"correct"}, checking.Offer.Unknown)
	require.Equal(t, "rent.eligible", p.Plan.RuleSets[checking.Offer.RuleSet])

	paying := stage("paying")
	require.Equal(t, "rent.amount", p.Plan.RuleSets[paying.RuleSet])
	require.Equal(t, "rent_relief", paying.Fund)
	require.Equal(t, nursery.RoleFinance, p.Plan.Tasks[paying.Task].Role)

	correct := p.Plan.Tasks[stage("correcting").Task]
	require.Equal(t, &Limit{Param: "rent.correct_days"}, correct.Days)
	require.Equal(t, &Limit{N: 10}, correct.Silence)

	var way []string
	for _, i := range p.Live.Way {
		way = append(way, name(i))
	}
	require.Equal(t, []string{"checking", "computing", "city_check", "publicity", "paying", "watched", "closed"}, way)
	require.Equal(t, "租金减免初审", p.Live.Tasks[checking.Task].Short)
}
