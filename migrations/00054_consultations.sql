-- +goose Up

-- Who may object to what is published: everybody, or those of one role. What is published to a role is seen by it alone: in the county of
-- the case, or in every county if the case is of the city.
ALTER TABLE procedure_publicity ADD COLUMN audience text NOT NULL DEFAULT 'public';
CREATE INDEX procedure_publicity_of_role ON procedure_publicity (audience, opened_on DESC, case_no DESC) WHERE audience <> 'public';
ALTER POLICY published ON procedure_publicity USING (principal_role() = 'public' AND audience = 'public');
CREATE POLICY consulted ON procedure_publicity FOR SELECT USING (audience = principal_role() AND county IN (principal_county(), '140400'));

-- +goose Down
DROP POLICY consulted ON procedure_publicity;
ALTER POLICY published ON procedure_publicity USING (principal_role() = 'public');
DROP INDEX procedure_publicity_of_role;
ALTER TABLE procedure_publicity DROP COLUMN audience;
