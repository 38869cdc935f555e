package steps

import (
	"context"

	"tuoyu/procedures"
)

// requestPayment requests the payment of the decided amount from the fund that the procedure names.
func (s *Steps) requestPayment(context.Context, *mover, procedures.Stage) error {
	return stuck("procedure_payment")
}

// releasePayment releases a payment that was requested by a step and not paid.
func (s *Steps) releasePayment(context.Context, *mover, string) error { return nil }
