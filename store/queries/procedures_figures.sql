-- name: RecordPassage :exec
-- Records the result with which a stage of a case was left.
INSERT INTO procedure_passages (case_no, stage, result, kind, county, institution, at)
VALUES (@case_no, @stage, @result, @kind, @county, @institution, @at)
ON CONFLICT (case_no, stage, result) DO UPDATE SET at = excluded.at;

-- name: FiguresOfCases :many
-- Counts the cases of a procedure that left a stage with a result, and none with another, and adds up what a rule set decided last or
-- a fact of theirs: the total, and the figures by county, institution, declared key or facts. Served by procedure_passages_of_kind or
-- cases_by_kind_created, the primary keys of procedure_passages and applications, and decisions_of_case.
WITH known AS (
    SELECT c.case_no, c.county, c.institution,
        CASE WHEN sqlc.arg(rule_set)::text <> '' THEN (d.output ->> 'fen')::numeric
            WHEN jsonb_typeof(a.facts #> string_to_array(sqlc.arg(fact)::text, '.')) = 'number' THEN (a.facts #>> string_to_array(sqlc.arg(fact)::text, '.'))::numeric END AS amount,
        (SELECT array_agg(coalesce(CASE b.by WHEN 'county' THEN c.county WHEN 'institution' THEN c.institution WHEN 'period' THEN c.about
            ELSE a.facts #>> string_to_array(substr(b.by, 7), '.') END, '') ORDER BY b.n)
            FROM unnest(@by::text[]) WITH ORDINALITY b (by, n)) AS keys
    FROM (SELECT counted_cases(sqlc.arg(kind)::text, sqlc.arg(county)::text, sqlc.arg(when_stage)::text, sqlc.arg(when_result)::text,
        sqlc.arg(minus_stage)::text, sqlc.arg(minus_result)::text, sqlc.arg(since)::timestamptz, sqlc.arg(until)::timestamptz) AS case_no) n JOIN cases c ON c.case_no = n.case_no
    LEFT JOIN LATERAL (
        SELECT x.facts FROM applications x WHERE x.case_no = c.case_no AND sqlc.arg(with_facts)::boolean ORDER BY x.version DESC LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT x.output FROM decisions x WHERE x.case_no = c.case_no AND x.rule_set = sqlc.arg(rule_set)::text ORDER BY x.decided_at DESC, x.id DESC LIMIT 1
    ) d ON true
)
SELECT (grouping(k.keys) = 1)::boolean AS total, coalesce(k.keys, '{}')::text[] AS keys,
    count(*)::bigint AS cases, count(DISTINCT k.institution)::bigint AS institutions, count(DISTINCT k.county)::bigint AS counties,
    coalesce(sum(k.amount), 0)::bigint AS sum
FROM known k GROUP BY GROUPING SETS ((), (k.keys)) ORDER BY 1 DESC, 2 LIMIT sqlc.arg(most)::integer;

-- name: FiguresOfRows :many
-- Counts the rows of a set of such cases, the values of a field of theirs, or adds up a field. A key without a dot that is not the
-- county, the institution or the declared key of the case is a field of the rows. Served as FiguresOfCases, and by
-- procedure_rows_of_case.
WITH known AS (
    SELECT coalesce(r.data ->> sqlc.arg(field)::text, CASE sqlc.arg(field)::text WHEN 'county' THEN c.county WHEN 'institution' THEN c.institution
            WHEN 'case' THEN c.case_no END) AS value,
        CASE WHEN sqlc.arg(summed)::boolean AND jsonb_typeof(r.data -> sqlc.arg(field)::text) = 'number' THEN (r.data ->> sqlc.arg(field)::text)::numeric END AS amount,
        (SELECT array_agg(coalesce(CASE WHEN b.by = 'county' THEN c.county WHEN b.by = 'institution' THEN c.institution WHEN b.by = 'period' THEN c.about
            WHEN b.by LIKE 'facts.%' THEN a.facts #>> string_to_array(substr(b.by, 7), '.') ELSE r.data ->> b.by END, '') ORDER BY b.n)
            FROM unnest(@by::text[]) WITH ORDINALITY b (by, n)) AS keys
    FROM (SELECT counted_cases(sqlc.arg(kind)::text, sqlc.arg(county)::text, sqlc.arg(when_stage)::text, sqlc.arg(when_result)::text,
        sqlc.arg(minus_stage)::text, sqlc.arg(minus_result)::text, sqlc.arg(since)::timestamptz, sqlc.arg(until)::timestamptz) AS case_no) n JOIN cases c ON c.case_no = n.case_no
    JOIN procedure_rows r ON r.case_no = c.case_no AND r.set_name = sqlc.arg(set_name)::text AND NOT r.removed
    LEFT JOIN LATERAL (
        SELECT x.facts FROM applications x WHERE x.case_no = c.case_no AND sqlc.arg(with_facts)::boolean ORDER BY x.version DESC LIMIT 1
    ) a ON true
)
SELECT (grouping(k.keys) = 1)::boolean AS total, coalesce(k.keys, '{}')::text[] AS keys,
    count(*)::bigint AS rows, count(k.value)::bigint AS values, count(DISTINCT k.value)::bigint AS distinct_values, coalesce(sum(k.amount), 0)::bigint AS sum
FROM known k GROUP BY GROUPING SETS ((), (k.keys)) ORDER BY 1 DESC, 2 LIMIT sqlc.arg(most)::integer;
