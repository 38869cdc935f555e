-- +goose Up

-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tuoyu_app') THEN
        CREATE ROLE tuoyu_app NOLOGIN;
    END IF;
END
$$;
-- +goose StatementEnd

-- Who asks. Set for one transaction by store.DB.As; unset, they are empty and row-level security shows nothing.
CREATE FUNCTION principal_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('tuoyu.role', true);
CREATE FUNCTION principal_county() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('tuoyu.county', true);
CREATE FUNCTION principal_institution() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('tuoyu.institution', true);

-- May the principal see a row of this county and institution? The engine and the city see all counties, an
-- office its own, an institution only itself.
CREATE FUNCTION may_see(row_county text, row_institution text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN principal_role() IN ('engine', 'city_office', 'auditor', 'administrator') THEN true
        WHEN principal_role() = 'institution' THEN row_institution = principal_institution()
        WHEN principal_role() IN ('clerk', 'supervisor', 'inspector', 'county_office', 'registrar')
            THEN row_county = principal_county()
        ELSE false
    END;

CREATE TABLE institutions (
    id          text PRIMARY KEY,
    county      text NOT NULL CHECK (county ~ '^[0-9]{6}$'),
    township    text NOT NULL DEFAULT '',
    uscc        text,
    name        text NOT NULL DEFAULT '',
    nature      text NOT NULL DEFAULT '',
    site_kind   text NOT NULL DEFAULT '',
    address     text NOT NULL DEFAULT '',
    phone       text NOT NULL DEFAULT '',
    inclusive   boolean,
    seats       integer NOT NULL DEFAULT 0,
    status      text NOT NULL DEFAULT 'applying'
                CHECK (status IN ('applying', 'filed', 'rectifying', 'cancelled')),
    filing_case text,
    filed_on    date,
    application jsonb,
    updated_at  timestamptz NOT NULL
);
CREATE INDEX institutions_by_county ON institutions (county, id);
CREATE INDEX institutions_by_uscc ON institutions (uscc);

CREATE TABLE registrations (
    uscc         text PRIMARY KEY,
    county       text NOT NULL,
    facts        jsonb NOT NULL,
    source       text NOT NULL CHECK (source IN ('registrar', 'certificate')),
    confirmed_by text NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX registrations_by_county ON registrations (county);

CREATE TABLE case_counters (
    prefix text NOT NULL,
    county text NOT NULL,
    year   integer NOT NULL,
    last   integer NOT NULL,
    PRIMARY KEY (prefix, county, year)
);

CREATE TABLE cases (
    case_no         text PRIMARY KEY,
    kind            text NOT NULL,
    county          text NOT NULL,
    institution     text NOT NULL REFERENCES institutions (id),
    parent_case     text REFERENCES cases (case_no),
    subject         text NOT NULL DEFAULT '',
    site_kind       text NOT NULL DEFAULT '',
    stage           text NOT NULL,
    status          text NOT NULL CHECK (status IN ('draft', 'open', 'ended')),
    outcome         text NOT NULL DEFAULT '',
    holder          text NOT NULL,
    due_on          date,
    due_provisional boolean NOT NULL DEFAULT false,
    overdue         boolean NOT NULL DEFAULT false,
    version         integer NOT NULL DEFAULT 1,
    tracking_hash   bytea NOT NULL,
    submitted_by    text NOT NULL DEFAULT '',
    received_on     date,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    ended_at        timestamptz
);
CREATE INDEX cases_page ON cases (county, created_at DESC, case_no DESC);
CREATE INDEX cases_all_page ON cases (created_at DESC, case_no DESC);
CREATE INDEX cases_by_institution ON cases (institution, created_at DESC, case_no DESC);
CREATE INDEX cases_by_parent ON cases (parent_case) WHERE parent_case IS NOT NULL;
-- One open filing, change or cancellation of a kind for an institution at a time.
CREATE UNIQUE INDEX cases_one_open ON cases (institution, kind) WHERE status = 'open';

-- Every version of what was declared, append-only: nothing a person entered is lost.
CREATE TABLE applications (
    case_no     text NOT NULL REFERENCES cases (case_no),
    version     integer NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    facts       jsonb COMPRESSION lz4 NOT NULL,
    entered_by  text NOT NULL,
    entered_at  timestamptz NOT NULL,
    PRIMARY KEY (case_no, version)
);

-- The gaps the applicant was told of, open until a later version answers them.
CREATE TABLE gaps (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no     text NOT NULL REFERENCES cases (case_no),
    county      text NOT NULL,
    institution text NOT NULL,
    round       integer NOT NULL,
    reason      jsonb NOT NULL,
    fields      text[] NOT NULL,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered')),
    told_at     timestamptz NOT NULL,
    UNIQUE (case_no, round, id)
);

-- A legal clock of a case: its limit and the spans in which it stood still.
CREATE TABLE clocks (
    case_no     text NOT NULL REFERENCES cases (case_no),
    name        text NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    started_on  date NOT NULL,
    limit_days  integer NOT NULL CHECK (limit_days >= 0),
    pauses      jsonb NOT NULL DEFAULT '[]',
    due_on      date NOT NULL,
    provisional boolean NOT NULL,
    ended_on    date,
    PRIMARY KEY (case_no, name)
);
CREATE INDEX clocks_provisional ON clocks (case_no) WHERE provisional AND ended_on IS NULL;

CREATE TABLE tasks (
    id              text PRIMARY KEY,
    case_no         text NOT NULL REFERENCES cases (case_no),
    kind            text NOT NULL,
    title           text NOT NULL,
    county          text NOT NULL,
    institution     text NOT NULL,
    role            text NOT NULL,
    assignee        text,
    outcomes        text[] NOT NULL,
    form            text NOT NULL DEFAULT '',
    decision        text,
    excluded        text[] NOT NULL DEFAULT '{}',
    clock           text NOT NULL DEFAULT '',
    due_on          date,
    due_provisional boolean NOT NULL DEFAULT false,
    sort_on         date NOT NULL GENERATED ALWAYS AS (coalesce(due_on, '9999-12-31'::date)) STORED,
    state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'cancelled')),
    opened_at       timestamptz NOT NULL,
    reminded        smallint NOT NULL DEFAULT 0,
    overdue_at      timestamptz,
    escalated_at    timestamptz,
    outcome         text,
    answer          jsonb,
    closed_by       text,
    closed_at       timestamptz
);
-- The inboxes: open tasks of a county's role, of one person, one institution, one county and the city, each
-- nearest due first and those without a due date last.
CREATE INDEX tasks_inbox ON tasks (county, role, sort_on, id) WHERE state = 'open';
CREATE INDEX tasks_mine ON tasks (assignee, sort_on, id) WHERE state = 'open';
CREATE INDEX tasks_of_institution ON tasks (institution, sort_on, id) WHERE state = 'open';
CREATE INDEX tasks_of_county ON tasks (county, sort_on, id) WHERE state = 'open';
CREATE INDEX tasks_of_city ON tasks (sort_on, id) WHERE state = 'open';
CREATE INDEX tasks_of_case ON tasks (case_no, opened_at);

