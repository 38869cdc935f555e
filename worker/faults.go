package worker

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"tuoyu/activities"
	"tuoyu/store"
)

// uncertainTries is the number of attempts, in about a minute, after which an unclassified error counts as permanent.
const uncertainTries = 10

// Faults returns the interceptor that classifies the errors of activities as transient or permanent. Transient ones are
// retried until they succeed; a permanent one ends the retries with an error of type activities.ErrStuck, on which the
// case waits for an operator.
func Faults() interceptor.WorkerInterceptor { return &faults{} }

type faults struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (*faults) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &faultsOfActivity{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

type faultsOfActivity struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs the activity and classifies its error. A panic is classified like any other error.
func (f *faultsOfActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, fmt.Errorf("panic of type %T", p)
			activity.GetLogger(ctx).Error("activity panicked", "panic", fmt.Sprint(p))
		}
		err = classified(ctx, err)
	}()
	growStack(0)
	return f.Next.ExecuteActivity(ctx, in)
}

func classified(ctx context.Context, err error) error {
	var meant *temporal.ApplicationError
	if err == nil || errors.As(err, &meant) || temporal.IsCanceledError(err) || store.IsTransient(err) || ctx.Err() != nil {
		return err
	}
	class, certain := store.FaultClass(err)
	if !certain && activity.GetInfo(ctx).Attempt < uncertainTries {
		return err
	}
	activity.GetLogger(ctx).Error("step cannot succeed", "class", class, "error", err)
	return activities.Stuck(class)
}
