-- +goose Up

-- The register of inspectors 检查人员名录. Number is what is published of an officer; why somebody must stay away is nobody's
-- concern but theirs and is not kept.
CREATE TABLE inspectors (
    account    text PRIMARY KEY,
    county     text NOT NULL,
    number     text NOT NULL UNIQUE,
    on_duty    boolean NOT NULL,
    conflicts  text[] NOT NULL DEFAULT '{}', -- institutions
    version    integer NOT NULL DEFAULT 1,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX inspectors_by_county ON inspectors (county, account);

-- The address of an officer's calendar is a secret, of which only the hash is kept.
CREATE TABLE inspector_feeds (
    account    text PRIMARY KEY REFERENCES inspectors (account),
    county     text NOT NULL,
    token_hash text NOT NULL UNIQUE, -- SHA-256, hexadecimal
    renewed_at timestamptz NOT NULL
);

-- A county's plan of a half-year 检查计划. What is committed to is kept as it was published.
CREATE TABLE inspection_plans (
    case_no       text PRIMARY KEY REFERENCES cases (case_no),
    county        text NOT NULL,
    half          text NOT NULL CHECK (half ~ '^[0-9]{4}H[12]$'),
    random_size   integer CHECK (random_size >= 0), -- null: the share of the county
    attempt       integer NOT NULL DEFAULT 1, -- a draw that is not in order is void, and the list is drawn up again
    committed     jsonb COMPRESSION lz4,
    commitment    text NOT NULL DEFAULT '',
    committed_by  text NOT NULL DEFAULT '',
    committed_at  timestamptz,
    public_value  text NOT NULL DEFAULT '',
    public_source text NOT NULL DEFAULT '',
    public_at     timestamptz,
    witness       text NOT NULL DEFAULT '',
    drawn_on      date,
    pairs_nonce   text NOT NULL DEFAULT '', -- once revealed
    random_nonce  text NOT NULL DEFAULT '',
    pairs         jsonb COMPRESSION lz4,
    random        jsonb COMPRESSION lz4, -- once the visits are over
    decision      text NOT NULL DEFAULT '',
    late          integer,
    closed_on     date,
    started_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    CHECK (witness = '' OR witness <> committed_by)
);
CREATE UNIQUE INDEX inspection_plans_once ON inspection_plans (county, half);
CREATE INDEX inspection_plans_page ON inspection_plans (half DESC, case_no DESC);

-- What nobody but the engine may know before the draw.
CREATE TABLE inspection_nonces (
    case_no text NOT NULL REFERENCES inspection_plans (case_no),
    attempt integer NOT NULL,
    pairs   text NOT NULL,
    random  text NOT NULL,
    PRIMARY KEY (case_no, attempt)
);

-- Who is left out and why, append-only; the last word on an institution counts.
CREATE TABLE inspection_exclusions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no     text NOT NULL REFERENCES inspection_plans (case_no),
    county      text NOT NULL,
    institution text NOT NULL REFERENCES institutions (id),
    excluded    boolean NOT NULL,
    reason      text NOT NULL,
    said_by     text NOT NULL,
    said_at     timestamptz NOT NULL
);
CREATE INDEX inspection_exclusions_of_plan ON inspection_exclusions (case_no, institution, id DESC);

-- The visits of a plan as drawn, and the inspection each became.
CREATE TABLE planned_inspections (
    case_no          text NOT NULL REFERENCES inspection_plans (case_no),
    kind             text NOT NULL CHECK (kind IN ('regular', 'random')),
    institution      text NOT NULL REFERENCES institutions (id),
    county           text NOT NULL,
    position         integer NOT NULL,
    first_inspector  text NOT NULL,
    second_inspector text NOT NULL CHECK (second_inspector <> first_inspector),
    opens_on         date NOT NULL,
    inspection       text REFERENCES inspections (case_no),
    dropped          boolean NOT NULL DEFAULT false, -- no longer filed when it was to be opened
    PRIMARY KEY (case_no, kind, institution)
);
CREATE INDEX planned_inspections_waiting ON planned_inspections (case_no, opens_on) WHERE inspection IS NULL AND NOT dropped;

-- The visits of a day, and those of an officer.
CREATE INDEX inspections_of_day ON inspections (county, visit_on) WHERE visit_on IS NOT NULL;
CREATE INDEX inspections_of_first ON inspections (first_inspector, visit_on) WHERE visit_on IS NOT NULL;
CREATE INDEX inspections_of_second ON inspections (second_inspector, visit_on) WHERE visit_on IS NOT NULL;
CREATE INDEX inspections_of_half ON inspections (county, half);
CREATE INDEX complaints_about ON complaints (about, received_at);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['inspectors', 'inspector_feeds', 'inspection_plans', 'inspection_nonces', 'inspection_exclusions', 'planned_inspections'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    -- No institution sees whom a visit is planned to, nor by whom.
    FOREACH t IN ARRAY ARRAY['inspection_plans', 'inspection_exclusions', 'planned_inspections'] LOOP
        EXECUTE format('CREATE POLICY own ON %I USING (principal_role() IN (''engine'', ''city_office'', ''auditor'') OR'
            ' (principal_role() IN (''supervisor'', ''county_office'') AND county = principal_county()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY own ON inspectors
    USING (principal_role() IN ('engine', 'city_office', 'auditor') OR (principal_role() IN ('supervisor', 'inspector', 'county_office') AND county = principal_county()))
    WITH CHECK (principal_role() = 'supervisor' AND county = principal_county());
CREATE POLICY own ON inspector_feeds
    USING (principal_role() = 'engine' OR (principal_role() = 'inspector' AND county = principal_county()))
    WITH CHECK (principal_role() = 'inspector' AND county = principal_county());
CREATE POLICY held ON inspector_feeds FOR SELECT USING (principal_role() = 'public' AND token_hash = current_setting('tuoyu.code', true));
CREATE POLICY own ON inspection_nonces USING (principal_role() = 'engine');
-- What is committed to is open to everybody, and of the rest what has been revealed.
CREATE POLICY published ON inspection_plans FOR SELECT USING (principal_role() = 'public' AND committed_at IS NOT NULL);

GRANT SELECT, INSERT, UPDATE ON inspectors, inspector_feeds, inspection_plans, planned_inspections TO tuoyu_app;
GRANT SELECT, INSERT ON inspection_nonces, inspection_exclusions TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- +goose Down
DROP INDEX complaints_about, inspections_of_half, inspections_of_second, inspections_of_first, inspections_of_day;
DROP TABLE planned_inspections, inspection_exclusions, inspection_nonces, inspection_plans, inspector_feeds, inspectors;
