-- name: OfficeContacts :many
-- Read whole: one row for each county and one for the city.
SELECT * FROM office_contacts ORDER BY county;

-- name: OfficeContact :one
SELECT * FROM office_contacts WHERE county = @county;

-- name: PutOfficeContact :exec
INSERT INTO office_contacts (county, name, department, phone, address, hours, updated_by, updated_at)
VALUES (@county, @name, @department, @phone, @address, @hours, @updated_by, @updated_at)
ON CONFLICT (county) DO UPDATE SET name = excluded.name, department = excluded.department, phone = excluded.phone, address = excluded.address,
    hours = excluded.hours, updated_by = excluded.updated_by, updated_at = excluded.updated_at;