-- lz4, since a decision keeps all its facts and pglz would cost more than the rest of the step.
CREATE TABLE decisions (
    id          text PRIMARY KEY,
    case_no     text NOT NULL REFERENCES cases (case_no),
    county      text NOT NULL,
    institution text NOT NULL,
    rule_set    text NOT NULL,
    as_of       date NOT NULL,
    revision    text NOT NULL,
    result      text NOT NULL CHECK (result IN ('pass', 'fail', 'unknown', 'not_applicable')),
    input       jsonb COMPRESSION lz4 NOT NULL,
    output      jsonb COMPRESSION lz4 NOT NULL,
    duration_us bigint NOT NULL,
    decided_at  timestamptz NOT NULL
);
CREATE INDEX decisions_of_case ON decisions (case_no, decided_at, id);

CREATE TABLE documents (
    id          text PRIMARY KEY,
    case_no     text NOT NULL REFERENCES cases (case_no),
    county      text NOT NULL,
    institution text NOT NULL,
    kind        text NOT NULL,
    number      text NOT NULL UNIQUE,
    code        text NOT NULL UNIQUE,
    content     jsonb NOT NULL,
    state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'in_force', 'revoked', 'superseded')),
    sha256      text,
    size        bigint,
    issued_on   date NOT NULL,
    created_at  timestamptz NOT NULL,
    rendered_at timestamptz,
    ended_at    timestamptz,
    end_reason  text NOT NULL DEFAULT ''
);
CREATE INDEX documents_of_case ON documents (case_no, created_at, id);

CREATE TABLE attachments (
    id          text PRIMARY KEY,
    sha256      text NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    name        text NOT NULL,
    media_type  text NOT NULL,
    size        bigint NOT NULL,
    scan        text NOT NULL CHECK (scan IN ('clean', 'unscanned')),
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL
);
CREATE INDEX attachments_of_institution ON attachments (institution, uploaded_at, id);

