package store

import (
	"context"
	"fmt"
)

// Plan is how Postgres plans the remaining statements of a transaction. Without one it uses a generic plan, prepared for any value
// of the parameters.
type Plan string

const (
	// PlanForPage reads the page of a list in the order of an index and stops there. The statement is planned for the filters that
	// are set, each of which leaves one index to choose. Behind row-level security Postgres expects few rows of what a principal
	// sees, and would read and sort all of them for the twenty-five of a page.
	PlanForPage Plan = "-- name: PlanForPage :exec\n" + `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`
	// PlanForValues plans for the values of the parameters, and sorts where that is cheaper than an order.
	PlanForValues Plan = "-- name: PlanForValues :exec\n" + `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_sort', 'on', true), set_config('enable_incremental_sort', 'on', true), set_config('enable_bitmapscan', 'on', true)`
	// PlanForRows looks rows up by their index. A plan that was prepared while a table was empty would read the whole of it.
	PlanForRows Plan = "-- name: PlanForRows :exec\n" + `SELECT set_config('enable_seqscan', 'off', true)`
	// PlanForAll joins all the children of a county at once. What was written a moment ago is not in the statistics, and joining row
	// by row what it takes for two rows would last minutes.
	PlanForAll Plan = "-- name: PlanForAll :exec\n" + `SELECT set_config('enable_nestloop', 'off', true)`
)

// Plan sets how the statements that follow in this transaction are planned.
func (q *Queries) Plan(ctx context.Context, plan Plan) error {
	if _, err := q.db.Exec(ctx, string(plan)); err != nil {
		return fmt.Errorf("set plan: %w", err)
	}
	return nil
}
