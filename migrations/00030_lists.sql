-- +goose Up
-- A page of a list is read in the order of an index that begins with whom the list is of.
CREATE INDEX contracts_by_institution ON contracts (institution, case_no);
CREATE INDEX checkup_rounds_by_institution ON checkup_rounds (institution, case_no);
CREATE INDEX checkup_rounds_by_clinic ON checkup_rounds (clinic, case_no);
CREATE INDEX referrals_by_institution ON referrals (institution, case_no);
CREATE INDEX referrals_by_clinic ON referrals (clinic, case_no);
CREATE INDEX inspections_by_institution ON inspections (institution, case_no);
CREATE INDEX inspection_plans_of_county ON inspection_plans (county, half DESC, case_no DESC);
CREATE INDEX insurance_roster_exceptions ON insurance_roster (case_no, child) WHERE status IN ('exception', 'refused');
CREATE INDEX tasks_of_role ON tasks (role, sort_on, id) WHERE state = 'open';
-- The primary key is read from either end.
DROP INDEX absences_page;

-- +goose Down
CREATE INDEX absences_page ON absences (id DESC);
DROP INDEX tasks_of_role, insurance_roster_exceptions, inspection_plans_of_county, inspections_by_institution, referrals_by_clinic, referrals_by_institution, checkup_rounds_by_clinic,
    checkup_rounds_by_institution, contracts_by_institution;
