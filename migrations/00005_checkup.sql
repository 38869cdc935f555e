-- +goose Up

-- A check-up round 体检轮次: an institution's children in one half-year.
CREATE TABLE checkup_rounds (
    case_no     text PRIMARY KEY REFERENCES cases (case_no),
    county      text NOT NULL,
    institution text NOT NULL REFERENCES institutions (id),
    clinic      text NOT NULL,
    contract    text NOT NULL REFERENCES cases (case_no),
    half        text NOT NULL CHECK (half ~ '^[0-9]{4}H[12]$'),
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    opened_on   date NOT NULL,
    closed_on   date,
    UNIQUE (institution, half)
);

-- That a child has a health record 健康档案, and with whom.
CREATE TABLE health_records (
    child       text PRIMARY KEY REFERENCES children (id),
    county      text NOT NULL,
    institution text NOT NULL,
    clinic      text NOT NULL,
    opened_on   date NOT NULL
);
CREATE INDEX health_records_of_institution ON health_records (institution, child);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['checkup_rounds', 'health_records'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution) OR is_partner(clinic))'
            ' WITH CHECK (may_see(county, institution) OR is_partner(clinic))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

GRANT SELECT, INSERT, UPDATE ON checkup_rounds, health_records TO tuoyu_app;

-- +goose Down
DROP TABLE health_records, checkup_rounds;
