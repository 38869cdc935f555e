package stories

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/temporalproto"

	"tuoyu/sealing"
)

// record saves the history of each case of the scene that has ended, for the replay test of the workflows. Who ran
// it is blotted out: a history names the host of its worker.
func (sc *scene) record(ctx context.Context) error {
	if sc.Histories == "" {
		return nil
	}
	if err := os.MkdirAll(sc.Histories, 0o755); err != nil {
		return fmt.Errorf("record histories: %w", err)
	}
	for i, caseNo := range sc.cases {
		if ended, err := sc.ends(ctx, caseNo); err != nil || !ended {
			return err
		}
		var h history.History
		events := sc.Temporal.GetWorkflowHistory(ctx, caseNo, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			if err != nil {
				return fmt.Errorf("read history of %s: %w", caseNo, err)
			}
			h.Events = append(h.Events, blot(event))
		}
		if err := unsealed(ctx, &h); err != nil {
			return fmt.Errorf("open history of %s: %w", caseNo, err)
		}
		raw, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&h)
		if err != nil {
			return fmt.Errorf("encode history of %s: %w", caseNo, err)
		}
		name := filepath.Join(sc.Histories, fmt.Sprintf("%s-%d.json", filepath.Base(sc.folder), i+1))
		if err := os.WriteFile(name, raw, 0o644); err != nil {
			return fmt.Errorf("save history: %w", err)
		}
	}
	return nil
}

// unsealed opens the payloads of a history with the keyset of the instance: the replay test reads them as they are. What
// stands in them is identifiers.
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

// ends waits until the workflow of a case has ended, which it does when its papers are printed, and tells a draft
// that never ran from one that did.
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

func blot(event *history.HistoryEvent) *history.HistoryEvent {
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
