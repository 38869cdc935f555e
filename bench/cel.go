package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
	"github.com/open-policy-agent/opa/v1/rego"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

// subset is the Rego of the checks below: sizes, ages and units of classes, carers of each class, training of carers,
// health and background of all staff.
const subset = `classes = data.filing.conform.class_reasons; short = [{"rule": "SS-20", "subject": s.class.id, "result": "short"} | ` +
	`some s in data.filing.conform.short_classes]; carers = data.filing.conform.carer_reasons; ` +
	`persons = data.filing.conform.person_reasons; background = data.filing.conform.background_reasons`

// checks are the same rules in CEL: each returns the subjects for which its rule has a reason.
var checks = []struct{ rule, result, text string }{
	{"SS-19", "fail", `classes.filter(c, has(c.kind) && (
		has(c.seats) && c.seats > params.class_size[c.kind].value || has(c.enrolled) && c.enrolled > params.class_size[c.kind].value ||
		has(c.youngest_months) && (c.youngest_months < params.class_from_months[c.kind].value ||
			c.youngest_months >= params.class_until_months[c.kind].value + params.class_age.grace_months.value) ||
		has(c.oldest_months) && (c.oldest_months < params.class_from_months[c.kind].value ||
			c.oldest_months >= params.class_until_months[c.kind].value + params.class_age.grace_months.value))).map(c, c.id)`},
	{"SS-19", "unknown", `classes.filter(c, !has(c.kind) || !has(c.seats) ||
		has(c.enrolled) && c.enrolled > 0 && (!has(c.youngest_months) || !has(c.oldest_months))).map(c, c.id)`},
	{"SS-19e", "fail", `classes.filter(c, has(c.independent_unit) && !c.independent_unit).map(c, c.id)`},
	{"SS-19e", "unknown", `classes.filter(c, !has(c.independent_unit)).map(c, c.id)`},
	{"SS-20", "short", `classes.filter(c, has(c.kind) && c.kind != "mixed" &&
		double(staff.filter(s, has(s.post) && s.post == "caregiver" && has(s.class) && s.class == c.id).size()) <
		math.ceil(math.greatest(has(c.seats) ? c.seats : 0.0, has(c.enrolled) ? c.enrolled : 0.0) / params.carer_ratio[c.kind].value)).map(c, c.id)`},
	{"SS-18e", "fail", `carers.filter(s,
		has(s.experience_years) && s.experience_years == 0.0 && has(s.relevant_background) && !s.relevant_background ||
		has(s.trained) && !params.staff.carer_training.value.all(t, t in s.trained)).map(s, s.number)`},
	{"SS-18e", "unknown", `carers.filter(s, !has(s.trained) ||
		!(has(s.experience_years) && s.experience_years > 0.0 || has(s.relevant_background) && s.relevant_background) &&
		(!has(s.experience_years) || !has(s.relevant_background))).map(s, s.number)`},
	{"TR-03", "warn", `carers.filter(s, !has(s.training_hours) || s.training_hours < params.staff.carer_training_hours.value).map(s, s.number)`},
	{"SS-18a", "unknown", `staff.filter(s, !has(s.post)).map(s, s.number)`},
	{"HC-14a", "fail", `staff.filter(s, has(s.health_passed) && !s.health_passed).map(s, s.number)`},
	{"HC-14a", "unknown", `staff.filter(s, !has(s.health_passed)).map(s, s.number)`},
	{"HC-14b", "fail", `staff.filter(s, has(s.health_checked_on) && s.health_checked_on < health_from).map(s, s.number)`},
	{"HC-14b", "unknown", `staff.filter(s, !has(s.health_checked_on)).map(s, s.number)`},
	{"HC-14c", "fail", `staff.filter(s, has(s.mental_illness) && s.mental_illness).map(s, s.number)`},
	{"HC-14c", "unknown", `staff.filter(s, !has(s.mental_illness)).map(s, s.number)`},
	{"MN-33", "fail", `staff.filter(s, has(s.any_record) && s.any_record).map(s, s.number)`},
	{"MN-33", "unknown", `staff.filter(s, !has(s.any_record)).map(s, s.number)`},
	{"BG-01", "fail", `staff.filter(s, has(s.listed_offence) && s.listed_offence).map(s, s.number)`},
	{"BG-01", "unknown", `staff.filter(s, !has(s.listed_offence)).map(s, s.number)`},
	{"BG-02", "fail", `staff.filter(s, has(s.background_on) && s.background_on < background_from).map(s, s.number)`},
	{"BG-02", "unknown", `staff.filter(s, !has(s.background_on)).map(s, s.number)`},
}

