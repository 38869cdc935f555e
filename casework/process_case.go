package casework

import (
	"context"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// processCase is how the case of a process is found: its kind, and the query of the row that the process adds to it.
type processCase[Row any] struct {
	kind nursery.CaseKind
	row  func(*store.Queries, context.Context, string) (Row, error)
}

// The processes whose cases have a row of their own.
var (
	buildCase     = processCase[store.BuildSite]{nursery.KindBuild, (*store.Queries).BuildSite}
	contractCase  = processCase[store.Contract]{nursery.KindContract, (*store.Queries).ContractByCase}
	roundCase     = processCase[store.CheckupRound]{nursery.KindCheckup, (*store.Queries).CheckupRound}
	referralCase  = processCase[store.Referral]{nursery.KindReferral, (*store.Queries).Referral}
	visitCase     = processCase[store.Inspection]{nursery.KindInspection, (*store.Queries).Inspection}
	planCase      = processCase[store.InspectionPlan]{nursery.KindInspectionPlan, (*store.Queries).InspectionPlan}
	complaintCase = processCase[store.Complaint]{nursery.KindComplaint, (*store.Queries).Complaint}
	insuranceCase = processCase[store.InsuranceBatch]{nursery.KindInsurance, (*store.Queries).InsuranceBatch}
	claimCase     = processCase[store.InsuranceClaim]{nursery.KindInsuranceClaim, (*store.Queries).InsuranceClaim}
)

// read returns the case of that number and its row, for an act that p may do on it. Errors: not_found also for a case of another process
// and a row that row-level security does not show, and those of authorization.
func (k processCase[Row]) read(ctx context.Context, s *Service, q *store.Queries, p nursery.Principal, act, caseNo string) (store.Case, Row, error) {
	return k.find(ctx, s, q, q.CaseByNumber, p, act, caseNo)
}

// lock is read for a change: the case is locked before its row, as a step does.
func (k processCase[Row]) lock(ctx context.Context, s *Service, q *store.Queries, p nursery.Principal, act, caseNo string) (store.Case, Row, error) {
	return k.find(ctx, s, q, q.CaseForStep, p, act, caseNo)
}

func (k processCase[Row]) find(ctx context.Context, s *Service, q *store.Queries, load func(context.Context, string) (store.Case, error), p nursery.Principal, act, caseNo string) (c store.Case, row Row, err error) {
	if c, err = caseOf(ctx, load, caseNo); err != nil {
		return c, row, err
	}
	if c.Kind != string(k.kind) {
		return c, row, notFound()
	}
	if err = s.authorizeCase(ctx, p, act, c); err != nil {
		return c, row, err
	}
	row, err = k.row(q, ctx, c.CaseNo)
	switch {
	case store.IsNotFound(err):
		return c, row, notFound()
	case err != nil:
		return c, row, fmt.Errorf("read %s %s: %w", k.kind, c.CaseNo, err)
	}
	return c, row, nil
}
