package main

import (
	"context"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// waitTwice sleeps for three and then for four days, and returns the elapsed workflow time.
func waitTwice(ctx workflow.Context) (time.Duration, error) {
	begun := workflow.Now(ctx)
	for _, days := range []int{3, 4} {
		if err := workflow.Sleep(ctx, time.Duration(days)*24*time.Hour); err != nil {
			return 0, err
		}
	}
	return workflow.Now(ctx).Sub(begun), nil
}

func hello(workflow.Context) (string, error) { return "hello", nil }

// temporalClient returns a client, with a worker for the two workflows.
func temporalClient(t *testing.T, d *devstack) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: d.env["TUOYU_TEMPORAL_ADDRESS"], Namespace: d.env["TUOYU_TEMPORAL_NAMESPACE"],
		Logger: sdklog.NewStructuredLogger(discardLog())})
	if err != nil {
		t.Fatal(err)
	}
	w := worker.New(c, "probe", worker.Options{})
	w.RegisterWorkflow(waitTwice)
	w.RegisterWorkflow(hello)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(); c.Close() })
	return c
}

func checkTemporal(t *testing.T, d *devstack) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := temporalClient(t, d)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: "probe"}, hello)
	if err != nil {
		t.Fatal(err)
	}
	var said string
	if err := run.Get(ctx, &said); err != nil || said != "hello" {
		t.Fatalf("said %q, %v", said, err)
	}
	ns, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	if kept := ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); kept != 90*24*time.Hour {
		t.Errorf("histories are kept for %s", kept)
	}
}

func checkTimeSkipping(t *testing.T, d *devstack) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := temporalClient(t, d)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: "probe"}, waitTwice)
	if err != nil {
		t.Fatal(err)
	}
	execution := &commonpb.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()}
	for _, step := range []struct {
		id   string
		days int
	}{{"over-the-first", 5}, {"over-the-second", 3}} {
		_, err = c.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
			Namespace: namespace, WorkflowExecution: execution,
			WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
				Enabled: true,
				FastForwardConfig: &commonpb.FastForwardConfig{
					Id: step.id, Duration: durationpb.New(time.Duration(step.days) * 24 * time.Hour),
				},
			}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
		})
		if err != nil {
			t.Fatalf("fast-forward %d days: %v", step.days, err)
		}
		if step.days == 3 {
			break // the workflow ends before this fast-forward does
		}
		done, err := c.WorkflowService().PollWorkflowExecutionTimeSkipping(ctx, &workflowservice.PollWorkflowExecutionTimeSkippingRequest{
			Namespace: namespace, WorkflowExecution: execution, FastForwardId: step.id,
		})
		if err != nil || done.GetFastForwardPollingResult() != enumspb.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED {
			t.Fatalf("fast-forward %d days: %v, %v", step.days, done, err)
		}
		if state := workflowStatus(ctx, t, c, run); state != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			t.Fatalf("after five days of seven the workflow is %s", state)
		}
	}
	var took time.Duration
	if err := run.Get(ctx, &took); err != nil {
		t.Fatal(err)
	}
	if days := took.Hours() / 24; days < 7 || days > 7.01 {
		t.Errorf("the workflow saw %.2f days pass", days)
	}
}

func workflowStatus(ctx context.Context, t *testing.T, c client.Client, run client.WorkflowRun) enumspb.WorkflowExecutionStatus {
	t.Helper()
	seen, err := c.DescribeWorkflowExecution(ctx, run.GetID(), run.GetRunID())
	if err != nil {
		t.Fatal(err)
	}
	return seen.GetWorkflowExecutionInfo().GetStatus()
}

const samplePage = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><link rel="stylesheet" href="style.css"></head>
<body><h1>托育机构备案回执</h1><p class="hidden">never printed</p><iframe src="file:///etc/passwd"></iframe>
<iframe src="PLACE/version"></iframe><script>document.body.textContent = 'scripted'</script></body></html>`