// terms are shared by several checks; each can use those before it.
var terms = []struct{ name, text string }{
	{"classes", `has(input.application.classes) ? input.application.classes : []`},
	{"staff", `has(input.application.staff) ? input.application.staff : []`},
	{"carers", `staff.filter(s, has(s.post) && s.post == "caregiver")`},
	{"health_from", `months_before(input.as_of, params.staff.health_check_months.value)`},
	{"background_from", `months_before(input.as_of, params.staff.background_months.value)`},
}

// celChecks is the checks compiled.
type celChecks struct {
	params   any
	terms    []cel.Program
	programs []cel.Program
}

func compileChecks(params any) (*celChecks, error) {
	options := []cel.EnvOption{
		ext.Math(), cel.Variable("input", cel.DynType), cel.Variable("params", cel.DynType),
		cel.Function("months_before", cel.Overload("months_before_string_dyn", []*cel.Type{cel.StringType, cel.DynType}, cel.StringType,
			cel.BinaryBinding(monthsBefore))),
	}
	for _, t := range terms {
		options = append(options, cel.Variable(t.name, cel.DynType))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("CEL environment: %w", err)
	}
	compile := func(text string) (cel.Program, error) {
		tree, issues := env.Compile(text)
		if issues.Err() != nil {
			return nil, fmt.Errorf("compile %s: %w", text, issues.Err())
		}
		return env.Program(tree, cel.EvalOptions(cel.OptOptimize))
	}
	c := &celChecks{params: params}
	for _, t := range terms {
		program, err := compile(t.text)
		if err != nil {
			return nil, err
		}
		c.terms = append(c.terms, program)
	}
	for _, k := range checks {
		program, err := compile(k.text)
		if err != nil {
			return nil, err
		}
		c.programs = append(c.programs, program)
	}
	return c, nil
}

// monthsBefore counts by the calendar, as the rules do.
func monthsBefore(date, months ref.Val) ref.Val {
	on, err := nursery.ParseDate(string(date.(types.String)))
	if err != nil {
		return types.NewErr("%v", err)
	}
	return types.String(on.AddMonths(-int(months.(types.Double))).String())
}

// evaluate returns "rule subject result" for each reason of the checks, sorted.
func (c *celChecks) evaluate(facts any) ([]string, error) {
	bindings := map[string]any{"input": facts, "params": c.params}
	for i, program := range c.terms {
		value, _, err := program.Eval(bindings)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", terms[i].name, err)
		}
		bindings[terms[i].name] = value
	}
	said := []string{}
	for i, program := range c.programs {
		value, _, err := program.Eval(bindings)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", checks[i].rule, checks[i].result, err)
		}
		subjects, ok := value.Value().([]ref.Val)
		if !ok {
			return nil, fmt.Errorf("%s gives a %T", checks[i].rule, value.Value())
		}
		for _, s := range subjects {
			said = append(said, fmt.Sprint(checks[i].rule, " ", s.Value(), " ", checks[i].result))
		}
	}
	slices.Sort(said)
	return said, nil
}

// broken are filings that differ from the clean one in facts that the checks read.
var broken = map[string]func(*nursery.Application){
	"too many seats": func(a *nursery.Application) { a.Classes[0].Seats = value(30) },
	"children too young": func(a *nursery.Application) {
		a.Classes[0].YoungestMonths, a.Classes[0].OldestMonths = value(1), value(9)
	},
	"children too old": func(a *nursery.Application) { a.Classes[1].OldestMonths = value(40) },
	"kind not given":   func(a *nursery.Application) { a.Classes[1].Kind = "" },
	"ages not given": func(a *nursery.Application) {
		a.Classes[0].Enrolled, a.Classes[0].YoungestMonths, a.Classes[0].OldestMonths = value(3), nil, nil
	},
	"shared unit":         func(a *nursery.Application) { a.Classes[0].IndependentUnit = value(false) },
	"no unit given":       func(a *nursery.Application) { a.Classes[0].IndependentUnit = nil },
	"carers not placed":   eachCarer(func(s *nursery.Staff) { s.Class = "" }),
	"carers not trained":  eachCarer(func(s *nursery.Staff) { s.Trained, s.TrainingHours = []string{"first_aid"}, value(10) }),
	"carers not known":    eachCarer(func(s *nursery.Staff) { s.Trained, s.ExperienceYears, s.TrainingHours = nil, nil, nil }),
	"carers without past": eachCarer(func(s *nursery.Staff) { s.ExperienceYears, s.RelevantBackground = value(0.0), value(false) }),
	"checks out of date": func(a *nursery.Application) {
		a.Staff[0].HealthCheckedOn, a.Staff[1].BackgroundOn = testdata.AsOf.AddMonths(-13), testdata.AsOf.AddMonths(-14)
	},
	"checks not given": func(a *nursery.Application) {
		a.Staff[0].HealthCheckedOn, a.Staff[0].BackgroundOn, a.Staff[0].HealthPassed = nursery.Date{}, nursery.Date{}, nil
		a.Staff[1].MentalIllness, a.Staff[1].AnyRecord, a.Staff[1].ListedOffence, a.Staff[1].Post = nil, nil, nil, ""
	},
	"records": func(a *nursery.Application) {
		a.Staff[2].ListedOffence, a.Staff[2].AnyRecord = value(true), value(true)
		a.Staff[3].MentalIllness, a.Staff[3].HealthPassed = value(true), value(false)
	},
	"nobody": func(a *nursery.Application) { a.Staff = nil },
}

