-- +goose Up

-- A fund 专项资金: from which level it comes, under which document, for which purposes (专款专用), in whole fen. What it has is in
-- its accounts; how it came there in the postings.
CREATE TABLE funds (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      text NOT NULL CHECK (source IN ('central', 'province', 'city', 'county')),
    title       text NOT NULL CHECK (title <> ''),
    document    text NOT NULL CHECK (document <> ''),
    document_on date NOT NULL,
    purposes    text[] NOT NULL CHECK (cardinality(purposes) BETWEEN 1 AND 20),
    year        integer NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    amount      bigint NOT NULL CHECK (amount > 0),
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL
);

-- An account of a fund: its source (grant, which goes below zero by what was received), what it has not allocated, and of each county
-- what is free, committed, at the bank, paid, and come back from payees. No balance but that of the source goes below zero.
CREATE TABLE fund_accounts (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund    bigint NOT NULL REFERENCES funds (id),
    county  text NOT NULL, -- empty: of the fund as a whole
    kind    text NOT NULL CHECK (kind IN ('grant', 'unallocated', 'free', 'committed', 'sent', 'paid', 'reclaimed')),
    balance bigint NOT NULL DEFAULT 0,
    UNIQUE (fund, county, kind),
    CHECK ((county = '') = (kind IN ('grant', 'unallocated'))),
    CONSTRAINT fund_accounts_covered CHECK (balance >= 0 OR kind = 'grant')
);
CREATE INDEX fund_accounts_of_county ON fund_accounts (county, kind, fund);

-- Bank accounts of payees: what was entered, in versions. Sealed: the holder's name, the bank, the number.
CREATE TABLE payee_accounts (
    institution text NOT NULL REFERENCES institutions (id),
    version     integer NOT NULL,
    county      text NOT NULL,
    account     bytea NOT NULL,
    entered_by  text NOT NULL,
    entered_at  timestamptz NOT NULL,
    PRIMARY KEY (institution, version)
);

-- A payment run 拨付批次 of a county: drawn up by one person and approved by another.
CREATE TABLE payment_runs (
    number       text PRIMARY KEY,
    county       text NOT NULL,
    state        text NOT NULL DEFAULT 'drafted' CHECK (state IN ('drafted', 'approved', 'settled', 'discarded')),
    payments     integer NOT NULL,
    fen          bigint NOT NULL,
    drawn_by     text NOT NULL,
    drawn_at     timestamptz NOT NULL,
    approved_by  text,
    approved_at  timestamptz,
    settled_at   timestamptz,
    discarded_by text,
    discarded_at timestamptz,
    CONSTRAINT payment_runs_two_persons CHECK (approved_by <> drawn_by),
    CHECK ((approved_by IS NOT NULL) = (state IN ('approved', 'settled')))
);
CREATE INDEX payment_runs_page ON payment_runs (county, drawn_at DESC, number DESC);
CREATE INDEX payment_runs_all ON payment_runs (drawn_at DESC, number DESC);

