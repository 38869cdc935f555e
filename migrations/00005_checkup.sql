-- +goose Up

-- A check-up round 体检轮次: an institution's children in one half-year. Without a contract in force it is blocked and has no
-- clinic.
CREATE TABLE checkup_rounds (
    case_no     text PRIMARY KEY REFERENCES cases (case_no),
    county      text NOT NULL,
    institution text NOT NULL REFERENCES institutions (id),
    clinic      text NOT NULL DEFAULT '',
    contract    text REFERENCES cases (case_no),
    half        text NOT NULL CHECK (half ~ '^[0-9]{4}H[12]$'),
    state       text NOT NULL DEFAULT 'blocked' CHECK (state IN ('blocked', 'open', 'closed')),
    opened_on   date NOT NULL,
    due_on      date NOT NULL, -- the last working day of the half-year
    until_on    date NOT NULL, -- the last day on which late is allowed
    closed_on   date,
    UNIQUE (institution, half),
    CHECK ((state = 'blocked') = (clinic = ''))
);
CREATE INDEX checkup_rounds_by_county ON checkup_rounds (county, case_no);
CREATE INDEX checkup_rounds_of_contract ON checkup_rounds (contract);

-- Who is checked in a round; the roster follows those who come and leave.
CREATE TABLE checkup_roster (
    case_no     text NOT NULL REFERENCES checkup_rounds (case_no),
    child       text NOT NULL REFERENCES children (id),
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    class       text NOT NULL,
    joined_on   date NOT NULL,
    left_on     date,
    leave       text,
    PRIMARY KEY (case_no, child)
);
CREATE INDEX checkup_roster_of_class ON checkup_roster (case_no, class, child);

-- What a child owes in a half-year 应检事项, once wherever it is in care: the row moves with the child. That an item was done
-- stands in the clear, what came of it does not.
CREATE TABLE checkup_duties (
    child       text NOT NULL REFERENCES children (id),
    half        text NOT NULL,
    item        text NOT NULL,
    case_no     text NOT NULL REFERENCES checkup_rounds (case_no),
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    rules       text[] NOT NULL, -- that ask for it, in the revision
    revision    text NOT NULL,
    from_on     date NOT NULL,
    due_on      date NOT NULL,
    until_on    date NOT NULL,
    done_on     date,
    elsewhere   boolean NOT NULL DEFAULT false,
    tried_on    date, -- the last time it could not be done
    waived_on   date,
    PRIMARY KEY (child, half, item)
);
CREATE INDEX checkup_duties_of_round ON checkup_duties (case_no, child, item);
CREATE INDEX checkup_duties_of_half ON checkup_duties (half, county);

-- What a team recorded of a child, append-only. The content holds the items, the scores and what the rules said of them, sealed
-- as one: they are health facts of a child.
CREATE TABLE checkup_records (
    case_no     text NOT NULL REFERENCES checkup_rounds (case_no),
    child       text NOT NULL REFERENCES children (id),
    version     integer NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    checked_on  date NOT NULL,
    content     bytea NOT NULL,
    refer       boolean NOT NULL, -- whether the rules say that the child is to be referred
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (case_no, child, version)
);
CREATE INDEX checkup_records_of_child ON checkup_records (child, checked_on DESC, recorded_at DESC);

-- That a child has a health record 健康档案, and with whom.
CREATE TABLE health_records (
    child       text PRIMARY KEY REFERENCES children (id),
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    opened_on   date NOT NULL
);
CREATE INDEX health_records_of_institution ON health_records (institution, child);

-- A child's referral 转诊. Why and what came of it is sealed.
CREATE TABLE referrals (
    case_no     text PRIMARY KEY REFERENCES cases (case_no),
    round       text NOT NULL REFERENCES checkup_rounds (case_no),
    child       text NOT NULL REFERENCES children (id),
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    cause       bytea NOT NULL,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'ended')),
    traces      integer NOT NULL DEFAULT 0,
    seen_on     date,
    result      bytea,
    result_on   date,
    opened_on   date NOT NULL,
    closed_on   date
);
CREATE INDEX referrals_of_round ON referrals (round, case_no);
CREATE INDEX referrals_by_county ON referrals (county, case_no);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['checkup_rounds', 'checkup_roster', 'checkup_duties', 'checkup_records', 'health_records', 'referrals'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['checkup_rounds', 'checkup_roster', 'checkup_duties', 'health_records'] LOOP
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution) OR is_partner(clinic))'
            ' WITH CHECK (may_see(county, institution) OR is_partner(clinic))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- What was found of a child is read by those who care for it: the clinic and its own institution. The county's office
-- supervises referrals by their state.
CREATE POLICY own ON checkup_records
    USING (principal_role() = 'engine' OR is_partner(clinic) OR (principal_role() = 'institution' AND institution = principal_institution()))
    WITH CHECK (principal_role() = 'engine' OR is_partner(clinic));
CREATE POLICY own ON referrals
    USING (may_see(county, institution) OR is_partner(clinic)) WITH CHECK (principal_role() = 'engine' OR is_partner(clinic));

GRANT SELECT, INSERT, UPDATE ON checkup_rounds, checkup_roster, checkup_duties, health_records, referrals TO tuoyu_app;
GRANT SELECT, INSERT ON checkup_records TO tuoyu_app;
-- A record is append-only; a rotation of the keys seals its content anew.
GRANT UPDATE (content) ON checkup_records TO tuoyu_app;
CREATE POLICY reseal ON checkup_records AS RESTRICTIVE FOR UPDATE USING (principal_role() = 'engine');

-- +goose Down
DROP TABLE referrals, health_records, checkup_records, checkup_duties, checkup_roster, checkup_rounds;
