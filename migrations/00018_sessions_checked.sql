-- +goose Up

-- What the provider gave at sign-in, sealed, to ask it again who the account is; when it last confirmed that, and before
-- when nobody asks it again. A session that has never been confirmed ends.
ALTER TABLE web_sessions ADD COLUMN provider bytea, ADD COLUMN checked_at timestamptz, ADD COLUMN check_after timestamptz;

-- The idempotency key of the form, by which a form that was sent again is no longer kept.
ALTER TABLE kept_forms ADD COLUMN form_key text NOT NULL DEFAULT '';

-- The pages read and write sessions as a role of its own, which sees nothing else.
DROP POLICY engine ON web_sessions;
DROP POLICY engine ON kept_forms;
CREATE POLICY sessions ON web_sessions USING (principal_role() = 'sessions') WITH CHECK (principal_role() = 'sessions');
CREATE POLICY sessions ON kept_forms USING (principal_role() = 'sessions') WITH CHECK (principal_role() = 'sessions');

-- Accounts that have signed in or used a token, as the provider described them then.
CREATE TABLE accounts (
    account     text PRIMARY KEY,
    role        text NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL DEFAULT '',
    registrar   text NOT NULL DEFAULT '',
    name        text NOT NULL DEFAULT '',
    seen_at     timestamptz NOT NULL
);
CREATE INDEX accounts_of_office ON accounts (county, role, institution, account);

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
-- Colleagues see each other, a supervisor sees the county's office, the administrator everybody.
CREATE POLICY see ON accounts FOR SELECT USING (principal_role() IN ('engine', 'administrator')
    OR account = current_setting('tuoyu.account', true)
    OR (role = principal_role() AND county = principal_county() AND institution = coalesce(principal_institution(), ''))
    OR (principal_role() = 'supervisor' AND county = principal_county() AND role IN ('clerk', 'inspector')));
CREATE POLICY put ON accounts FOR INSERT WITH CHECK (principal_role() = 'engine');
CREATE POLICY change ON accounts FOR UPDATE USING (principal_role() = 'engine') WITH CHECK (principal_role() = 'engine');
GRANT SELECT, INSERT, UPDATE ON accounts TO tuoyu_app;

-- +goose Down
DROP TABLE accounts;
DROP POLICY sessions ON web_sessions;
DROP POLICY sessions ON kept_forms;
CREATE POLICY engine ON web_sessions USING (principal_role() = 'engine') WITH CHECK (principal_role() = 'engine');
CREATE POLICY engine ON kept_forms USING (principal_role() = 'engine') WITH CHECK (principal_role() = 'engine');
ALTER TABLE kept_forms DROP COLUMN form_key;
ALTER TABLE web_sessions DROP COLUMN provider, DROP COLUMN checked_at, DROP COLUMN check_after;
