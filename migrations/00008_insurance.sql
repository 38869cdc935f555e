-- +goose Up

-- Periods of one child must not overlap: an exclusion constraint over a text and a range asks for this module.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Completed months of age 月龄; a month without the day of birth ends on its last day (民法典 art. 202), as nursery.Date does.
CREATE FUNCTION completed_months(born_on date, on_day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT n - CASE WHEN (born_on + make_interval(months => n))::date > on_day THEN 1 ELSE 0 END
        FROM (SELECT ((extract(year FROM on_day) - extract(year FROM born_on)) * 12
            + extract(month FROM on_day) - extract(month FROM born_on))::integer AS n) months);

-- An insurance month of a county 投保月. The terms are those in force when it was opened.
CREATE TABLE insurance_batches (
    case_no      text PRIMARY KEY REFERENCES cases (case_no),
    county       text NOT NULL,
    institution  text NOT NULL REFERENCES institutions (id),
    insurer      text NOT NULL,
    month        date NOT NULL CHECK (extract(day FROM month) = 1),
    procurement  text NOT NULL,            -- where the purchase by the government is on file
    perils       text[] NOT NULL,
    basis        jsonb,                    -- the recorded legal ground for sharing; none: each guardian consents
    terms        jsonb NOT NULL,
    residents    text[] NOT NULL,
    until_months integer NOT NULL,
    newborn_days integer NOT NULL,
    cover_months integer NOT NULL,
    cover_from   date NOT NULL,            -- as the purchase says; of a child born later, from birth
    opened_on    date NOT NULL,
    closed_on    date,
    UNIQUE (county, month, case_no)
);
CREATE INDEX insurance_batches_page ON insurance_batches (month DESC, case_no DESC);
CREATE INDEX insurance_batches_of_county ON insurance_batches (county, month DESC, case_no DESC);
CREATE INDEX insurance_batches_of_insurer ON insurance_batches (insurer, month DESC, case_no DESC);

-- The children of a month 名册. What names them stands sealed with the child.
CREATE TABLE insurance_roster (
    case_no     text NOT NULL REFERENCES insurance_batches (case_no),
    child       text NOT NULL REFERENCES children (id),
    county      text NOT NULL,
    residence   text NOT NULL DEFAULT '',
    notified_on date,
    newborn     boolean NOT NULL,
    reported_on date NOT NULL,
    person      bytea NOT NULL,            -- keyed hash of name, birth, sex and guardian: the same child under two papers
    status      text NOT NULL DEFAULT 'rostered' CHECK (status IN
                ('rostered', 'eligible', 'ineligible', 'exception', 'sent', 'insured', 'refused', 'withdrawn')),
    reason      text NOT NULL DEFAULT '',
    decision    text,
    cover_from  date,
    send        integer,
    PRIMARY KEY (case_no, child)
);
CREATE INDEX insurance_roster_by_status ON insurance_roster (case_no, status, child);
CREATE INDEX insurance_roster_by_person ON insurance_roster (person);
CREATE INDEX insurance_roster_of_child ON insurance_roster (child);

-- What was handed in, and what of it was refused and why; a value is never kept here.
CREATE TABLE insurance_uploads (
    case_no     text NOT NULL REFERENCES insurance_batches (case_no),
    number      integer NOT NULL,
    county      text NOT NULL,
    source      text NOT NULL CHECK (source IN ('civil', 'health')),
    read_rows   integer NOT NULL,
    added       integer NOT NULL,
    updated     integer NOT NULL,
    refused     integer NOT NULL,
    faults      jsonb COMPRESSION lz4 NOT NULL,
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    PRIMARY KEY (case_no, number)
);

-- What goes to the insurer: the monthly batch, and the supplementary ones of newborns and corrected children.
CREATE TABLE insurance_sends (
    case_no     text NOT NULL REFERENCES insurance_batches (case_no),
    number      integer NOT NULL,
    county      text NOT NULL,
    insurer     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('monthly', 'newborn', 'supplementary')),
    lines       integer NOT NULL CHECK (lines > 0),
    hash        text NOT NULL,
    premium_fen bigint NOT NULL CHECK (premium_fen >= 0),
    state       text NOT NULL DEFAULT 'prepared' CHECK (state IN ('prepared', 'returned', 'sent', 'answered')),
    prepared_at timestamptz NOT NULL,
    signed_by   text,
    sent_at     timestamptz,
    answered_at timestamptz,
    answered    integer NOT NULL DEFAULT 0 CHECK (answered BETWEEN 0 AND lines), -- lines the insurer has answered
    insured     integer NOT NULL DEFAULT 0,
    refused     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (case_no, number)
);

