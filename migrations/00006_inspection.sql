-- +goose Up

-- A visit to an institution 督导评估: who goes, when, by which checklist, and what came of it. The checklist is kept as it
-- was on the day the case was opened, so that every round is held against the same questions.
CREATE TABLE inspections (
    case_no          text PRIMARY KEY REFERENCES cases (case_no),
    planned          text UNIQUE, -- the planned inspection or the complaint that asked for it
    plan_case        text NOT NULL DEFAULT '',
    county           text NOT NULL,
    institution      text NOT NULL REFERENCES institutions (id),
    kind             text NOT NULL CHECK (kind IN ('regular', 'random', 'complaint')),
    half             text NOT NULL CHECK (half ~ '^[0-9]{4}H[12]$'),
    first_inspector  text NOT NULL,
    second_inspector text NOT NULL CHECK (second_inspector <> first_inspector),
    declined         text[] NOT NULL DEFAULT '{}', -- who was asked and cannot go
    checklist        jsonb NOT NULL,
    revision         text NOT NULL,
    visit_on         date,
    visit_time       text NOT NULL DEFAULT '',
    round            integer NOT NULL DEFAULT 0, -- 0 the visit itself, then the re-inspections
    version          integer NOT NULL DEFAULT 0, -- of the visit sent last
    serious          boolean NOT NULL DEFAULT false,
    visited_on       date,
    publish_by       date,
    published_on     date,
    outcome          text NOT NULL DEFAULT '',
    opened_at        timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);
CREATE INDEX inspections_by_county ON inspections (county, case_no);
CREATE INDEX inspections_of_institution ON inspections (institution, opened_at DESC, case_no DESC);

-- Every filled checklist as it was sent, append-only. A visit has an identifier made where it was filled in.
CREATE TABLE inspection_visits (
    case_no      text NOT NULL REFERENCES inspections (case_no),
    version      integer NOT NULL,
    visit        text NOT NULL,
    base_version integer NOT NULL,
    round        integer NOT NULL,
    county       text NOT NULL,
    institution  text NOT NULL,
    content      jsonb COMPRESSION lz4 NOT NULL,
    hash         text NOT NULL, -- SHA-256 of the content, which is what is signed
    serious      boolean NOT NULL,
    sent_by      text NOT NULL,
    sent_at      timestamptz NOT NULL,
    PRIMARY KEY (case_no, version)
);
CREATE UNIQUE INDEX inspection_visits_once ON inspection_visits (case_no, visit);

-- What was filled in on the way, append-only: nothing an inspector wrote is lost.
CREATE TABLE inspection_drafts (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no      text NOT NULL REFERENCES inspections (case_no),
    visit        text NOT NULL,
    county       text NOT NULL,
    institution  text NOT NULL,
    content      jsonb COMPRESSION lz4 NOT NULL,
    saved_by     text NOT NULL,
    saved_at     timestamptz NOT NULL
);
CREATE INDEX inspection_drafts_of_case ON inspection_drafts (case_no, id DESC);

-- Who signed which content and how.
CREATE TABLE inspection_signatures (
    case_no     text NOT NULL REFERENCES inspections (case_no),
    version     integer NOT NULL,
    party       text NOT NULL CHECK (party IN ('first', 'second', 'institution')),
    county      text NOT NULL,
    institution text NOT NULL,
    manner      text NOT NULL CHECK (manner IN ('signed', 'objected', 'refused', 'disputed')),
    account     text NOT NULL,
    note        text NOT NULL DEFAULT '',
    hash        text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (case_no, version, party)
);

-- What did not meet the standards, from the visit that found it until a re-inspection finds it put right.
CREATE TABLE inspection_findings (
    case_no      text NOT NULL REFERENCES inspections (case_no),
    item         text NOT NULL,
    county       text NOT NULL,
    institution  text NOT NULL,
    severity     text NOT NULL CHECK (severity IN ('serious', 'general', 'minor')),
    ordered      boolean NOT NULL,
    reason       jsonb NOT NULL,
    found_round  integer NOT NULL,
    due_on       date,
    corrected_on date,
    PRIMARY KEY (case_no, item)
);

-- Complaints 投诉举报. What is said and how to reach whoever says it is sealed; the institution never sees the case.
CREATE TABLE complaints (
    case_no     text PRIMARY KEY REFERENCES cases (case_no),
    county      text NOT NULL,
    about       text NOT NULL REFERENCES institutions (id),
    source      text NOT NULL CHECK (source IN ('public', 'institution', 'office')),
    topic       text NOT NULL,
    said        bytea NOT NULL,
    contact     bytea,
    inspection  text REFERENCES cases (case_no),
    answer      text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL
);
CREATE INDEX complaints_by_county ON complaints (county, case_no);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['inspections', 'inspection_visits', 'inspection_drafts', 'inspection_signatures', 'inspection_findings', 'complaints'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['inspection_visits', 'inspection_signatures', 'inspection_findings'] LOOP
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution)) WITH CHECK (may_see(county, institution))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- A visit that is not a regular one comes unannounced: the institution sees it once the officers have been there.
CREATE POLICY own ON inspections
    USING (may_see(county, institution) AND (principal_role() <> 'institution' OR kind = 'regular' OR version > 0))
    WITH CHECK (may_see(county, institution) AND principal_role() <> 'institution');
CREATE POLICY unannounced ON cases AS RESTRICTIVE FOR SELECT USING (principal_role() <> 'institution' OR kind <> 'inspection'
    OR EXISTS (SELECT FROM inspections i WHERE i.case_no = cases.case_no));
-- Drafts are the inspectors' own; complaints are read by who triages them.
CREATE POLICY own ON inspection_drafts
    USING (principal_role() = 'engine' OR (principal_role() IN ('inspector', 'supervisor') AND county = principal_county()))
    WITH CHECK (principal_role() = 'engine' OR (principal_role() = 'inspector' AND county = principal_county()));
CREATE POLICY own ON complaints
    USING (principal_role() = 'engine' OR (principal_role() = 'supervisor' AND county = principal_county()))
    WITH CHECK (principal_role() = 'engine');

GRANT SELECT, INSERT, UPDATE ON inspections, inspection_findings, complaints TO tuoyu_app;
GRANT SELECT, INSERT ON inspection_visits, inspection_drafts, inspection_signatures TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- +goose Down
DROP POLICY unannounced ON cases;
DROP TABLE complaints, inspection_findings, inspection_signatures, inspection_drafts, inspection_visits, inspections;
