package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// shape is the number of operations of each kind in a process, counted in the history of a real one.
type shape struct {
	Updates, LocalActivities, Timers, Activities int
	Tasks, Events                                int // workflow tasks and all events, for comparison only
	Skips                                        int // events by which the server skipped time
}

func (s shape) String() string {
	return fmt.Sprintf("%d updates, %d local activities, %d timers, %d activities; %d workflow tasks, %d events",
		s.Updates, s.LocalActivities, s.Timers, s.Activities, s.Tasks, s.Events)
}

// shapeOf counts the history of a workflow.
func shapeOf(ctx context.Context, c client.Client, id string) (shape, error) {
	var s shape
	events := c.GetWorkflowHistory(ctx, id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return s, fmt.Errorf("read history of %s: %w", id, err)
		}
		s.count(e)
	}
	return s, nil
}

func (s *shape) count(e *historypb.HistoryEvent) {
	s.Events++
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED:
		s.Skips++
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
		s.Updates++
	case enumspb.EVENT_TYPE_MARKER_RECORDED:
		if e.GetMarkerRecordedEventAttributes().GetMarkerName() == "LocalActivity" {
			s.LocalActivities++
		}
	case enumspb.EVENT_TYPE_TIMER_STARTED:
		s.Timers++
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		s.Activities++
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
		s.Tasks++
	}
}

const (
	bareQueue       = "bench-bare"
	barePapersQueue = "bench-bare-papers"
)

// bareProcess performs as many updates, timers, local activities and activities as a filing, all of them empty, to
// measure the cost of the engine alone. Like a filing it performs the local activities of a stretch, then waits for a
// user; and its activities run on a queue of their own while it continues.
func bareProcess(ctx workflow.Context, s shape) error {
	answered := 0
	err := workflow.SetUpdateHandlerWithOptions(ctx, "answer", func(ctx workflow.Context, n int) (int, error) {
		err := bareStep(ctx, 0)
		answered++
		return answered, err
	}, workflow.UpdateHandlerOptions{Validator: func(n int) error {
		if n != answered+1 {
			return fmt.Errorf("answer %d is not awaited", n)
		}
		return nil
	}})
	if err != nil {
		return err
	}
	printing := 0
	own := s.LocalActivities - s.Updates // those outside the update handler
	for stretch := range s.Updates + 1 {
		steps := own*(stretch+1)/(s.Updates+1) - own*stretch/(s.Updates+1)
		for step := range steps {
			reached := 0
			if step == steps-1 {
				reached = stretch + 1
			}
			if err := bareStep(ctx, reached); err != nil {
				return err
			}
		}
		if stretch > s.Updates-s.Activities {
			printing++
			workflow.Go(ctx, func(ctx workflow.Context) {
				defer func() { printing-- }()
				ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{TaskQueue: barePapersQueue, StartToCloseTimeout: time.Minute})
				if err := workflow.ExecuteActivity(ctx, barePaper).Get(ctx, nil); err != nil {
					workflow.GetLogger(ctx).Error("bare activity failed", "error", err)
				}
			})
		}
		if stretch == s.Updates {
			break
		}
		given := func() bool { return answered > stretch }
		if stretch < s.Timers {
			if _, err := workflow.AwaitWithTimeout(ctx, 24*time.Hour, given); err != nil {
				return err
			}
		} else if err := workflow.Await(ctx, given); err != nil {
			return err
		}
	}
	return workflow.Await(ctx, func() bool { return printing == 0 && workflow.AllHandlersFinished(ctx) })
}

func bareStep(ctx workflow.Context, reached int) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteLocalActivity(ctx, bareLocal, reached).Get(ctx, nil)
}

// bareWaiting maps "id/stretch" to the channel of a client that waits for a bare process to reach a stretch. A filing's
// client waits for the same through the database.
var bareWaiting sync.Map

func bareReached(id string, stretch int) chan struct{} {
	came, _ := bareWaiting.LoadOrStore(fmt.Sprint(id, "/", stretch), make(chan struct{}, 1))
	return came.(chan struct{})
}

func bareLocal(ctx context.Context, reached int) error {
	if reached > 0 {
		select {
		case bareReached(activity.GetInfo(ctx).WorkflowExecution.ID, reached) <- struct{}{}:
		default: // a previous attempt has notified it
		}
	}
	return nil
}

func barePaper(context.Context) error { return nil }

// startBareWorker runs the bare process with the options of the program's worker, and its activities if papers is true.
func startBareWorker(c client.Client, papers bool) (stop func(), err error) {
	w := worker.New(c, bareQueue, forward())
	w.RegisterWorkflow(bareProcess)
	w.RegisterActivity(bareLocal)
	if err := w.Start(); err != nil {
		return nil, fmt.Errorf("start bare worker: %w", err)
	}
	if !papers {
		return w.Stop, nil
	}
	p := worker.New(c, barePapersQueue, worker.Options{DisableWorkflowWorker: true, MaxConcurrentActivityTaskPollers: 2})
	p.RegisterActivity(barePaper)
	if err := p.Start(); err != nil {
		w.Stop()
		return nil, fmt.Errorf("start bare worker: %w", err)
	}
	return func() { p.Stop(); w.Stop() }, nil
}

// runBare runs one bare process to the point at which a filing is decided.
func runBare(ctx context.Context, c client.Client, id string, s shape) error {
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: bareQueue}, bareProcess, s)
	if err != nil {
		return fmt.Errorf("start bare process: %w", err)
	}
	for n := range s.Updates + 1 {
		select {
		case <-bareReached(id, n+1):
			bareWaiting.Delete(fmt.Sprint(id, "/", n+1))
		case <-time.After(30 * time.Second):
			return errors.New("bare process does not go on")
		case <-ctx.Done():
			return ctx.Err()
		}
		if n == s.Updates {
			break
		}
		handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: id, UpdateID: fmt.Sprint("c-", n+1), UpdateName: "answer", Args: []any{n + 1},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return fmt.Errorf("answer %d: %w", n+1, err)
		}
		if err := handle.Get(ctx, nil); err != nil {
			return fmt.Errorf("answer %d: %w", n+1, err)
		}
	}
	return nil
}
