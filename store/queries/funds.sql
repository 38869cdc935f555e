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

-- name: PaymentAbout :one
-- What was paid to a payee for one of the items and a period, or is going to be. Served by payments_once.
SELECT case_no, state FROM payments
WHERE scheme = @scheme AND institution = @institution AND item = ANY (sqlc.arg(items)::text[]) AND period = @period AND state <> 'cancelled'
ORDER BY id LIMIT 1;

-- name: BouncedPayment :one
-- The payment of a case that the bank returned, with whether the account it went to is still the payee's last one. Served by the unique
-- key (case_no, step).
SELECT p.reason, (p.account = (SELECT max(a.version) FROM payee_accounts a WHERE a.institution = p.institution))::boolean AS same_account
FROM payments p WHERE p.case_no = @case_no AND p.state = 'bounced' ORDER BY p.id DESC LIMIT 1;

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

-- name: PaymentList :many
-- Newest first. Served by payments_page (county, id DESC), payments_of_institution (institution, id DESC), payments_of_run or the primary key.
SELECT sqlc.embed(p), coalesce((SELECT f.title FROM funds f WHERE f.id = p.fund), '')::text AS fund_title FROM payments p
WHERE p.id < sqlc.arg(before)::bigint AND (sqlc.arg(county)::text = '' OR p.county = sqlc.arg(county)::text)
    AND (sqlc.arg(institution)::text = '' OR p.institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(state)::text = '' OR p.state = sqlc.arg(state)::text) AND (sqlc.arg(purpose)::text = '' OR p.purpose = sqlc.arg(purpose)::text)
    AND (sqlc.arg(run)::text = '' OR p.run = sqlc.arg(run)::text)
    AND (sqlc.arg(prefix)::text = '' OR p.case_no COLLATE "C" >= sqlc.arg(prefix)::text AND p.case_no COLLATE "C" < sqlc.arg(prefix)::text || '~')
    AND (sqlc.narg(parties)::text[] IS NULL OR p.institution = ANY (sqlc.narg(parties)::text[]))
ORDER BY p.id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: PaymentsToRun :many
-- The oldest first. Served by payments_waiting.
SELECT * FROM payments WHERE county = @county AND state = 'committed' AND run IS NULL ORDER BY id LIMIT sqlc.arg(most)::integer;

-- name: PaymentsOfRun :many
-- Served by payments_of_run.
SELECT * FROM payments WHERE run = sqlc.arg(run)::text ORDER BY id LIMIT 5000;

-- name: OpenPayTasks :many
-- The open tasks of cases by which a payment is settled. Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = ANY (@case_nos::text[]) AND state = 'open' AND outcomes @> '{paid,bounced}' ORDER BY opened_at, id LIMIT 5000;

-- name: OpenReturnTask :many
-- The open task of a case by which finance confirms that money came back. Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = @case_no AND state = 'open' AND role IN ('finance', 'city_finance') AND kind LIKE '%.returned' ORDER BY opened_at LIMIT 1;

-- name: MoneyToComeBack :many
-- The tasks by which finance waits for money to come back, nearest due first, with what of it was paid. Served by tasks_inbox and, for the
-- whole city, tasks_of_role.
SELECT t.id, t.case_no, t.title, t.county, t.institution, t.due_on, t.overdue_at, t.sort_on,
    coalesce((SELECT sum(p.fen - p.reclaimed) FROM payments p WHERE p.case_no = t.case_no AND p.state = 'paid'), 0)::bigint AS fen,
    coalesce((SELECT sum(p.reclaimed) FROM payments p WHERE p.case_no = t.case_no AND p.state = 'paid'), 0)::bigint AS reclaimed,
    coalesce((SELECT max(p.id) FROM payments p WHERE p.case_no = t.case_no AND p.state = 'paid'), 0)::bigint AS payment
FROM tasks t WHERE t.state = 'open' AND t.role = 'finance' AND (sqlc.arg(county)::text = '' OR t.county = sqlc.arg(county)::text)
    AND t.kind LIKE '%.returned' AND (t.sort_on, t.id) > (sqlc.arg(after_on)::date, sqlc.arg(after_id)::text)
ORDER BY t.sort_on, t.id LIMIT sqlc.arg(page_size)::integer;

-- name: InsertRun :exec
INSERT INTO payment_runs (number, county, payments, fen, drawn_by, drawn_at) VALUES (@number, @county, @payments, @fen, @drawn_by, @drawn_at);

-- name: PutIntoRun :execrows
UPDATE payments p SET run = sqlc.arg(run)::text, account = x.version
FROM (SELECT unnest(@ids::bigint[]) AS id, unnest(@versions::integer[]) AS version) x
WHERE p.id = x.id AND p.county = @county AND p.state = 'committed' AND p.run IS NULL;

