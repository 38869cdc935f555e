package procedures

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"tuoyu/nursery"
)

// PlanFormat is the version of the format of Plan.
const PlanFormat = 1

// InterpreterVersion is the version of the interpreter, which is the workflow Procedure. A procedure that needs a later one is neither
// published nor run. Version 2 moves running cases to another revision.
const InterpreterVersion = 2

// None is the index of what a plan does not have.
const None = -1

// Joined is the index to which a result leads that ends its branch of a stage with the verb together.
const Joined = -2

// Submitter is the index, among the tasks whose people are excluded, of the person who submitted the case.
const Submitter = -1

// Plan is a procedure as it is run: what a case is opened under and keeps until it ends. Every list is sorted by name, and
// everything refers to other items by their index, so the same procedure has the same plan and the same hash, however its
// files are ordered. It has no words, which may be corrected while cases run, and no values of parameters, which follow the
// date of receipt.
type Plan struct {
	Format      int            `json:"format"`
	Kind        string         `json:"kind"`
	Prefix      string         `json:"prefix"`
	Interpreter int            `json:"interpreter"`
	Period      string         `json:"period,omitempty"` // after which a case continues as new
	Acts        []Act          `json:"acts,omitempty"`   // that effects perform
	RuleSets    []string       `json:"rule_sets,omitempty"`
	Forms       []Form         `json:"forms,omitempty"`
	Papers      []PinnedPaper  `json:"papers,omitempty"`
	Clocks      []Clock        `json:"clocks,omitempty"`
	Rows        []RowSet       `json:"rows,omitempty"`
	Registers   []RowSet       `json:"registers,omitempty"`
	Tasks       []Task         `json:"tasks,omitempty"`
	Stages      []Stage        `json:"stages"`
	Anytime     []Interruption `json:"anytime,omitempty"`
	Start       Start          `json:"start"`
}

// Act is an act that is registered in the program, with the version that the procedure needs.
type Act struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// Form is a form with the hash of its schema without titles and descriptions.
type Form struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

// PinnedPaper is a paper with the hash of its template.
type PinnedPaper struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

// Clock is a legal time limit in working days.
type Clock struct {
	Name    string `json:"name"`
	Days    Limit  `json:"days"`
	PauseIn []int  `json:"pause_in,omitempty"` // stages
}

// Limit is a duration: a number, or the parameter of the rules that holds it. What it counts follows from its place: working
// days, minutes or rows.
type Limit struct {
	N     int    `json:"n,omitempty"`
	Param string `json:"param,omitempty"`
}

// Switch is true or false, or the parameter of the rules that holds it.
type Switch struct {
	On    bool   `json:"on,omitempty"`
	Param string `json:"param,omitempty"`
}

// RowSet is a set of rows of a case, or a register.
type RowSet struct {
	Name   string   `json:"name"`
	Form   int      `json:"form"`
	In     int      `json:"in"` // the set whose rows its rows belong to, or None
	Key    []string `json:"key"`
	Sealed bool     `json:"sealed,omitempty"`
	States []string `json:"states,omitempty"`
	Most   int      `json:"most"` // rows in one write
}

// Start is how a case begins.
type Start struct {
	By       []string     `json:"by"`
	Role     nursery.Role `json:"role,omitempty"`
	Facts    int          `json:"facts"` // form
	Subject  string       `json:"subject"`
	OneOpen  []string     `json:"one_open,omitempty"`
	Fold     *Limit       `json:"fold,omitempty"` // minutes
	Precheck int          `json:"precheck"`       // rule set, or None
	Event    string       `json:"event,omitempty"`
	Every    string       `json:"every,omitempty"`
	Each     string       `json:"each,omitempty"`
	To       int          `json:"to"`
}

// Task is a question to a person.
type Task struct {
	Name        string       `json:"name"`
	Role        nursery.Role `json:"role"`
	Form        int          `json:"form"`
	Outcomes    []string     `json:"outcomes"`          // codes, sorted
	Exclude     []int        `json:"exclude,omitempty"` // tasks, or Submitter
	Only        []int        `json:"only,omitempty"`
	Clock       int          `json:"clock"` // or None
	Days        *Limit       `json:"days,omitempty"`
	Minutes     *Limit       `json:"minutes,omitempty"`
	Remind      *Limit       `json:"remind,omitempty"`  // working days
	Overdue     nursery.Role `json:"overdue,omitempty"` // notified as well when the task is overdue
	Silence     *Limit       `json:"silence,omitempty"` // working days after the due day, minutes where Minutes is set
	Countersign int          `json:"countersign"`       // task, or None
}

// Verb is the way in which a stage goes on.
type Verb string

// The verbs, and the one of stages in which a case has ended.
const (
	VerbAsk      Verb = "ask"
	VerbDecide   Verb = "decide"
	VerbCollect  Verb = "collect"
	VerbPublish  Verb = "publish"
	VerbPay      Verb = "pay"
	VerbOpen     Verb = "open"
	VerbWait     Verb = "wait"
	VerbTogether Verb = "together"
	VerbEnd      Verb = "end"
)

// Stage is a stage of a case. Its verb decides which of the pointers is set.
type Stage struct {
	Name   string       `json:"name"`
	Verb   Verb         `json:"verb"`
	Branch *Branch      `json:"branch,omitempty"` // to which it belongs
	Do     []Effect     `json:"do,omitempty"`
	On     []Transition `json:"on,omitempty"` // sorted by result

	Task     int       `json:"task"` // of ask and pay, or None
	Offer    *Offer    `json:"offer,omitempty"`
	RuleSet  int       `json:"rule_set"` // of decide and pay, or None
	Collect  *Collect  `json:"collect,omitempty"`
	Publish  *Publish  `json:"publish,omitempty"`
	Fund     string    `json:"fund,omitempty"` // of pay
	Open     *Open     `json:"open,omitempty"`
	Wait     *Wait     `json:"wait,omitempty"`
	Together *Together `json:"together,omitempty"`
}

