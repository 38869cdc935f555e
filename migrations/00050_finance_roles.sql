-- +goose Up

-- Finance sees no row by may_see: only what it is asked to pay. The county's sees its county, the city's every county.
CREATE FUNCTION pays_in(row_county text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN principal_role() = 'city_finance' OR (principal_role() = 'finance' AND row_county = principal_county());

-- +goose StatementBegin
-- Was finance asked to pay in the case? It runs under the row-level security of who asks, which shows finance the tasks put to it.
CREATE FUNCTION is_financed(number text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM tasks t WHERE t.case_no = number AND t.role IN ('finance', 'city_finance'));
END
$$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['cases', 'clocks', 'decisions', 'documents'] LOOP
        EXECUTE format('CREATE POLICY finance ON %I FOR SELECT USING (pays_in(county) AND is_financed(case_no))', t);
    END LOOP;
    -- An answer to a task is a row of the outbox, and what an office did is a line of the timeline.
    FOREACH t IN ARRAY ARRAY['case_events', 'outbox'] LOOP
        EXECUTE format('CREATE POLICY finance ON %I USING (pays_in(county) AND is_financed(case_no))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY finance ON tasks USING (pays_in(county) AND role IN ('finance', 'city_finance'));
CREATE POLICY finance ON institutions FOR SELECT USING (pays_in(county));

-- +goose Down
DROP POLICY finance ON institutions;
DROP POLICY finance ON tasks;
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['cases', 'clocks', 'decisions', 'documents', 'case_events', 'outbox'] LOOP
        EXECUTE format('DROP POLICY finance ON %I', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
DROP FUNCTION is_financed, pays_in;
