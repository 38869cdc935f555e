package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// NewContract opens the case of a contract between an institution and a clinic, as the engine, and returns its number
// and true, or that of the one being signed for the same first day and false.
func NewContract(ctx context.Context, q *store.Queries, terms nursery.ContractTerms, parent, county, by, subject string, at time.Time) (string, bool, error) {
	caseNo, opened, err := StartCase(ctx, q, nursery.PrefixContract, store.Case{
		Kind: string(nursery.KindContract), County: county, Institution: terms.Institution, Partner: terms.Clinic, About: terms.StartsOn.String(),
		ParentCase: nonEmpty(parent), Subject: subject, Stage: string(nursery.StageSigning), Holder: string(nursery.RoleInstitution), SubmittedBy: by,
	}, terms, "发起签约", at)
	if err != nil || !opened {
		return caseNo, false, err
	}
	return caseNo, true, writeContract(ctx, q, caseNo, county, terms, by, at)
}

// writeContract stores the contract of a new case, with the first text of the agreement.
func writeContract(ctx context.Context, q *store.Queries, caseNo, county string, terms nursery.ContractTerms, by string, at time.Time) error {
	err := q.InsertContract(ctx, store.InsertContractParams{
		CaseNo: caseNo, County: county, Institution: terms.Institution, Clinic: terms.Clinic, Mode: string(terms.Mode),
		StartsOn: terms.StartsOn, EndsOn: terms.EndsOn, UpdatedAt: at,
	})
	if err != nil {
		return err
	}
	return DraftContract(ctx, q, caseNo, county, terms, 1, by, at)
}

// DraftContract stores a text of the agreement.
func DraftContract(ctx context.Context, q *store.Queries, caseNo, county string, terms nursery.ContractTerms, version int, by string, at time.Time) error {
	institution, err := q.InstitutionByID(ctx, terms.Institution)
	if err != nil {
		return err
	}
	clinic, err := q.ClinicByID(ctx, terms.Clinic)
	if err != nil {
		return err
	}
	text := nursery.AgreementText(terms, institution.Name, clinic.Name, version)
	raw, err := json.Marshal(terms)
	if err != nil {
		return fmt.Errorf("encode terms: %w", err)
	}
	return q.InsertContractText(ctx, store.InsertContractTextParams{
		CaseNo: caseNo, Version: int32(version), County: county, Institution: terms.Institution, Clinic: terms.Clinic, Terms: raw, Text: text,
		Sha256: nursery.TextHash(text), Author: by, At: at,
	})
}
