-- +goose Up
-- How many doses of the DTaP vaccine the vaccination certificate showed when the child came into care 预防接种证查验 (疫苗管理法
-- art. 48): sealed; null when no certificate was shown.
ALTER TABLE enrolments ADD COLUMN dtap_doses bytea;

-- +goose Down
ALTER TABLE enrolments DROP COLUMN dtap_doses;
