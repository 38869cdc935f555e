-- +goose Up

-- A medical institution that may be the other party of a contract 医疗卫生机构.
CREATE TABLE clinics (
    id             text PRIMARY KEY,
    county         text NOT NULL CHECK (county ~ '^[0-9]{6}$'),
    name           text NOT NULL,
    licence        text NOT NULL, -- 医疗机构执业许可证登记号, 22 or 12 digits
    licensed_until date NOT NULL,
    primary_care   boolean NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE INDEX clinics_by_county ON clinics (county, id);

-- A contract between an institution and a clinic 医育结合签约.
CREATE TABLE contracts (
    case_no     text PRIMARY KEY REFERENCES cases (case_no),
    county      text NOT NULL,
    institution text NOT NULL REFERENCES institutions (id),
    clinic      text NOT NULL REFERENCES clinics (id),
    mode        text NOT NULL CHECK (mode IN ('visiting', 'stationed')), -- 巡回指导, 协议派驻
    state       text NOT NULL CHECK (state IN ('preparing', 'signing', 'in_force', 'ended')),
    starts_on   date,
    ends_on     date, -- the last day it is in force
    updated_at  timestamptz NOT NULL
);
CREATE INDEX contracts_of_institution ON contracts (institution, starts_on);
CREATE INDEX contracts_by_county ON contracts (county, case_no);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['clinics', 'contracts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY own ON contracts USING (may_see(county, institution) OR is_partner(clinic))
    WITH CHECK (may_see(county, institution) OR is_partner(clinic));
-- Clinics are public: an institution looks for one.
CREATE POLICY see ON clinics FOR SELECT USING (principal_role() <> '');
CREATE POLICY put ON clinics FOR INSERT WITH CHECK (may_see(county, NULL));
CREATE POLICY change ON clinics FOR UPDATE USING (may_see(county, NULL));

GRANT SELECT, INSERT, UPDATE ON clinics, contracts TO tuoyu_app;

-- +goose Down
DROP TABLE contracts, clinics;
