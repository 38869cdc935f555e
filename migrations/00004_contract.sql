-- +goose Up

-- A medical institution that may be the other party of a contract 医疗卫生机构.
CREATE TABLE clinics (
    id             text PRIMARY KEY,
    county         text NOT NULL CHECK (county ~ '^[0-9]{6}$'),
    township       text NOT NULL DEFAULT '',
    name           text NOT NULL,
    licence        text NOT NULL, -- 医疗机构执业许可证登记号, 22 or 12 digits
    licensed_until date NOT NULL,
    primary_care   boolean NOT NULL,
    capacity       integer NOT NULL CHECK (capacity >= 0), -- children, 0 when not set
    modes          text[] NOT NULL,
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
    state       text NOT NULL DEFAULT 'signing' CHECK (state IN ('signing', 'signed', 'in_force', 'ended', 'refused')),
    version     integer NOT NULL DEFAULT 1,
    starts_on   date NOT NULL,
    ends_on     date NOT NULL CHECK (ends_on >= starts_on), -- the last day it is in force
    light       text NOT NULL DEFAULT '' CHECK (light IN ('', 'green', 'amber', 'red')),
    light_on    date,
    renewal     text REFERENCES cases (case_no),
    updated_at  timestamptz NOT NULL
);
CREATE INDEX contracts_of_institution ON contracts (institution, starts_on);
CREATE INDEX contracts_by_county ON contracts (county, case_no);
CREATE INDEX contracts_of_clinic ON contracts (clinic, case_no);
-- One contract in force for an institution at a time; while it is signed it may wait behind the one before.
CREATE UNIQUE INDEX contracts_one_in_force ON contracts (institution) WHERE state = 'in_force';

-- Every text the two sides had before them, with its hash.
CREATE TABLE contract_texts (
    case_no     text NOT NULL REFERENCES contracts (case_no),
    version     integer NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    terms       jsonb NOT NULL,
    text        text NOT NULL,
    sha256      text NOT NULL,
    author      text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (case_no, version)
);

-- Who signed which text for which side.
CREATE TABLE contract_signatures (
    case_no     text NOT NULL REFERENCES contracts (case_no),
    version     integer NOT NULL,
    side        text NOT NULL CHECK (side IN ('institution', 'hospital')),
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    sha256      text NOT NULL,
    signed_by   text NOT NULL,
    signed_at   timestamptz NOT NULL,
    PRIMARY KEY (case_no, version, side)
);

-- A visit of technical guidance 技术指导, recorded by the clinic and confirmed by the institution.
CREATE TABLE contract_visits (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no      text NOT NULL REFERENCES contracts (case_no),
    county       text NOT NULL,
    institution  text NOT NULL,
    clinic       text NOT NULL,
    visited_on   date NOT NULL,
    content      text NOT NULL,
    evidence     text[] NOT NULL,
    recorded_by  text NOT NULL,
    recorded_at  timestamptz NOT NULL,
    confirmed_by text,
    confirmed_at timestamptz
);
CREATE INDEX contract_visits_of_contract ON contract_visits (case_no, id);

-- The duty meter, month by month.
CREATE TABLE contract_assessments (
    case_no     text NOT NULL REFERENCES contracts (case_no),
    as_of       date NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    light       text NOT NULL CHECK (light IN ('green', 'amber', 'red')),
    duties      jsonb NOT NULL,
    decision    text NOT NULL REFERENCES decisions (id),
    PRIMARY KEY (case_no, as_of)
);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['clinics', 'contracts', 'contract_texts', 'contract_signatures', 'contract_visits', 'contract_assessments'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['contracts', 'contract_texts', 'contract_signatures', 'contract_visits', 'contract_assessments'] LOOP
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution) OR is_partner(clinic))'
            ' WITH CHECK (may_see(county, institution) OR is_partner(clinic))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- Clinics are public: an institution looks for one.
CREATE POLICY see ON clinics FOR SELECT USING (principal_role() <> '');
CREATE POLICY put ON clinics FOR INSERT WITH CHECK (may_see(county, NULL));
CREATE POLICY change ON clinics FOR UPDATE USING (may_see(county, NULL));

GRANT SELECT, INSERT, UPDATE ON clinics, contracts, contract_visits TO tuoyu_app;
GRANT SELECT, INSERT ON contract_texts, contract_signatures, contract_assessments TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- +goose Down
DROP TABLE contract_assessments, contract_visits, contract_signatures, contract_texts, contracts, clinics;