CREATE TABLE insurance_lines (
    case_no     text NOT NULL,
    send        integer NOT NULL,
    child       text NOT NULL,
    county      text NOT NULL,
    insurer     text NOT NULL,
    cover_from  date NOT NULL,
    cover_until date NOT NULL CHECK (cover_until > cover_from), -- the first day that is no more covered
    PRIMARY KEY (case_no, send, child),
    FOREIGN KEY (case_no, send) REFERENCES insurance_sends (case_no, number)
);

-- What the insurer says of a line, once. The number of the policy is sealed.
CREATE TABLE insurance_answers (
    case_no     text NOT NULL,
    send        integer NOT NULL,
    child       text NOT NULL,
    county      text NOT NULL,
    insurer     text NOT NULL,
    answer      text NOT NULL CHECK (answer IN ('insured', 'refused')),
    reason      text NOT NULL DEFAULT '',
    policy      bytea,
    answered_by text NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (case_no, send, child),
    CHECK ((answer = 'insured') = (policy IS NOT NULL))
);

-- That a child is insured, from when until when. No two covers of a child overlap (P11-R3).
CREATE TABLE insurance_covers (
    case_no  text NOT NULL,
    send     integer NOT NULL,
    child    text NOT NULL REFERENCES children (id),
    county   text NOT NULL,
    insurer  text NOT NULL,
    from_on  date NOT NULL,
    until_on date NOT NULL CHECK (until_on >= from_on),
    ended    text NOT NULL DEFAULT '' CHECK (ended IN ('', 'aged_out', 'died', 'moved_away')),
    PRIMARY KEY (case_no, send, child),
    CONSTRAINT insurance_covers_apart EXCLUDE USING gist (child WITH =, daterange(from_on, until_on) WITH &&)
);
CREATE INDEX insurance_covers_of_child ON insurance_covers (child, until_on);
CREATE INDEX insurance_covers_of_county ON insurance_covers (county, until_on);

CREATE TABLE insurance_claims (
    case_no      text PRIMARY KEY REFERENCES cases (case_no),
    county       text NOT NULL,
    institution  text NOT NULL,
    insurer      text NOT NULL,
    child        text NOT NULL REFERENCES children (id),
    cover_case   text NOT NULL,
    cover_send   integer NOT NULL,
    peril        text NOT NULL CHECK (peril IN ('injury', 'property', 'hospital')),
    accident_on  date NOT NULL,
    reported_on  date NOT NULL,
    amount_fen   bigint NOT NULL CHECK (amount_fen > 0),
    description  bytea NOT NULL,
    state        text NOT NULL CHECK (state IN ('reported', 'accepted', 'paid', 'refused')),
    accepted_fen bigint CHECK (accepted_fen BETWEEN 1 AND amount_fen),
    paid_fen     bigint CHECK (paid_fen = accepted_fen),
    paid_on      date,
    reason       text NOT NULL DEFAULT '',
    updated_at   timestamptz NOT NULL,
    FOREIGN KEY (cover_case, cover_send, child) REFERENCES insurance_covers (case_no, send, child)
);
CREATE INDEX insurance_claims_of_county ON insurance_claims (county, case_no);
CREATE INDEX insurance_claims_of_insurer ON insurance_claims (insurer, case_no);
CREATE INDEX insurance_claims_of_institution ON insurance_claims (institution, case_no);

-- What insurance.enrol looks at, child by child of those still to be judged. start_on is the day the cover would begin: when an
-- older one ends within the month, the new one follows it.
CREATE VIEW insurance_facts WITH (security_invoker = true) AS
SELECT f.*, concat_ws('/', f.residence, (f.age_months >= f.until_months)::text, f.died::text, f.moved::text, f.notified::text,
    f.consent::text, f.in_force::text, f.repeated::text, f.newborn::text, (f.reported_days > f.newborn_days)::text) AS class
