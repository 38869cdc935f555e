-- +goose Up

-- Decisions of one step that rest on the same facts store them once: with the first of them, which the others name.
ALTER TABLE decisions ALTER COLUMN input DROP NOT NULL, ADD COLUMN input_of text,
    ADD CONSTRAINT decisions_input CHECK ((input IS NULL) <> (input_of IS NULL));

-- +goose Down
SELECT set_config('tuoyu.role', 'engine', true);
UPDATE decisions d SET input = i.input, input_of = NULL FROM decisions i WHERE i.id = d.input_of;
SELECT set_config('tuoyu.role', '', true);
ALTER TABLE decisions DROP CONSTRAINT decisions_input, DROP COLUMN input_of, ALTER COLUMN input SET NOT NULL;