-- A payment that a case asked for, once for the step. decision is what fixed its amount.
CREATE TABLE payments (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_no     text NOT NULL REFERENCES cases (case_no),
    step        text NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    scheme      text NOT NULL CHECK (scheme <> ''),
    item        text NOT NULL,
    period      text NOT NULL,
    purpose     text NOT NULL CHECK (purpose <> ''),
    fen         bigint NOT NULL CHECK (fen > 0),
    decision    text NOT NULL REFERENCES decisions (id),
    fund        bigint REFERENCES funds (id),
    state       text NOT NULL DEFAULT 'unfunded' CHECK (state IN ('unfunded', 'committed', 'sent', 'paid', 'bounced', 'cancelled')),
    run         text REFERENCES payment_runs (number),
    account     integer, -- version of the payee's account
    reclaimed   bigint NOT NULL DEFAULT 0 CHECK (reclaimed BETWEEN 0 AND fen),
    asked_at    timestamptz NOT NULL,
    settled_on  date,
    receipt     text NOT NULL DEFAULT '',
    reason      text NOT NULL DEFAULT '',
    UNIQUE (case_no, step),
    FOREIGN KEY (institution, account) REFERENCES payee_accounts (institution, version),
    CHECK (fund IS NOT NULL OR state IN ('unfunded', 'cancelled')),
    CHECK (run IS NOT NULL AND account IS NOT NULL OR state NOT IN ('sent', 'paid', 'bounced')),
    CHECK (reclaimed = 0 OR state = 'paid')
);
-- Nothing is paid twice, whichever fund it would be paid from (P05-R5).
CREATE UNIQUE INDEX payments_once ON payments (scheme, institution, item, period) WHERE state <> 'cancelled';
CREATE INDEX payments_page ON payments (county, id DESC);
CREATE INDEX payments_of_institution ON payments (institution, id DESC);
CREATE INDEX payments_of_run ON payments (run, id) WHERE run IS NOT NULL;
CREATE INDEX payments_waiting ON payments (county, state, id) WHERE state IN ('unfunded', 'committed', 'bounced');
CREATE INDEX payments_of_fund ON payments (fund, county, state) WHERE fund IS NOT NULL;

-- What was booked, append-only: an amount from one account to another of the same fund, so that the accounts of a fund always add up
-- to zero. The trigger finds the accounts by the kind.
CREATE TABLE fund_postings (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund         bigint NOT NULL REFERENCES funds (id),
    county       text NOT NULL DEFAULT '',
    kind         text NOT NULL,
    from_account bigint NOT NULL REFERENCES fund_accounts (id),
    to_account   bigint NOT NULL REFERENCES fund_accounts (id),
    fen          bigint NOT NULL CHECK (fen > 0),
    payment      bigint REFERENCES payments (id),
    step         text NOT NULL DEFAULT '',
    actor        text NOT NULL,
    reference    text NOT NULL DEFAULT '',
    at           timestamptz NOT NULL
);
CREATE INDEX fund_postings_page ON fund_postings (fund, id DESC);
CREATE INDEX fund_postings_from ON fund_postings (from_account, id);
CREATE INDEX fund_postings_to ON fund_postings (to_account, id);
-- A payment is committed, sent, paid, bounced and released once each; money comes back from it once for the step.
CREATE UNIQUE INDEX fund_postings_once ON fund_postings (payment, kind, step);

-- +goose StatementBegin
CREATE FUNCTION post_money() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    source text;
    target text;
    paid   payments%ROWTYPE;
