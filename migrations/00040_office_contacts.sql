-- +goose Up

-- How people reach the office of a county, and that of the city 办理机关联系方式. There is no row before an office has entered it.
CREATE TABLE office_contacts (
    county     text PRIMARY KEY CHECK (county ~ '^[0-9]{6}$'),
    name       text NOT NULL CHECK (name <> ''),
    department text NOT NULL,
    phone      text NOT NULL,
    address    text NOT NULL,
    hours      text NOT NULL,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL
);
ALTER TABLE office_contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE office_contacts FORCE ROW LEVEL SECURITY;

CREATE POLICY see ON office_contacts FOR SELECT USING (true);
CREATE POLICY put ON office_contacts FOR INSERT WITH CHECK (
    principal_role() IN ('city_office', 'administrator') OR (principal_role() = 'county_office' AND county = principal_county()));
CREATE POLICY change ON office_contacts FOR UPDATE USING (
    principal_role() IN ('city_office', 'administrator') OR (principal_role() = 'county_office' AND county = principal_county()));

GRANT SELECT, INSERT, UPDATE ON office_contacts TO tuoyu_app;

-- +goose Down

DROP TABLE office_contacts;
