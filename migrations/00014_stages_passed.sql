-- +goose Up

-- The stages a case was in before, each once, in the order it first left them.
ALTER TABLE cases ADD COLUMN passed text[] NOT NULL DEFAULT '{}';

-- +goose StatementBegin
CREATE FUNCTION remember_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.stage <> ALL (OLD.passed) THEN
        NEW.passed := OLD.passed || OLD.stage;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER cases_passed BEFORE UPDATE OF stage ON cases FOR EACH ROW WHEN (OLD.stage <> NEW.stage) EXECUTE FUNCTION remember_stage();

-- +goose Down
DROP TRIGGER cases_passed ON cases;
DROP FUNCTION remember_stage;
ALTER TABLE cases DROP COLUMN passed;