BEGIN
    SELECT r.source, r.target INTO source, target FROM (VALUES
        ('create', 'grant', 'unallocated'), ('allocate', 'unallocated', 'free'), ('take_back', 'free', 'unallocated'),
        ('commit', 'free', 'committed'), ('release', 'committed', 'free'), ('send', 'committed', 'sent'), ('pay', 'sent', 'paid'),
        ('bounce', 'sent', 'committed'), ('reclaim', 'paid', 'reclaimed'), ('restore', 'reclaimed', 'unallocated')
    ) r (kind, source, target) WHERE r.kind = NEW.kind;
    IF source IS NULL THEN
        RAISE EXCEPTION 'no such kind of posting: %', NEW.kind USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.payment IS NOT NULL) <> (NEW.kind IN ('commit', 'release', 'send', 'pay', 'bounce', 'reclaim'))
        OR (NEW.county = '') <> (NEW.kind = 'create') OR (NEW.step <> '') <> (NEW.kind = 'reclaim') THEN
        RAISE EXCEPTION 'a posting % with the wrong particulars', NEW.kind USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.payment IS NOT NULL THEN
        SELECT * INTO paid FROM payments WHERE id = NEW.payment;
        IF paid.id IS NULL OR paid.fund IS DISTINCT FROM NEW.fund OR paid.county <> NEW.county
            OR (NEW.kind <> 'reclaim' AND paid.fen <> NEW.fen) THEN
            RAISE EXCEPTION 'a posting % that is not of payment %', NEW.kind, NEW.payment USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.kind = 'commit' AND NOT EXISTS (SELECT FROM funds f WHERE f.id = NEW.fund AND paid.purpose = ANY (f.purposes)) THEN
            RAISE EXCEPTION 'fund % is not for %', NEW.fund, paid.purpose USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.kind = 'reclaim' THEN
            UPDATE payments SET reclaimed = reclaimed + NEW.fen WHERE id = NEW.payment;
        END IF;
    END IF;
    INSERT INTO fund_accounts (fund, county, kind)
    SELECT NEW.fund, CASE WHEN k IN ('grant', 'unallocated') THEN '' ELSE NEW.county END, k FROM unnest(ARRAY[source, target]) k ORDER BY k
    ON CONFLICT DO NOTHING;
    SELECT a.id INTO NEW.from_account FROM fund_accounts a WHERE a.fund = NEW.fund AND a.kind = source AND a.county IN ('', NEW.county)
        AND (a.county = '') = (source IN ('grant', 'unallocated'));
    SELECT a.id INTO NEW.to_account FROM fund_accounts a WHERE a.fund = NEW.fund AND a.kind = target AND a.county IN ('', NEW.county)
        AND (a.county = '') = (target IN ('grant', 'unallocated'));
    -- In the order of the accounts, so that two postings do not wait for each other.
    UPDATE fund_accounts SET balance = balance + CASE WHEN id = NEW.to_account THEN NEW.fen ELSE -NEW.fen END
        WHERE id = least(NEW.from_account, NEW.to_account);
    UPDATE fund_accounts SET balance = balance + CASE WHEN id = NEW.to_account THEN NEW.fen ELSE -NEW.fen END
        WHERE id = greatest(NEW.from_account, NEW.to_account);
    RETURN NEW;
END
$$;
CREATE TRIGGER post_money BEFORE INSERT ON fund_postings FOR EACH ROW EXECUTE FUNCTION post_money();

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['funds', 'fund_accounts', 'fund_postings', 'payments', 'payment_runs', 'payee_accounts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY engine ON %I USING (principal_role() = ''engine'')', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['fund_accounts', 'fund_postings', 'payment_runs'] LOOP
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT USING (principal_role() IN (''city_finance'', ''city_office'', ''auditor'')'
            ' OR (principal_role() IN (''finance'', ''county_office'') AND county = principal_county()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- What there is for which purpose is public among the offices.
CREATE POLICY see ON funds FOR SELECT USING (principal_role() IN ('finance', 'city_finance', 'county_office', 'city_office', 'auditor'));
CREATE POLICY see ON payments FOR SELECT USING (pays_in(county)
    OR (principal_role() IN ('institution', 'county_office', 'city_office', 'auditor') AND may_see(county, institution)));
-- An account is read and entered by its institution, and read by the finance that pays to it.
CREATE POLICY own ON payee_accounts USING (principal_role() = 'institution' AND institution = principal_institution())
    WITH CHECK (principal_role() = 'institution' AND institution = principal_institution() AND county = principal_county());
CREATE POLICY pays ON payee_accounts FOR SELECT USING (principal_role() = 'finance' AND county = principal_county());
CREATE POLICY reseal ON payee_accounts AS RESTRICTIVE FOR UPDATE USING (principal_role() = 'engine');

GRANT SELECT, INSERT ON funds, fund_postings, payments, payment_runs, payee_accounts TO tuoyu_app;
GRANT SELECT ON fund_accounts TO tuoyu_app;
-- What was asked for and by which decision is never changed, and a balance by postings only.
GRANT UPDATE (fund, state, run, account, settled_on, receipt, reason) ON payments TO tuoyu_app;
GRANT UPDATE (state, payments, fen, approved_by, approved_at, settled_at, discarded_by, discarded_at) ON payment_runs TO tuoyu_app;
GRANT UPDATE (account) ON payee_accounts TO tuoyu_app;

-- +goose Down
DROP TABLE fund_postings, payments, payment_runs, payee_accounts, fund_accounts, funds;
DROP FUNCTION post_money;
