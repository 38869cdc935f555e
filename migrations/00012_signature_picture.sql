-- +goose Up

-- The signature as it was written by hand on the device, an attachment; empty where none was.
ALTER TABLE inspection_signatures ADD COLUMN picture text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE inspection_signatures DROP COLUMN picture;
