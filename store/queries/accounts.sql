-- name: PutAccount :exec
INSERT INTO accounts (account, role, county, institution, registrar, name, seen_at)
VALUES (@account, @role, @county, @institution, @registrar, @name, @seen_at)
ON CONFLICT (account) DO UPDATE SET role = excluded.role, county = excluded.county, institution = excluded.institution,
    registrar = excluded.registrar, name = excluded.name, seen_at = excluded.seen_at;

-- name: AccountByName :one
-- Served by the primary key.
SELECT * FROM accounts WHERE account = @account AND seen_at > sqlc.arg(since)::timestamptz;

-- name: Colleagues :many
-- Served by accounts_of_office, and tasks_mine for each. Bounded: as many as an office has people.
SELECT a.account, a.role, a.name,
    (SELECT count(*) FROM (SELECT FROM tasks t WHERE t.state = 'open' AND t.assignee = a.account LIMIT 1000) AS open)::integer AS open,
    (SELECT max(b.until_on) FROM absences b WHERE b.account = a.account AND b.county = a.county AND b.ended_at IS NULL
        AND b.from_on <= sqlc.arg(today)::date AND b.until_on >= sqlc.arg(today)::date)::date AS away_until
FROM accounts a
WHERE a.county = @county AND a.role = ANY (sqlc.arg(roles)::text[]) AND a.institution = @institution AND a.seen_at > sqlc.arg(since)::timestamptz
ORDER BY a.role, a.account LIMIT 500;

-- name: AccountNames :many
-- What accounts are called. Served by the primary key. Bounded by the number asked for.
SELECT account, name FROM accounts WHERE account = ANY (sqlc.arg(accounts)::text[]) AND name <> '';
