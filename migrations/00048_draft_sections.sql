-- +goose Up

-- What was typed into a section of a draft application while some of it is faulty: the form as it was, with the faults. The
-- application holds the section without the faulty values. There is no row for a section without faults.
CREATE TABLE draft_sections (
    case_no     text NOT NULL REFERENCES cases,
    section     text NOT NULL CHECK (section <> ''),
    county      text NOT NULL,
    institution text NOT NULL,
    input       jsonb NOT NULL,
    saved_by    text NOT NULL,
    saved_at    timestamptz NOT NULL,
    PRIMARY KEY (case_no, section)
);
ALTER TABLE draft_sections ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft_sections FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON draft_sections USING (may_see(county, institution)) WITH CHECK (may_see(county, institution));
GRANT SELECT, INSERT, UPDATE, DELETE ON draft_sections TO tuoyu_app;

-- +goose Down
DROP TABLE draft_sections;
