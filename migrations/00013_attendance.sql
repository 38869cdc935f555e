-- +goose Up

-- Who came on a day 考勤. Append-only: the newest entry of a child and day stands, what was entered before stays on record.
-- Reasons are codes alone; nothing here says what a child has.
CREATE TABLE attendance (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child       text NOT NULL REFERENCES children (id),
    day         date NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL REFERENCES institutions (id),
    class       text NOT NULL,
    state       text NOT NULL CHECK (state IN ('present', 'sick', 'leave', 'absent')),
    entered_by  text NOT NULL,
    entered_at  timestamptz NOT NULL
);
CREATE INDEX attendance_of_day ON attendance (institution, day, child, id DESC);

ALTER TABLE attendance ENABLE ROW LEVEL SECURITY;
ALTER TABLE attendance FORCE ROW LEVEL SECURITY;
CREATE POLICY engine ON attendance USING (principal_role() = 'engine');
CREATE POLICY own ON attendance
    USING (principal_role() = 'institution' AND institution = principal_institution())
    WITH CHECK (principal_role() = 'institution' AND institution = principal_institution());
GRANT SELECT, INSERT ON attendance TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- +goose Down
DROP TABLE attendance;