CREATE TABLE case_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no     text NOT NULL REFERENCES cases (case_no),
    county      text NOT NULL,
    institution text NOT NULL,
    step        text NOT NULL,
    kind        text NOT NULL,
    actor       text NOT NULL,
    actor_role  text NOT NULL,
    note        text NOT NULL DEFAULT '',
    data        jsonb NOT NULL DEFAULT '{}',
    internal    boolean NOT NULL DEFAULT false,
    at          timestamptz NOT NULL,
    UNIQUE (case_no, step)
);
CREATE INDEX case_events_of_case ON case_events (case_no, id);

-- What is shown to the public 公示: a nonconformity, a cancellation.
CREATE TABLE publications (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no      text NOT NULL REFERENCES cases (case_no),
    county       text NOT NULL,
    institution  text NOT NULL,
    kind         text NOT NULL,
    title        text NOT NULL,
    text         text NOT NULL,
    published_on date NOT NULL,
    step         text NOT NULL,
    UNIQUE (case_no, step)
);
CREATE INDEX publications_page ON publications (county, published_on DESC, id DESC);

-- A command waiting for the engine: a start or an answer, kept until Temporal has it.
CREATE TABLE outbox (
    id           text PRIMARY KEY,
    case_no      text NOT NULL REFERENCES cases (case_no),
    county       text NOT NULL,
    institution  text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('start', 'update')),
    name         text NOT NULL,
    payload      jsonb NOT NULL,
    created_at   timestamptz NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL,
    delivered_at timestamptz,
    refused      text
);
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE delivered_at IS NULL;

CREATE TABLE idempotency_keys (
    principal  text NOT NULL,
    key        text NOT NULL,
    operation  text NOT NULL,
    body_hash  bytea NOT NULL,
    status     integer NOT NULL,
    response   jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE calendar_years (
    year         integer PRIMARY KEY,
    days         jsonb NOT NULL,
    published_at timestamptz NOT NULL
);

-- What a county has set for itself, with who set it and when; a row is never changed, a later one counts.
CREATE TABLE county_settings (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    county   text NOT NULL,
    name     text NOT NULL,
    value    jsonb NOT NULL,
    verified boolean NOT NULL DEFAULT false,
    reason   text NOT NULL,
    set_by   text NOT NULL,
    set_at   timestamptz NOT NULL
);
CREATE INDEX county_settings_latest ON county_settings (county, name, id DESC);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['cases', 'applications', 'gaps', 'clocks', 'tasks', 'decisions', 'documents',
        'attachments', 'case_events', 'publications', 'outbox'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution)) WITH CHECK (may_see(county, institution))', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['institutions', 'registrations', 'case_counters', 'county_settings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY own ON institutions USING (may_see(county, id)) WITH CHECK (may_see(county, id));
CREATE POLICY own ON registrations USING (may_see(county, NULL)) WITH CHECK (may_see(county, NULL));
-- An institution that files takes the next number of its county.
CREATE POLICY own ON case_counters
    USING (principal_role() = 'engine' OR county = principal_county())
    WITH CHECK (principal_role() = 'engine' OR county = principal_county());
-- Settings of a county are read by all who work there and set by the administrator.
CREATE POLICY see ON county_settings FOR SELECT USING (principal_role() <> '');
CREATE POLICY set ON county_settings FOR INSERT
    WITH CHECK (principal_role() IN ('administrator', 'engine'));
-- Paper is genuine or not for anyone who holds its code.
CREATE POLICY verify ON documents FOR SELECT
    USING (principal_role() = 'public' AND code = current_setting('tuoyu.code', true));
CREATE POLICY track ON cases FOR SELECT
    USING (principal_role() = 'public' AND case_no = current_setting('tuoyu.code', true));
CREATE POLICY track ON case_events FOR SELECT
    USING (principal_role() = 'public' AND case_no = current_setting('tuoyu.code', true) AND NOT internal);
CREATE POLICY track ON documents FOR SELECT
    USING (principal_role() = 'public' AND case_no = current_setting('tuoyu.code', true));
CREATE POLICY published ON publications FOR SELECT USING (principal_role() = 'public');
CREATE POLICY published ON institutions FOR SELECT
    USING (principal_role() = 'public' AND status IN ('filed', 'rectifying'));

GRANT USAGE ON SCHEMA public TO tuoyu_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;
GRANT DELETE ON idempotency_keys, outbox TO tuoyu_app;
-- Append-only: what was declared, decided, done and published is never changed or removed.
REVOKE UPDATE ON applications, decisions, case_events, publications, county_settings FROM tuoyu_app;

-- +goose Down
DROP TABLE county_settings, calendar_years, idempotency_keys, outbox, publications, case_events, attachments,
    documents, decisions, tasks, clocks, gaps, applications, cases, case_counters, registrations, institutions;
DROP FUNCTION may_see, principal_institution, principal_county, principal_role;
