-- name: PublicityWithInstitution :many
-- What was published of a case, the last period first. Served by the primary key.
SELECT p.*, coalesce(i.name, '')::text AS institution_name FROM procedure_publicity p LEFT JOIN institutions i ON i.id = p.institution
WHERE p.case_no = @case_no ORDER BY p.opened_on DESC, p.step DESC LIMIT 1;

-- name: RowsByKey :many
-- Rows of a set of a case by their keys, bounded. Served by procedure_rows_of_case.
SELECT * FROM procedure_rows WHERE case_no = sqlc.arg(case_no)::text AND set_name = @set_name AND NOT removed
    AND key = ANY (sqlc.arg(keys)::text[]) LIMIT 5000;
