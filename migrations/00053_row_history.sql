-- +goose Up

-- A rotation of the keys seals rows anew, also what they were before; that is no change of a row. A statement of the program that
-- changes a row names updated_at, a rotation does not.
DROP TRIGGER procedure_rows_history ON procedure_rows;
CREATE TRIGGER procedure_rows_history BEFORE UPDATE OF updated_at ON procedure_rows FOR EACH ROW
    WHEN (OLD.data <> NEW.data OR OLD.state <> NEW.state OR OLD.removed <> NEW.removed OR OLD.sealed IS DISTINCT FROM NEW.sealed)
    EXECUTE FUNCTION remember_procedure_row();

-- Whoever may change a row adds to its history by the trigger, partners of the case among them; the rotation alone reads it.
DROP POLICY own ON procedure_row_history;
CREATE POLICY remember ON procedure_row_history FOR INSERT WITH CHECK (EXISTS (SELECT FROM procedure_rows r WHERE r.id = row_id));
CREATE POLICY reseal ON procedure_row_history FOR SELECT USING (principal_role() = 'engine');
CREATE POLICY reseal_put ON procedure_row_history FOR UPDATE USING (principal_role() = 'engine');
GRANT SELECT (id, row_id, sealed), UPDATE (sealed) ON procedure_row_history TO tuoyu_app;

-- +goose Down
REVOKE SELECT (id, row_id, sealed), UPDATE (sealed) ON procedure_row_history FROM tuoyu_app;
DROP POLICY reseal_put ON procedure_row_history;
DROP POLICY reseal ON procedure_row_history;
DROP POLICY remember ON procedure_row_history;
CREATE POLICY own ON procedure_row_history USING (may_see(county, institution)) WITH CHECK (may_see(county, institution));
DROP TRIGGER procedure_rows_history ON procedure_rows;
CREATE TRIGGER procedure_rows_history BEFORE UPDATE ON procedure_rows FOR EACH ROW
    WHEN (OLD.data <> NEW.data OR OLD.state <> NEW.state OR OLD.removed <> NEW.removed OR OLD.sealed IS DISTINCT FROM NEW.sealed)
    EXECUTE FUNCTION remember_procedure_row();
