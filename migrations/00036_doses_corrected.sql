-- +goose Up
-- A vaccination certificate that was shown after the child came in, or corrected, is on record like the other corrections.
ALTER TABLE child_corrections DROP CONSTRAINT child_corrections_what_check,
    ADD CONSTRAINT child_corrections_what_check CHECK (what IN ('stay', 'death', 'identity', 'release', 'doses'));

-- +goose Down
-- What was recorded stays: only new rows are checked.
ALTER TABLE child_corrections DROP CONSTRAINT child_corrections_what_check,
    ADD CONSTRAINT child_corrections_what_check CHECK (what IN ('stay', 'death', 'identity', 'release')) NOT VALID;
