package scenarios

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/temporal"

	"tuoyu/activities"
	"tuoyu/calendar"
	"tuoyu/workflows/humantask"
)

// OpenTask opens a task; for one that is open it returns its moments again.
func (m *memory) OpenTask(_ context.Context, in activities.OpenTask) (activities.TaskPlan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.task(in.Task)
	if t == nil {
		name := strings.TrimPrefix(in.Kind, m.p.Plan.Kind+".")
		t = &task{OpenTask: in, index: m.taskIndex(name), open: true}
		m.tasks = append(m.tasks, t)
	}
	var due calendar.Due
	if c := m.clocks[in.Clock]; c != nil {
		due = c.Due(m.years)
	}
	t.plan = activities.Schedule(m.years, t.At, due, in)
	return t.plan, nil
}

func (m *memory) task(id string) *task {
	i := slices.IndexFunc(m.tasks, func(t *task) bool { return t.Task == id })
	if i < 0 {
		return nil
	}
	return m.tasks[i]
}

func (m *memory) taskIndex(name string) int {
	for i, t := range m.p.Plan.Tasks {
		if t.Name == name {
			return i
		}
	}
	return -1
}

// RescheduleTask returns the moments of a task.
func (m *memory) RescheduleTask(_ context.Context, in activities.RescheduleTask) (activities.TaskPlan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.task(in.Task).plan, nil
}

// MarkTask records that a task is overdue.
func (m *memory) MarkTask(_ context.Context, in activities.MarkTask) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if in.Moment.Kind == activities.MomentOverdue {
		m.task(in.Task).overdue = true
	}
	return nil
}

// CloseTask closes a task with its answer. An answer in the form of the application replaces what was applied for.
func (m *memory) CloseTask(_ context.Context, in activities.CloseTask) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.task(in.Task)
	if t == nil || !t.open {
		return temporal.NewNonRetryableApplicationError("task is closed", humantask.ErrTaskClosed, nil)
	}
	t.open, t.actor = false, in.Actor
	form, ok := m.forms[in.Completion]
	if !ok || form == nil {
		return nil
	}
	planned := m.p.Plan.Tasks[t.index]
	if planned.Form == m.p.Plan.Start.Facts {
		m.facts = form
	}
	m.answers[planned.Name] = form
	return nil
}

// CancelTask cancels a task.
func (m *memory) CancelTask(_ context.Context, in activities.CancelTask) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.task(in.Task).open = false
	return nil
}

// CancelUnasked cancels nothing: no attempt of a workflow task is lost here.
func (m *memory) CancelUnasked(_ context.Context, in activities.CancelUnasked) (int, error) {
	return in.Asked, nil
}

// MarkStuck records why the case does not go on.
func (m *memory) MarkStuck(_ context.Context, in activities.MarkStuck) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stuck = in.Reason
	return nil
}

// ClearStuck records that the case goes on.
func (m *memory) ClearStuck(context.Context, activities.MarkStuck) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stuck = ""
	return nil
}

// open returns the open tasks.
func (m *memory) open() (list []*task) {
	for _, t := range m.tasks {
		if t.open {
			list = append(list, t)
		}
	}
	return list
}

// openOf returns the open task of a name.
func (m *memory) openOf(name string) *task {
	for _, t := range m.open() {
		if m.p.Plan.Tasks[t.index].Name == name {
			return t
		}
	}
	return nil
}

// someone returns an account that may answer a task.
func (m *memory) someone(t *task) string {
	name := m.p.Plan.Tasks[t.index].Name
	account := string(t.Role) + "_" + name
	switch {
	case len(t.Only) > 0:
		account = t.Only[0]
	case t.Role == m.p.Plan.Start.Role && !slices.Contains(t.Excluded, applicant):
		account = applicant
	}
	for n := 2; slices.Contains(t.Excluded, account); n++ {
		account = string(t.Role) + "_" + name + strconv.Itoa(n)
	}
	return account
}
