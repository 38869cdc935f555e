package stories

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/temporalproto"

	"tuoyu/sealing"
)

// record saves the histories of the cases of the scene for the replay test of the workflows: complete if the story ends
// them, and up to their last event if it leaves them open.
func (sc *scene) record(ctx context.Context, ended bool) error {
	if sc.Histories == "" {
		return nil
	}
	for _, caseNo := range sc.cases {
		if ended {
			if ran, err := sc.ends(ctx, caseNo); err != nil || !ran {
				return err
			}
		}
		if err := sc.recordCase(ctx, filepath.Base(sc.folder), caseNo); err != nil {
			return err
		}
	}
	return nil
}

// recordCase saves each run of a case, from its first one on. A case whose workflow has not started has none.
func (s *Stage) recordCase(ctx context.Context, story, id string) error {
	described, err := s.Temporal.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		if _, unknown := errors.AsType[*serviceerror.NotFound](err); unknown {
			return nil
		}
		return fmt.Errorf("find runs of %s: %w", id, err)
	}
	for run := described.GetWorkflowExecutionInfo().GetFirstRunId(); run != ""; {
		h, err := s.history(ctx, id, run)
		if err != nil {
			return err
		}
		s.recorded++
		if err := s.saveHistory(fmt.Sprintf("%s-%02d.json", story, s.recorded), h); err != nil {
			return fmt.Errorf("record history of %s: %w", id, err)
		}
		run = h.Events[len(h.Events)-1].GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return nil
}

// history returns the events of a run so far, decrypted and with the identities redacted: a history contains the host
// name of its worker.
func (s *Stage) history(ctx context.Context, id, run string) (*history.History, error) {
	h := new(history.History)
	events := s.Temporal.GetWorkflowHistory(ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, fmt.Errorf("read history of %s: %w", id, err)
		}
		h.Events = append(h.Events, Anonymous(event))
	}
	if err := unsealed(ctx, h); err != nil {
		return nil, fmt.Errorf("open history of %s: %w", id, err)
	}
	return h, nil
}

// saveHistory writes a new file. It never overwrites a recorded history: the error wraps fs.ErrExist.
func (s *Stage) saveHistory(name string, h *history.History) error {
	if err := os.MkdirAll(s.Histories, 0o755); err != nil {
		return err
	}
	raw, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(s.Histories, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(raw)
	return errors.Join(err, file.Close())
}

// unsealed decrypts the payloads of a history with the keyset of the instance, since the replay test reads them
// directly. They contain identifiers only.
func unsealed(ctx context.Context, h *history.History) error {
	path := os.Getenv("TUOYU_KEYSET_FILE")
	if path == "" {
		return nil
	}
	keys, err := sealing.Open(path)
	if err != nil {
		return err
	}
	codec := sealing.NewCodec(keys)
	return proxy.VisitPayloads(ctx, h, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, sealed []*commonpb.Payload) ([]*commonpb.Payload, error) {
			return codec.Decode(sealed)
		},
	})
}

// ends waits until the workflow of a case has ended, which it does when its documents are rendered. It returns false
// for a draft that never ran.
func (sc *scene) ends(ctx context.Context, caseNo string) (bool, error) {
	if _, err := sc.Temporal.DescribeWorkflowExecution(ctx, caseNo, ""); err != nil {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := sc.Temporal.GetWorkflow(ctx, caseNo, "").Get(ctx, nil); err != nil {
		return false, fmt.Errorf("wait for the end of %s: %w", caseNo, err)
	}
	return true, nil
}

const nobody = "worker"

// Anonymous returns an event without the identities of the processes that caused it, which name their machines.
func Anonymous(event *history.HistoryEvent) *history.HistoryEvent {
	switch a := event.Attributes.(type) {
	case *history.HistoryEvent_WorkflowExecutionStartedEventAttributes:
		a.WorkflowExecutionStartedEventAttributes.Identity = nobody
	case *history.HistoryEvent_WorkflowTaskScheduledEventAttributes:
		if q := a.WorkflowTaskScheduledEventAttributes.TaskQueue; q.GetKind() == enumspb.TASK_QUEUE_KIND_STICKY {
			q.Name = nobody
		}
	case *history.HistoryEvent_WorkflowTaskStartedEventAttributes:
		a.WorkflowTaskStartedEventAttributes.Identity = nobody
	case *history.HistoryEvent_WorkflowTaskCompletedEventAttributes:
		a.WorkflowTaskCompletedEventAttributes.Identity = nobody
	case *history.HistoryEvent_ActivityTaskStartedEventAttributes:
		a.ActivityTaskStartedEventAttributes.Identity = nobody
	case *history.HistoryEvent_ActivityTaskCompletedEventAttributes:
		a.ActivityTaskCompletedEventAttributes.Identity = nobody
	case *history.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes:
		if m := a.WorkflowExecutionUpdateAcceptedEventAttributes.AcceptedRequest.GetMeta(); m != nil {
			m.Identity = nobody
		}
	case *history.HistoryEvent_WorkflowExecutionOptionsUpdatedEventAttributes:
		a.WorkflowExecutionOptionsUpdatedEventAttributes.Identity = nobody
	}
	return event
}
