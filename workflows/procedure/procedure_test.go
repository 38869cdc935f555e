package procedure_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"tuoyu/procedures"
	"tuoyu/workflows/procedure"
)

func TestAPlanForALaterInterpreterIsNotRun(t *testing.T) {
	for _, plan := range []procedures.Plan{
		{Format: procedures.PlanFormat, Interpreter: procedure.Version + 1},
		{Format: procedures.PlanFormat + 1, Interpreter: procedure.Version},
	} {
		env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
		procedure.Register(env, only{plan: plan})
		env.ExecuteWorkflow(procedure.Procedure, procedure.Input{CaseNo: "SC-000000-2000-000001-X"})
		var refused *temporal.ApplicationError
		require.ErrorAs(t, env.GetWorkflowError(), &refused)
		require.Equal(t, procedure.ErrPlan, refused.Type())
	}
}

// only is an outside that has a plan and nothing else.
type only struct {
	procedure.Outside
	plan procedures.Plan
}

// LoadProcedure returns the plan.
func (o only) LoadProcedure(context.Context, procedure.Load) (procedure.Loaded, error) {
	return procedure.Loaded{Plan: o.plan}, nil
}