// Transition is where a result leads: to a stage or Joined.
type Transition struct {
	Result string `json:"result"`
	To     int    `json:"to"`
}

// Results of stages that are not outcomes of their tasks.
const (
	ResultPass, ResultFail, ResultUnknown = "pass", "fail", "unknown"
	ResultSilence, ResultDisagree         = "silence", "disagree"
	ResultSent, ResultReached             = "sent", "reached"
	ResultQuiet, ResultObjected           = "quiet", "objected"
	ResultPaid, ResultBounced             = "paid", "bounced"
	ResultDuplicate                       = "duplicate"
	ResultAll, ResultAny, ResultOpened    = "all", "any", "opened"
	ResultEvent, ResultLate, ResultJoined = "event", "late", "joined"
	routePrefix                           = "route."
)

// Branch is a branch of a stage with the verb together.
type Branch struct {
	Of   int `json:"of"`   // stage
	Slot int `json:"slot"` // of Together.Branches
}

// Effect is one thing that is done once when a stage is entered. Exactly one of the kinds is set, but a paper may come with
// what the applicant is notified of.
type Effect struct {
	Clock   int    `json:"clock"` // or None
	Turn    string `json:"turn,omitempty"`
	Tell    string `json:"tell,omitempty"`
	Paper   int    `json:"paper"`    // or None
	RuleSet int    `json:"rule_set"` // or None
	Act     int    `json:"act"`      // or None
	Emit    string `json:"emit,omitempty"`
}

// Offer is which outcomes are offered, by the result of a decision. A decision that is not applicable counts as unknown.
type Offer struct {
	RuleSet int      `json:"rule_set"`
	Pass    []string `json:"pass"`
	Fail    []string `json:"fail"`
	Unknown []string `json:"unknown"`
}

// Collect is a collection of rows.
type Collect struct {
	Rows   []int        `json:"rows"`
	Role   nursery.Role `json:"role"`
	Until  Moment       `json:"until"`
	Enough *Limit       `json:"enough,omitempty"` // rows
	Most   int          `json:"most"`             // writes
}

// Moment is a day: a date of the facts, the end of the period of the case and working days after it, or with days alone, so many
// working days after the entry into the stage.
type Moment struct {
	Path  string `json:"path,omitempty"`
	EndOf string `json:"end_of,omitempty"`
	Days  *Limit `json:"days,omitempty"`
}

// Publish is a publicity period.
type Publish struct {
	Paper     int          `json:"paper"`
	Days      Limit        `json:"days"` // working days, zero if they do not count
	Calendar  *Limit       `json:"calendar_days,omitempty"`
	FirstDay  *Switch      `json:"first_day,omitempty"` // whether the day of publication counts; it does not by default
	Hide      []string     `json:"hide,omitempty"`
	Objection int          `json:"objection"` // form
	Role      nursery.Role `json:"role"`      // that may object
}

// Open is a set of sub-cases.
type Open struct {
	Kind  string  `json:"kind"`
	Each  string  `json:"each,omitempty"`
	Join  string  `json:"join"` // all, any or none
	Until *Moment `json:"until,omitempty"`
	Most  int     `json:"most"`
}

// Wait is a wait for a day, some working days or an event.
type Wait struct {
	Until *Moment `json:"until,omitempty"`
	Days  *Limit  `json:"days,omitempty"`
	Event string  `json:"event,omitempty"`
}

// Together is a set of branches.
type Together struct {
	Join     string `json:"join"`
	Branches []Slot `json:"branches"` // sorted by name
}

// Slot is a branch: its name and its first stage.
type Slot struct {
	Name string `json:"name"`
	To   int    `json:"to"`
}

// Interruption is what may be done in several stages.
type Interruption struct {
	Name  string       `json:"name"`
	Role  nursery.Role `json:"role,omitempty"`
	Event string       `json:"event,omitempty"`
	In    []int        `json:"in"`
	Form  int          `json:"form"` // or None
	To    int          `json:"to"`
}

// StageNamed returns the index of the stage of a name; None if there is none.
func (p Plan) StageNamed(name string) int {
	return slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Name == name })
}

// TaskNamed returns the index of the task of a name; None if there is none.
func (p Plan) TaskNamed(name string) int {
	return slices.IndexFunc(p.Tasks, func(t Task) bool { return t.Name == name })
}

// Encode returns the plan as JSON, the same bytes for the same plan.
func (p Plan) Encode() ([]byte, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode plan of %s: %w", p.Kind, err)
	}
	return raw, nil
}

// DecodePlan returns the plan that Encode wrote. It returns an error for unknown fields and for a format that this program
// does not know.
func DecodePlan(raw []byte) (Plan, error) {
	var p Plan
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("decode plan: %w", err)
	}
	if p.Format != PlanFormat {
		return Plan{}, fmt.Errorf("decode plan: format %d, want %d", p.Format, PlanFormat)
	}
	return p, nil
}

// hash returns the hash that identifies the plan.
func (p Plan) hash() (string, error) {
	raw, err := p.Encode()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// Route returns the result of a decision whose rules return a route.
func Route(name string) string { return routePrefix + name }
