-- +goose Up

-- Which version of the application the applicant was told of: what it is held against when it is handed in again. Zero
-- where the version was not kept.
ALTER TABLE gaps ADD COLUMN version integer NOT NULL DEFAULT 0;

-- Which papers of a case somebody has looked at: one's own ticks, on whatever device.
CREATE TABLE papers_seen (
    account    text NOT NULL CHECK (account <> ''),
    case_no    text NOT NULL,
    attachment text NOT NULL,
    seen_at    timestamptz NOT NULL,
    PRIMARY KEY (account, case_no, attachment)
);
ALTER TABLE papers_seen ENABLE ROW LEVEL SECURITY;
ALTER TABLE papers_seen FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON papers_seen USING (account = principal_account()) WITH CHECK (account = principal_account());
GRANT SELECT, INSERT ON papers_seen TO tuoyu_app;

-- +goose Down
DROP TABLE papers_seen;
ALTER TABLE gaps DROP COLUMN version;
