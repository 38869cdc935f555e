package humantask

import "go.temporal.io/sdk/workflow"

// Stop cancels the open tasks of a kind: Ask returns err for them, unless an answer is being written.
func (d *Tasks) Stop(kind string, err error) {
	for _, id := range workflow.DeterministicKeys(d.open) {
		if q := d.open[id]; q.spec.Kind == kind {
			q.stop = err
		}
	}
}

// Settled reports whether every open task only waits for its answer: none is being opened, answered or ended.
func (d *Tasks) Settled() bool {
	for _, id := range workflow.DeterministicKeys(d.open) {
		if q := d.open[id]; !q.asked || q.taken || q.answer != nil || q.stop != nil {
			return false
		}
	}
	return true
}

// interruption returns the error by which a question is interrupted, nil if it is not.
func (d *Tasks) interruption(q *question) error {
	if d.interrupted != nil {
		return d.interrupted
	}
	return q.stop
}
