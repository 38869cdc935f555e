-- +goose Up

-- How far each target of the city's plan was in each county at the end of a month, or on the last day of it so far. The program
-- writes them from the figures of the day; what was not written in time cannot be made up later.
CREATE TABLE target_months (
    month  date NOT NULL CHECK (extract(day FROM month) = 1),
    target text NOT NULL,
    county text NOT NULL CHECK (county ~ '^[0-9]{6}$'),
    part   integer NOT NULL CHECK (part >= 0),
    whole  integer NOT NULL CHECK (whole >= 0),
    as_of  date NOT NULL,
    PRIMARY KEY (month, target, county)
);
ALTER TABLE target_months ENABLE ROW LEVEL SECURITY;
ALTER TABLE target_months FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON target_months FOR SELECT USING (may_see(county, NULL) AND principal_role() IN ('engine', 'county_office', 'city_office', 'auditor', 'administrator'));
CREATE POLICY put ON target_months FOR INSERT WITH CHECK (principal_role() = 'engine');
CREATE POLICY change ON target_months FOR UPDATE USING (principal_role() = 'engine');
GRANT SELECT, INSERT, UPDATE ON target_months TO tuoyu_app;

-- What happened in a month is counted from the dates of what was done.
CREATE INDEX cases_of_month ON cases (kind, received_on) WHERE received_on IS NOT NULL;
CREATE INDEX inspections_visited ON inspections (visited_on) WHERE visited_on IS NOT NULL;
CREATE INDEX checkup_duties_done ON checkup_duties (done_on) WHERE done_on IS NOT NULL;

-- +goose Down

DROP INDEX checkup_duties_done, inspections_visited, cases_of_month;
DROP TABLE target_months;
