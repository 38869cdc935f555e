-- +goose Up

-- Why a paper cannot be printed, in words for people; empty while it may yet be. Such a paper stays pending until it is printed.
ALTER TABLE documents ADD COLUMN fault text NOT NULL DEFAULT '';
CREATE INDEX documents_unprintable ON documents (county, case_no) WHERE fault <> '';

-- +goose Down
ALTER TABLE documents DROP COLUMN fault;
