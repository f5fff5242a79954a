-- Programmes with a budget, dates and a life of their own; and how purged vouchers had ended,
-- so that what was redeemed stays known when the vouchers themselves are forgotten.

ALTER TABLE funding_account ADD COLUMN name text NOT NULL DEFAULT '';

ALTER TABLE programme
ADD COLUMN description text NOT NULL DEFAULT '',
ADD COLUMN status text NOT NULL DEFAULT 'open' CHECK (
    status IN ('open', 'sales_closed', 'redemption_closed', 'claims_closed', 'closed')
),
ADD COLUMN budget_minor bigint CONSTRAINT programme_budget CHECK (budget_minor > 0),
ADD COLUMN starts_on date,
ADD COLUMN sales_close_on date,
ADD COLUMN redemption_close_on date,
ADD COLUMN claims_close_on date,
ADD COLUMN changed_version bigint NOT NULL DEFAULT 1,
ADD CONSTRAINT programme_code CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,19}$'),
ADD CONSTRAINT programme_name CHECK (name <> ''),
ADD CONSTRAINT programme_dates_in_order CHECK (
    starts_on <= sales_close_on
    AND starts_on <= redemption_close_on
    AND starts_on <= claims_close_on
    AND sales_close_on <= redemption_close_on
    AND sales_close_on <= claims_close_on
    AND redemption_close_on <= claims_close_on
);
CREATE INDEX programme_changed ON programme (issuer_id, changed_version);
COMMENT ON COLUMN programme.budget_minor IS 'the most that may ever be committed; null: no limit';

-- Who took which step, when and why.
CREATE TABLE programme_step (
    issuer_id int NOT NULL,
    programme_id int NOT NULL,
    status text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (issuer_id, programme_id, status),
    FOREIGN KEY (issuer_id, programme_id) REFERENCES programme
);

-- A bulk change of a whole programme is its closing: it ends what is left of the vouchers.
ALTER TABLE bulk ADD COLUMN programme_id int;
CREATE INDEX bulk_programme ON bulk (issuer_id, programme_id) WHERE programme_id IS NOT NULL;

-- Purged vouchers by how they had ended; `stock_count` has them as purged only.
CREATE TABLE purged_count (
    issuer_id int NOT NULL,
    group_id int NOT NULL,
    amount_minor bigint NOT NULL,
    state smallint NOT NULL CHECK (state IN (5, 8, 9)),
    vouchers bigint NOT NULL CHECK (vouchers > 0),
    PRIMARY KEY (issuer_id, group_id, amount_minor, state)
);
INSERT INTO purged_count (issuer_id, group_id, amount_minor, state, vouchers)
SELECT
    issuer_id,
    group_id,
    amount_minor,
    prior_state,
    count(*)
FROM voucher
WHERE state = 10
GROUP BY issuer_id, group_id, amount_minor, prior_state;
