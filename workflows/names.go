package workflows

const printName = "Print"

// Named is a workflow under the name that histories and starts know it by.
type Named struct {
	Name string
	Run  any
}

// Names returns every workflow with its name: those of the processes and Print. A name is for good, though the function behind
// it may be renamed.
func Names() []Named {
	names := []Named{{printName, Print}}
	for _, p := range Processes() {
		names = append(names, Named{p.Name, p.Workflow})
	}
	return names
}
