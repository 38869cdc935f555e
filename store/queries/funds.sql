-- name: InsertFund :one
INSERT INTO funds (source, title, document, document_on, purposes, year, amount, created_by, created_at)
VALUES (@source, @title, @document, @document_on, @purposes, @year, @amount, @created_by, @created_at) RETURNING id;

-- name: FundByID :one
SELECT * FROM funds WHERE id = @id;

-- name: Funds :many
-- Newest first. Served by the primary key: a city has some tens of funds a year.
SELECT * FROM funds WHERE id < sqlc.arg(before)::bigint AND (sqlc.arg(purpose)::text = '' OR sqlc.arg(purpose)::text = ANY (purposes))
ORDER BY id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: FundsFor :many
-- The funds from which a county pays for a purpose, the oldest document first. Served by fund_accounts_of_county.
SELECT f.id FROM fund_accounts a JOIN funds f ON f.id = a.fund
WHERE a.county = @county AND a.kind = 'free' AND sqlc.arg(purpose)::text = ANY (f.purposes) ORDER BY f.document_on, f.id LIMIT 500;

-- name: LockLedger :exec
-- Locks the ledger of a county until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('ledger/' || sqlc.arg(county)::text, 0));

-- name: LockLedgers :exec
-- Locks the ledgers of all counties, in an order in which two who do so do not wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended('ledger/' || c.county, 0)) FROM (SELECT DISTINCT county FROM fund_accounts ORDER BY county) c;

-- name: LockFund :exec
-- Locks what a fund has not allocated until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('fund/' || sqlc.arg(fund)::bigint, 0));

-- name: FreeOf :many
-- What a county has free of funds. Served by fund_accounts_of_county.
SELECT fund, balance FROM fund_accounts WHERE county = @county AND kind = 'free' AND fund = ANY (@funds::bigint[]);

-- name: AccountsOfFunds :many
-- Served by the unique key of fund_accounts. Bounded by the counties of the city.
SELECT * FROM fund_accounts WHERE fund = ANY (@funds::bigint[]) ORDER BY fund, county, kind LIMIT 20000;

-- name: BalanceOf :one
SELECT coalesce((SELECT a.balance FROM fund_accounts a WHERE a.fund = @fund AND a.county = @county AND a.kind = @kind), 0)::bigint AS balance;

-- name: Post :exec
-- The accounts are found by the trigger.
INSERT INTO fund_postings (fund, county, kind, from_account, to_account, fen, payment, step, actor, reference, at)
VALUES (@fund, @county, @kind, 0, 0, @fen, sqlc.narg(payment), @step, @actor, @reference, @at);

-- name: Postings :many
-- Newest first. Served by fund_postings_page.
SELECT * FROM fund_postings WHERE fund = @fund AND id < sqlc.arg(before)::bigint AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text)
ORDER BY id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: DecisionIsOf :one
SELECT EXISTS (SELECT FROM decisions WHERE id = @id AND case_no = @case_no) AS found;

-- name: PaymentOfStep :one
-- Served by the unique key (case_no, step).
SELECT * FROM payments WHERE case_no = @case_no AND step = @step;

-- name: PaymentByID :one
SELECT * FROM payments WHERE id = @id;

-- name: PaymentsOfCase :many
-- Served by the unique key (case_no, step).
SELECT * FROM payments WHERE case_no = @case_no ORDER BY id LIMIT 200;

-- name: InsertPayment :one
-- Returns no row if it is paid, or going to be paid, already.
INSERT INTO payments (case_no, step, county, institution, scheme, item, period, purpose, fen, decision, asked_at)
VALUES (@case_no, @step, @county, @institution, @scheme, @item, @period, @purpose, @fen, @decision, @asked_at)
ON CONFLICT DO NOTHING RETURNING *;

-- name: CommitPayment :execrows
UPDATE payments SET fund = @fund, state = 'committed' WHERE id = @id AND state = 'unfunded';

-- name: CancelPayment :execrows
-- One that was in no run, or in one that nobody approved, or that came back.
UPDATE payments SET state = 'cancelled', reason = @reason, run = CASE WHEN state = 'bounced' THEN run END
WHERE id = @id AND state IN ('unfunded', 'committed', 'bounced');

-- name: SendPayments :execrows
UPDATE payments SET state = 'sent' WHERE run = @run AND state = 'committed' AND account IS NOT NULL;

-- name: SettlePayment :execrows
UPDATE payments SET state = @state, settled_on = @settled_on, receipt = @receipt, reason = @reason WHERE id = @id AND state = 'sent';

-- name: UnfundedPayments :many
-- The oldest first. Served by payments_waiting.
SELECT * FROM payments WHERE county = @county AND state = 'unfunded' AND purpose = ANY (@purposes::text[]) ORDER BY id LIMIT 5000;

-- name: ReclaimedFor :one
-- What was booked as come back under a step of a case. Served by the unique key (case_no, step) and fund_postings_once.
SELECT coalesce(sum(b.fen), 0)::bigint AS fen FROM payments p JOIN fund_postings b ON b.payment = p.id AND b.kind = 'reclaim' AND b.step = @step
WHERE p.case_no = @case_no;

-- name: AccountsThatDoNotAddUp :many
-- The accounts whose balance is not the sum of what was booked. Reads the whole ledger.
SELECT a.id, a.fund, a.county, a.kind, a.balance, (coalesce(i.fen, 0) - coalesce(o.fen, 0))::bigint AS booked
FROM fund_accounts a
LEFT JOIN (SELECT to_account AS account, sum(fen) AS fen FROM fund_postings GROUP BY 1) i ON i.account = a.id
LEFT JOIN (SELECT from_account AS account, sum(fen) AS fen FROM fund_postings GROUP BY 1) o ON o.account = a.id
WHERE a.balance <> coalesce(i.fen, 0) - coalesce(o.fen, 0) ORDER BY a.id LIMIT 1000;

-- name: AccountsUnlikePayments :many
-- The accounts whose balance is not that of the payments of the fund in the county. Reads the whole ledger.
SELECT a.fund, a.county, a.kind, a.balance, coalesce(p.fen, 0)::bigint AS payments FROM fund_accounts a
LEFT JOIN (
    SELECT fund, county, CASE state WHEN 'bounced' THEN 'committed' ELSE state END AS kind, sum(fen - reclaimed) AS fen FROM payments
    WHERE fund IS NOT NULL AND state <> 'cancelled' GROUP BY 1, 2, 3
) p ON p.fund = a.fund AND p.county = a.county AND p.kind = a.kind
WHERE a.kind IN ('committed', 'sent', 'paid') AND a.balance <> coalesce(p.fen, 0) ORDER BY 1, 2, 3 LIMIT 1000;

-- name: FundsThatDoNotAddUp :many
-- The funds whose accounts do not add up to zero, or that did not receive their amount.
SELECT f.id, coalesce(sum(a.balance), 0)::bigint AS sum, (-coalesce(sum(a.balance) FILTER (WHERE a.kind = 'grant'), 0))::bigint AS received, f.amount
FROM funds f LEFT JOIN fund_accounts a ON a.fund = f.id GROUP BY f.id
HAVING coalesce(sum(a.balance), 0) <> 0 OR -coalesce(sum(a.balance) FILTER (WHERE a.kind = 'grant'), 0) <> f.amount ORDER BY f.id LIMIT 1000;

-- name: LedgerSize :one
SELECT (SELECT count(*) FROM funds) AS funds, (SELECT count(*) FROM fund_accounts) AS accounts, (SELECT count(*) FROM fund_postings) AS postings,
    (SELECT count(*) FROM payments) AS payments;
