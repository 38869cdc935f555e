package procedures

import "tuoyu/nursery"

// Scenario is a case from its beginning, step by step, as a file of tests/ describes it.
type Scenario struct {
	Name, County string
	File         string
	Line         int
	Received     nursery.Date // zero if the file names none
	Params       map[string]any
	Institution  map[string]any // as it is on the register
	AlreadyPaid  bool           // the same was paid for the period before this case pays
	Facts        map[string]any
	Steps        []Step
}

// Step is one step of a scenario. What it does comes after what it expects; Goes comes last.
type Step struct {
	Line    int
	Expect  *Expectation
	Answer  *Filled // of a task
	Days    int     // working days that pass
	Minutes int
	Event   string
	Rows    *RowsFilled
	Anytime *Filled
	Goes    []Goes
}

// Expectation is what a case should be like; empty fields are not compared.
type Expectation struct {
	Line          int
	Stage, Task   string
	Offer         []string
	Holder, Paper string
	Due           nursery.Date
	Clocks        []Named[string]
	Payment       *int64
	Indicators    []Named[int]
}

// Named is a value with its name.
type Named[T any] struct {
	Line  int
	Name  string
	Value T
}

// Filled is an answer to a task, or what is done anytime.
type Filled struct {
	Line              int
	Name, As, Outcome string
	Form              map[string]any
}

// RowsFilled is rows that are written.
type RowsFilled struct {
	Line int
	Set  string
	Rows []any
}

// Goes is the result by which a stage is left.
type Goes struct {
	Line          int
	Stage, Result string
}

// Scenarios returns the scenarios of the procedure in the order of their files.
func (p *Procedure) Scenarios() (list []Scenario) {
	for _, f := range p.tests {
		s := Scenario{
			Name: f.Scenario.s, County: f.County.s, File: f.Scenario.at.file, Line: f.Scenario.at.line, Received: f.Received.d, Facts: object(f.Facts),
			Institution: object(f.Register), AlreadyPaid: f.Paid.b,
		}
		for _, set := range f.Params {
			if s.Params == nil {
				s.Params = map[string]any{}
			}
			s.Params[set.Name.s] = set.Value.value
		}
		for i := range f.Steps {
			s.Steps = append(s.Steps, f.Steps[i].step())
		}
		list = append(list, s)
	}
	return list
}

func (f *stepFile) step() Step {
	s := Step{Line: f.At.line, Days: f.Days.n, Minutes: f.Minutes.n, Event: f.Event.s}
	if f.Expect != nil {
		s.Expect = f.Expect.expectation()
	}
	if a := f.Answer; a != nil {
		s.Answer = &Filled{a.At.line, a.Task.s, a.As.s, a.Outcome.s, object(a.Form)}
	}
	if a := f.Anytime; a != nil {
		s.Anytime = &Filled{a.At.line, a.Name.s, a.As.s, "", object(a.Form)}
	}
	if r := f.Rows; r != nil {
		rows, _ := r.Write.value.([]any)
		s.Rows = &RowsFilled{r.At.line, r.Set.s, rows}
	}
	for _, g := range f.Goes {
		s.Goes = append(s.Goes, Goes{g.Name.at.line, g.Name.s, g.To.s})
	}
	return s
}

func (f *expectFile) expectation() *Expectation {
	e := &Expectation{
		Line: f.At.line, Stage: f.Stage.s, Task: f.Task.s, Offer: sortedNames(f.Offer), Holder: f.Holder.s, Paper: f.Paper.s, Due: f.Due.d,
	}
	for _, c := range f.Clocks {
		e.Clocks = append(e.Clocks, Named[string]{c.Name.at.line, c.Name.s, c.State.s})
	}
	for _, i := range f.Indicators {
		e.Indicators = append(e.Indicators, Named[int]{i.Name.at.line, i.Name.s, i.Value.n})
	}
	if f.Payment.at.is() {
		amount := int64(f.Payment.n)
		e.Payment = &amount
	}
	return e
}

// object returns what is filled in; nil if it is no object.
func object(a anything) map[string]any {
	filled, _ := a.value.(map[string]any)
	return filled
}