-- name: EmptyRun :exec
UPDATE payments SET run = NULL, account = NULL WHERE run = sqlc.arg(run)::text AND state = 'committed';

-- name: RunByNumber :one
SELECT * FROM payment_runs WHERE number = @number;

-- name: Runs :many
-- Newest first. Served by payment_runs_page (county, drawn_at DESC, number DESC) and payment_runs_all.
SELECT * FROM payment_runs WHERE (drawn_at, number) < (sqlc.arg(before_at)::timestamptz, sqlc.arg(before_number)::text)
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(state)::text = '' OR state = sqlc.arg(state)::text)
ORDER BY drawn_at DESC, number DESC LIMIT sqlc.arg(page_size)::integer;

-- name: ApproveRun :execrows
UPDATE payment_runs SET state = 'approved', approved_by = sqlc.arg(account)::text, approved_at = sqlc.arg(at)::timestamptz, payments = @payments, fen = @fen
WHERE number = @number AND state = 'drafted' AND drawn_by <> sqlc.arg(account)::text;

-- name: DiscardRun :execrows
UPDATE payment_runs SET state = 'discarded', discarded_by = sqlc.arg(account)::text, discarded_at = sqlc.arg(at)::timestamptz
WHERE number = @number AND state = 'drafted';

-- name: EndRun :exec
-- Ends a run of which the bank has nothing any more.
UPDATE payment_runs SET state = 'settled', settled_at = sqlc.arg(at)::timestamptz WHERE number = @number AND state = 'approved'
    AND NOT EXISTS (SELECT FROM payments p WHERE p.run = payment_runs.number AND p.state = 'sent');

-- name: PayeeAccounts :many
-- The last account of each payee. Served by the primary key.
SELECT DISTINCT ON (institution) * FROM payee_accounts WHERE institution = ANY (@institutions::text[]) ORDER BY institution, version DESC LIMIT 5000;

-- name: PayeeAccountsUsed :many
-- The accounts of payees in these versions. Served by the primary key.
SELECT a.* FROM payee_accounts a JOIN (SELECT unnest(@institutions::text[]) AS institution, unnest(@versions::integer[]) AS version) x
    ON x.institution = a.institution AND x.version = a.version LIMIT 5000;

-- name: PayeeAccountVersions :many
-- What an institution entered, the last first. Served by the primary key.
SELECT * FROM payee_accounts WHERE institution = @institution ORDER BY version DESC LIMIT 50;

-- name: InsertPayeeAccount :exec
INSERT INTO payee_accounts (institution, version, county, account, entered_by, entered_at)
VALUES (@institution, @version, @county, @account, @entered_by, @entered_at);

-- name: NoteAccountReadings :exec
INSERT INTO record_reads (subject, about, county, reader, reader_role, institution, purpose, fields, at)
SELECT 'payee_account', unnest(@about::text[]), sqlc.arg(county)::text, sqlc.arg(reader)::text, sqlc.arg(reader_role)::text,
    sqlc.arg(institution)::text, sqlc.arg(purpose)::text, '{}', sqlc.arg(at)::timestamptz;

-- name: FundStatement :many
-- What was asked for and paid, summed by institution, county or purpose, of the funds of a year; without a year of all, and with what no fund
-- covers. Served by payments_page, payments_of_institution or a scan: it sums every payment that is not cancelled.
SELECT (CASE sqlc.arg(by)::text WHEN 'institution' THEN p.institution WHEN 'county' THEN p.county ELSE p.purpose END)::text AS key,
    count(*) AS payments, sum(p.fen)::bigint AS asked,
    coalesce(sum(p.fen) FILTER (WHERE p.state = 'unfunded'), 0)::bigint AS unfunded,
    coalesce(sum(p.fen) FILTER (WHERE p.state IN ('committed', 'bounced')), 0)::bigint AS committed,
    coalesce(sum(p.fen) FILTER (WHERE p.state = 'sent'), 0)::bigint AS sent,
    coalesce(sum(p.fen) FILTER (WHERE p.state = 'paid'), 0)::bigint AS paid,
    coalesce(sum(p.reclaimed), 0)::bigint AS reclaimed
FROM payments p LEFT JOIN funds f ON f.id = p.fund
WHERE p.state <> 'cancelled' AND (sqlc.arg(county)::text = '' OR p.county = sqlc.arg(county)::text)
    AND (sqlc.arg(year)::integer = 0 OR f.year = sqlc.arg(year)::integer)
GROUP BY 1 ORDER BY 1 LIMIT 5000;
