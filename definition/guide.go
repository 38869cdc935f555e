package definition

import "tuoyu/nursery"

// Guide is what people have to know of a process before a case begins 办事指南, as far as its stages, tasks, papers and rules do not
// state it.
type Guide struct {
	For        string             // who may apply 办理对象
	Conditions []string           // what has to be the case beforehand
	Begin      string             // how a case begins
	Start      string             // the page on which it begins; empty where an office begins it from its own pages
	Applicants []nursery.Role     // who sees a link to Start; RolePublic for everybody
	Limits     []Limit            // how long the steps may take
	RuleSets   []string           // the sets of rules by which its cases are judged
	Law        []nursery.Citation // on which the process rests, besides the citations of its rules
}

// Limit is a time limit of a process: a setting of the county, a parameter of the rules, or a number of working days that no
// regulation sets.
type Limit struct {
	Setting   string // of nursery.SettingsCatalogue
	Parameter string // its topic and name in policies/params, as in contract.reply_days
	Days      int
	Calendar  bool   // Days are calendar days and not working days
	Title     string // of Days
}

// ByOffice reports whether offices begin the cases, and not somebody who applies.
func (g Guide) ByOffice() bool { return g.Start == "" }