FROM (
    SELECT r.case_no, r.child, r.residence, r.newborn, b.until_months, b.newborn_days, s.start_on,
        completed_months(c.born_on, s.start_on) AS age_months,
        c.died_on IS NOT NULL AS died, c.moved_on IS NOT NULL AS moved,
        r.notified_on IS NOT NULL AS notified,
        EXISTS (SELECT FROM consents a WHERE a.child = r.child AND a.purpose = 'insurance' AND a.withdrawn_on IS NULL) AS consent,
        s.in_force,
        -- The same child under another kind of paper, a newborn first known by the birth certificate; two of one kind are two children.
        EXISTS (SELECT FROM insurance_roster o JOIN children k ON k.id = o.child
            WHERE o.person = r.person AND o.child <> r.child AND k.identity_kind <> c.identity_kind AND (
                o.case_no = r.case_no AND (o.status IN ('eligible', 'sent') OR o.status = 'rostered' AND c.identity_kind = 'birth_certificate')
                OR EXISTS (SELECT FROM insurance_covers w WHERE w.child = o.child AND w.until_on > s.start_on))) AS repeated,
        CASE WHEN r.newborn THEN r.reported_on - c.born_on ELSE 0 END AS reported_days
    FROM insurance_roster r
    JOIN insurance_batches b ON b.case_no = r.case_no
    JOIN children c ON c.id = r.child
    CROSS JOIN LATERAL (
        SELECT greatest(b.cover_from, c.born_on, max(v.until_on) FILTER (WHERE v.until_on < b.cover_from + interval '1 month')) AS start_on,
            coalesce(bool_or(v.until_on >= b.cover_from + interval '1 month'), false) AS in_force
        FROM insurance_covers v WHERE v.child = r.child AND v.until_on > b.cover_from
    ) s
    WHERE r.status = 'rostered'
) f;

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['insurance_batches', 'insurance_roster', 'insurance_uploads', 'insurance_sends', 'insurance_lines', 'insurance_answers',
        'insurance_covers', 'insurance_claims'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I USING (principal_role() IN (''engine'', ''city_office'', ''auditor'') OR'
            ' (principal_role() = ''county_office'' AND county = principal_county()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- The insurer sees the months that name it, and of them what was sent to it: never the roster.
CREATE POLICY insurer ON insurance_batches FOR SELECT USING (is_partner(insurer));
CREATE POLICY insurer ON insurance_sends USING (is_partner(insurer) AND state IN ('sent', 'answered'));
CREATE POLICY insurer ON insurance_answers USING (is_partner(insurer)) WITH CHECK (is_partner(insurer));
CREATE POLICY insurer ON insurance_lines FOR SELECT USING (is_partner(insurer) AND EXISTS (
    SELECT FROM insurance_sends s WHERE s.case_no = insurance_lines.case_no AND s.number = insurance_lines.send AND s.state IN ('sent', 'answered')));
CREATE POLICY insurer ON insurance_covers FOR SELECT USING (is_partner(insurer));
CREATE POLICY insurer ON insurance_claims USING (is_partner(insurer)) WITH CHECK (is_partner(insurer));
CREATE POLICY insurer ON children FOR SELECT USING (principal_role() = 'insurer' AND EXISTS (
    SELECT FROM insurance_lines l WHERE l.child = children.id));
CREATE INDEX insurance_lines_of_child ON insurance_lines (child);
CREATE POLICY institution ON insurance_claims
    USING (principal_role() = 'institution' AND institution = principal_institution())
    WITH CHECK (principal_role() = 'institution' AND institution = principal_institution());
-- An insurer that registers a claim takes the next number of the county.
CREATE POLICY insurer ON case_counters USING (principal_role() = 'insurer') WITH CHECK (principal_role() = 'insurer');

GRANT SELECT, INSERT, UPDATE ON insurance_batches, insurance_roster, insurance_sends, insurance_covers, insurance_claims TO tuoyu_app;
GRANT SELECT, INSERT ON insurance_uploads, insurance_lines, insurance_answers TO tuoyu_app;
GRANT SELECT ON insurance_facts TO tuoyu_app;
-- An answer is append-only; a rotation of the keys seals its policy number anew.
GRANT UPDATE (policy) ON insurance_answers TO tuoyu_app;
CREATE POLICY reseal ON insurance_answers AS RESTRICTIVE FOR UPDATE USING (principal_role() = 'engine');

-- +goose Down
DROP POLICY insurer ON case_counters;
DROP POLICY insurer ON children;
DROP VIEW insurance_facts;
DROP TABLE insurance_claims, insurance_covers, insurance_answers, insurance_lines, insurance_sends, insurance_uploads, insurance_roster, insurance_batches;
DROP FUNCTION completed_months;
