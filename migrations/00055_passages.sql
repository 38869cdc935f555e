-- +goose Up

-- The results with which the stages of a case were left, each with the last time: what indicators count. It repeats the events
-- stage_entered, from which it can be written again.
CREATE TABLE procedure_passages (
    case_no     text NOT NULL REFERENCES cases (case_no),
    stage       text NOT NULL,
    result      text NOT NULL,
    kind        text NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (case_no, stage, result)
);
CREATE INDEX procedure_passages_of_kind ON procedure_passages (kind, stage, result);
SELECT set_config('tuoyu.role', 'engine', true);
INSERT INTO procedure_passages (case_no, stage, result, kind, county, institution, at)
SELECT e.case_no, e.data ->> 'left', e.data ->> 'result', c.kind, c.county, c.institution, max(e.at)
FROM case_events e JOIN cases c ON c.case_no = e.case_no
WHERE e.kind = 'stage_entered' AND e.data ? 'left' AND c.plan <> ''
GROUP BY e.case_no, e.data ->> 'left', e.data ->> 'result', c.kind, c.county, c.institution;
SELECT set_config('tuoyu.role', '', true);
ALTER TABLE procedure_passages ENABLE ROW LEVEL SECURITY;
ALTER TABLE procedure_passages FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON procedure_passages USING (may_see(county, institution)) WITH CHECK (may_see(county, institution));
GRANT SELECT, INSERT, UPDATE ON procedure_passages TO tuoyu_app;

-- The cases of a procedure that an indicator counts: those that left a stage with a result, and none with another, within a span of
-- time; without a stage those that were opened in it. Row-level security holds in it.
CREATE FUNCTION counted_cases(of_kind text, of_county text, when_stage text, when_result text, minus_stage text, minus_result text,
    since timestamptz, until timestamptz) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT c.case_no FROM cases c LEFT JOIN procedure_passages w ON w.case_no = c.case_no AND w.stage = when_stage AND w.result = when_result
    WHERE c.kind = of_kind AND c.plan <> '' AND (of_county = '' OR c.county = of_county) AND (when_stage = '' OR w.case_no IS NOT NULL)
        AND coalesce(w.at, c.created_at) >= since AND coalesce(w.at, c.created_at) < until
        AND NOT EXISTS (SELECT FROM procedure_passages m WHERE m.case_no = c.case_no AND m.stage = minus_stage AND m.result = minus_result)
$$;

-- +goose Down
DROP FUNCTION counted_cases;
DROP TABLE procedure_passages;
