-- +goose Up

-- The program's role may not say which version the schema has. It deletes no command and changes no heading of a record.
REVOKE INSERT, UPDATE ON goose_db_version FROM tuoyu_app;
REVOKE DELETE ON outbox FROM tuoyu_app;
REVOKE UPDATE ON health_records FROM tuoyu_app;

-- +goose Down

GRANT UPDATE ON health_records TO tuoyu_app;
GRANT DELETE ON outbox TO tuoyu_app;
GRANT INSERT, UPDATE ON goose_db_version TO tuoyu_app;
