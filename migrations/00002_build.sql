-- +goose Up

-- A city's plan of county sites, as it was started. Terms and assumptions stand in the document.
CREATE TABLE build_plans (
    name       text PRIMARY KEY,
    title      text NOT NULL,
    seats      integer NOT NULL CHECK (seats > 0),
    deadline   date NOT NULL,
    document   jsonb NOT NULL,
    started_by text NOT NULL,
    started_at timestamptz NOT NULL
);

-- A county's site: what is planned now, what its filing has come to, and what the last assessment said.
CREATE TABLE build_sites (
    case_no           text PRIMARY KEY REFERENCES cases (case_no),
    plan              text NOT NULL REFERENCES build_plans (name),
    county            text NOT NULL,
    institution       text NOT NULL REFERENCES institutions (id),
    name              text NOT NULL,
    seats             integer NOT NULL CHECK (seats > 0),
    mode              text NOT NULL CHECK (mode IN ('public', 'private_run', 'brought_in')),
    version           integer NOT NULL DEFAULT 1,
    filing_case       text UNIQUE REFERENCES cases (case_no),
    receipt_on        date,
    seats_filed       integer NOT NULL DEFAULT 0,
    seats_counted     integer NOT NULL DEFAULT 0 CHECK (seats_counted >= 0),
    seats_decision    text REFERENCES decisions (id),
    operator_contract boolean NOT NULL DEFAULT false,
    light             text NOT NULL DEFAULT '' CHECK (light IN ('', 'green', 'amber', 'red')),
    light_on          date,
    reds              integer NOT NULL DEFAULT 0,
    reds_running      integer NOT NULL DEFAULT 0,
    completed_on      date,
    updated_at        timestamptz NOT NULL
);
CREATE INDEX build_sites_by_county ON build_sites (county, case_no);
CREATE INDEX build_sites_by_plan ON build_sites (plan, case_no);

CREATE TABLE build_milestones (
    case_no       text NOT NULL REFERENCES build_sites (case_no),
    kind          text NOT NULL CHECK (kind IN ('fit_out', 'facilities', 'materials', 'teaching_aids', 'registration', 'filing')),
    county        text NOT NULL,
    position      smallint NOT NULL,
    planned_start date NOT NULL,
    planned_end   date NOT NULL CHECK (planned_end >= planned_start),
    weight        integer NOT NULL CHECK (weight BETWEEN 1 AND 100),
    evidence      text[] NOT NULL,
    percent       integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
    done_on       date,
    PRIMARY KEY (case_no, kind)
);

-- Every curve a site ever had, with who drew it and why.
CREATE TABLE build_plan_versions (
    case_no    text NOT NULL REFERENCES build_sites (case_no),
    version    integer NOT NULL,
    county     text NOT NULL,
    seats      integer NOT NULL,
    mode       text NOT NULL,
    milestones jsonb NOT NULL,
    reason     text NOT NULL,
    author     text NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (case_no, version)
);

-- What a county reported of a milestone, and what the city made of it.
CREATE TABLE build_reports (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no     text NOT NULL REFERENCES build_sites (case_no),
    county      text NOT NULL,
    milestone   text NOT NULL,
    percent     integer NOT NULL CHECK (percent BETWEEN 0 AND 100),
    note        text NOT NULL,
    evidence    jsonb NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'returned')),
    reported_by text NOT NULL,
    reported_at timestamptz NOT NULL,
    decided_by  text,
    decided_at  timestamptz,
    reason      text NOT NULL DEFAULT ''
);
CREATE INDEX build_reports_of_site ON build_reports (case_no, id DESC);
CREATE UNIQUE INDEX build_reports_one_waiting ON build_reports (case_no, milestone) WHERE state = 'waiting';

-- The lights, month by month.
CREATE TABLE build_assessments (
    case_no      text NOT NULL REFERENCES build_sites (case_no),
    as_of        date NOT NULL,
    county       text NOT NULL,
    version      integer NOT NULL,
    light        text NOT NULL CHECK (light IN ('green', 'amber', 'red')),
    planned      text NOT NULL,
    actual       text NOT NULL,
    reds_running integer NOT NULL,
    decision     text NOT NULL REFERENCES decisions (id),
    PRIMARY KEY (case_no, as_of)
);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['build_sites', 'build_milestones', 'build_plan_versions', 'build_reports', 'build_assessments'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, NULL)) WITH CHECK (may_see(county, NULL))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- A plan is read by the offices that follow it up and started by the city.
ALTER TABLE build_plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE build_plans FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON build_plans FOR SELECT
    USING (principal_role() IN ('engine', 'city_office', 'auditor', 'administrator', 'supervisor', 'county_office'));
CREATE POLICY start ON build_plans FOR INSERT
    WITH CHECK (principal_role() IN ('engine', 'city_office', 'administrator'));

-- The city starts the sites of every county and takes the next number of each.
CREATE POLICY city ON case_counters
    USING (principal_role() IN ('city_office', 'administrator'))
    WITH CHECK (principal_role() IN ('city_office', 'administrator'));

GRANT SELECT, INSERT, UPDATE ON build_sites, build_milestones, build_reports TO tuoyu_app;
GRANT SELECT, INSERT ON build_plans, build_plan_versions, build_assessments TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- +goose Down
DROP POLICY city ON case_counters;
DROP TABLE build_assessments, build_reports, build_plan_versions, build_milestones, build_sites, build_plans;
