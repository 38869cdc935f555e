-- +goose Up

-- Cases of processes without a stage 'submitted' were written down in it until their first step, and so it was recorded as passed.
SELECT set_config('tuoyu.role', 'engine', true);
UPDATE cases SET passed = array_remove(passed, 'submitted')
WHERE kind NOT IN ('filing', 'filing_change', 'filing_cancel') AND 'submitted' = ANY (passed);
SELECT set_config('tuoyu.role', '', true);

-- +goose Down
SELECT 1;
