-- +goose Up

-- The papers of a kind that an institution holds: what is superseded, and the number a later paper refers to.
CREATE INDEX documents_of_institution ON documents (institution, kind, created_at DESC, id DESC);
-- What is filed is as long as what was declared, and compressed like it.
ALTER TABLE institutions ALTER COLUMN application SET COMPRESSION lz4;
-- Rows that are written again and again keep their place in the page.
ALTER TABLE cases SET (fillfactor = 70);
ALTER TABLE institutions SET (fillfactor = 70);
ALTER TABLE outbox SET (fillfactor = 70);
ALTER TABLE idempotency_keys SET (fillfactor = 70);
ALTER TABLE clocks SET (fillfactor = 70);
ALTER TABLE case_counters SET (fillfactor = 20);

-- +goose Down
ALTER TABLE case_counters RESET (fillfactor);
ALTER TABLE clocks RESET (fillfactor);
ALTER TABLE idempotency_keys RESET (fillfactor);
ALTER TABLE outbox RESET (fillfactor);
ALTER TABLE institutions RESET (fillfactor);
ALTER TABLE cases RESET (fillfactor);
ALTER TABLE institutions ALTER COLUMN application SET COMPRESSION default;
DROP INDEX documents_of_institution;
