// Package definition declares the type of a process: its stages, the tasks it assigns to people, their outcomes and the
// steps that follow an outcome. Each process is one value, declared beside its workflow and read by generic code. The
// package names no process.
package definition

import (
	"slices"

	"tuoyu/nursery"
)

// Process defines one kind of case.
type Process struct {
	Kind        nursery.CaseKind
	Title       string          // Chinese, as people call it
	Prefix      string          // of its case numbers
	Workflow    string          // the workflow's name in histories and starts; never changed
	Stages      []Stage         // in their order
	HappyPath   []nursery.Stage // the stages of a case in which nothing goes amiss, in the same order
	Tasks       []TaskKind      // what its workflow asks people
	Papers      []Paper         // the kinds of documents that it issues
	Page        Page            // where more of a case is to be seen or done; zero for none
	Files       string          // what its files are to those who may read or upload them: the first half of the act
	Owner       string          // how the names begin under which offices register its cases beside institutions; empty: an institution's own code
	Guide       Guide           // what people have to know beforehand
	Application bool            // its cases have an application, which people fill in and correct and documents are made from
	Acts        []Act           // what people do to its cases and to the things that belong to it
	FileReaders []nursery.Role  // who may read the files of its cases; empty: nobody
	CaseReaders []nursery.Role  // who may read its cases; empty: everybody in whose scope they are

	// Repeatable reports that the workflow of a case, started from the beginning, takes the same way again once it is given
	// the same answers in the same order. Its steps then have the numbers they had, each is found written, and nothing is
	// done twice. That holds where one thing is done after the other and nothing depends on the day on which it is looked
	// at; not where months pass, where facts change beside the workflow, or where answers are given side by side.
	Repeatable bool

	Clocks       map[string]string // titles of its legal time limits, by their name
	Withdrawable bool              // the applicant may take a case back until the office has decided
}

// Page is the page of a process's own for one of its cases.
type Page struct {
	Path  string // which the case number follows
	Title string
	Roles []nursery.Role // those that it is for; empty for everybody who reads the case
}

// For reports whether there is a page, and it is for a role.
func (p Page) For(r nursery.Role) bool {
	return p.Path != "" && (len(p.Roles) == 0 || slices.Contains(p.Roles, r))
}

// The values of Process.Files.
const (
	Attachments = "attachment"
	Evidence    = "evidence" // of a building site: handed in and read by offices
	OfProcedure = "procedure_file"
)

// Stage is a stage of a process and who has to act in it.
type Stage struct {
	Code   nursery.Stage
	Title  string
	Holder nursery.Role // empty when nobody has to act
	Next   string       // what happens next, in words for the applicant
}

// First returns the stage in which a case of the process begins.
func (p Process) First() Stage {
	first, _ := p.Stage(p.HappyPath[0])
	return first
}

// Stage returns a stage of the process; false when it has no such stage.
func (p Process) Stage(code nursery.Stage) (Stage, bool) {
	i := slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Code == code })
	if i < 0 {
		return Stage{}, false
	}
	return p.Stages[i], true
}
