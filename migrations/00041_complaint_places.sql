-- +goose Up

-- A complaint may be about a place that nobody has filed. What it is called and where it is are sealed, since it may be a home.
ALTER TABLE complaints ALTER COLUMN about DROP NOT NULL, ADD COLUMN place bytea,
    ADD CONSTRAINT complaints_about_something CHECK ((about IS NULL) <> (place IS NULL));

-- +goose Down

DELETE FROM complaints WHERE about IS NULL;
ALTER TABLE complaints DROP CONSTRAINT complaints_about_something, DROP COLUMN place, ALTER COLUMN about SET NOT NULL;
