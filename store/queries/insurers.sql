-- name: PutInsurer :one
-- Returns the county of the office that registered the insurer, and no row, without a change, if that is another county than the
-- caller's; the city changes all of them.
INSERT INTO insurers (id, county, name, phone, ended_on, updated_at) VALUES (@id, @county, @name, @phone, @ended_on, @updated_at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, phone = excluded.phone, ended_on = excluded.ended_on, updated_at = excluded.updated_at
WHERE insurers.county = excluded.county OR sqlc.arg(city)::boolean
RETURNING county;

-- name: InsurerByID :one
SELECT * FROM insurers WHERE id = @id;

-- name: Insurers :many
-- Served by the primary key.
SELECT * FROM insurers WHERE id > sqlc.arg(after)::text ORDER BY id LIMIT sqlc.arg(page_size)::integer;

-- name: InsurersOn :many
-- The insurers that take months beginning on a day, by name. Read whole: the register has one row for each insurer of the city.
SELECT * FROM insurers WHERE ended_on IS NULL OR ended_on > sqlc.arg(day)::date ORDER BY name, id LIMIT 500;

-- name: InsurerTakes :one
-- Does the insurer take a month beginning on the day? One that is not registered does where it has a month the caller sees. Served by
-- the primary key and insurance_batches_of_insurer.
SELECT (EXISTS (SELECT FROM insurers i WHERE i.id = sqlc.arg(insurer)::text AND (i.ended_on IS NULL OR i.ended_on > sqlc.arg(day)::date))
    OR (NOT EXISTS (SELECT FROM insurers i WHERE i.id = sqlc.arg(insurer)::text)
        AND EXISTS (SELECT FROM insurance_batches b WHERE b.insurer = sqlc.arg(insurer)::text)))::boolean AS takes;