func value[T any](v T) *T { return &v }

func eachCarer(change func(*nursery.Staff)) func(*nursery.Application) {
	return func(a *nursery.Application) {
		for i := range a.Staff {
			if a.Staff[i].Post == nursery.Caregiver {
				change(&a.Staff[i])
			}
		}
	}
}

// cel measures the checks in CEL and in Rego, after verifying that both agree on the clean filing and every broken one.
func (b *bench) cel(ctx context.Context, modules map[string]string, data map[string]any) error {
	query, err := prepare(ctx, modules, data, subset)
	if err != nil {
		return err
	}
	params, err := plain(data["params"])
	if err != nil {
		return err
	}
	inCEL, err := compileChecks(params)
	if err != nil {
		return err
	}
	clean, err := factsOf("community")
	if err != nil {
		return err
	}
	if err := sameVerdicts(ctx, query, inCEL, clean); err != nil {
		return err
	}
	asJSON, err := plain(clean)
	if err != nil {
		return err
	}
	asValue, err := parsed(clean)
	if err != nil {
		return err
	}
	times, err := byTurns(
		func() error { _, err := query.Eval(ctx, rego.EvalInput(clean)); return err },
		func() error {
			facts, err := plain(clean)
			if err == nil {
				_, err = inCEL.evaluate(facts)
			}
			return err
		},
		func() error { _, err := query.Eval(ctx, rego.EvalParsedInput(asValue)); return err },
		func() error { _, err := inCEL.evaluate(asJSON); return err },
	)
	if err != nil {
		return err
	}
	var rules []string
	for _, k := range checks {
		rules = append(rules, k.rule)
	}
	note := fmt.Sprintf("Same subset: %s, as %d CEL expressions and as the Rego of these rules. Both gave the same verdicts on the clean filing and on %d "+
		"broken ones before they were timed. The CEL says only which rule and of whom; the Rego also cites, names the fields and words what to do.",
		strings.Join(slices.Compact(rules), ", "), len(checks), len(broken))
	b.report("same subset, OPA / cel-go, from a Go value", fmt.Sprintf("%.2f", median(ratios(times[0], times[1]))), note)
	b.report("same subset, OPA, from a Go value", microseconds(median(times[0])), "")
	b.report("same subset, cel-go, from a Go value", microseconds(median(times[1])), "")
	b.report("same subset, OPA / cel-go, input made ready beforehand", fmt.Sprintf("%.2f", median(ratios(times[2], times[3]))), "")
	b.report("same subset, OPA, input parsed beforehand", microseconds(median(times[2])), "")
	b.report("same subset, cel-go, map beforehand", microseconds(median(times[3])), "")
	return nil
}

// sameVerdicts returns an error unless Rego and CEL agree on the clean filing, which has no reasons, and on each broken
// one, which has some.
func sameVerdicts(ctx context.Context, query rego.PreparedEvalQuery, inCEL *celChecks, clean asked) error {
	compare := func(name string, facts asked) error {
		results, err := query.Eval(ctx, rego.EvalInput(facts))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		byRego, err := found(results)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		m, err := plain(facts)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		byCEL, err := inCEL.evaluate(m)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !slices.Equal(byRego, byCEL) {
			return fmt.Errorf("%s: Rego says %q, CEL %q", name, byRego, byCEL)
		}
		if clean := name == "clean"; clean != (len(byRego) == 0) {
			return fmt.Errorf("%s: both say %q", name, byRego)
		}
		return nil
	}
	if err := compare("clean", clean); err != nil {
		return err
	}
	for name, change := range broken {
		facts, err := factsOf("community")
		if err != nil {
			return err
		}
		change(&facts.Application)
		if err := compare(name, facts); err != nil {
			return err
		}
	}
	return nil
}
