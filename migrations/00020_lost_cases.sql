-- +goose Up

-- What was sent to one case, for the case whose history Temporal has lost.
CREATE INDEX outbox_of_one_case ON outbox (case_no);

-- +goose Down
DROP INDEX outbox_of_one_case;
