-- +goose Up

-- The register of insurers 承保机构: what the code of an insurer's accounts is called. An office registers it once for all counties;
-- county is that of the office, which is the only county office that changes it.
CREATE TABLE insurers (
    id         text PRIMARY KEY,
    county     text NOT NULL CHECK (county ~ '^[0-9]{6}$'),
    name       text NOT NULL CHECK (name <> ''),
    phone      text NOT NULL DEFAULT '',
    ended_on   date,
    updated_at timestamptz NOT NULL
);
ALTER TABLE insurers ENABLE ROW LEVEL SECURITY;
ALTER TABLE insurers FORCE ROW LEVEL SECURITY;

CREATE POLICY see ON insurers FOR SELECT USING (principal_role() IN ('engine', 'county_office', 'city_office', 'auditor', 'insurer'));
CREATE POLICY put ON insurers FOR INSERT WITH CHECK (principal_role() IN ('county_office', 'city_office') AND county = principal_county());
CREATE POLICY change ON insurers FOR UPDATE USING (
    principal_role() = 'city_office' OR (principal_role() = 'county_office' AND county = principal_county()));

GRANT SELECT, INSERT, UPDATE ON insurers TO tuoyu_app;

-- +goose Down

DROP TABLE insurers;
