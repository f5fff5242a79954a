-- Which rail pays whom, and what goes to banks in files.

-- The first that fits counts. Without any there is the sandbox provider alone.
CREATE TABLE payout_route (
    issuer_id int NOT NULL REFERENCES issuer,
    position int NOT NULL CHECK (position > 0),
    scheme text CHECK (scheme IN ('account', 'iban', 'wallet')),
    currency char(3),
    programme_id int,
    rail text NOT NULL CHECK (rail ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    PRIMARY KEY (issuer_id, position),
    FOREIGN KEY (issuer_id, programme_id) REFERENCES programme
);
COMMENT ON COLUMN payout_route.programme_id IS 'of the terms that a payout is made by; null is any';
COMMENT ON COLUMN payout_route.rail IS 'as the settings of the worker name it';

-- Payments that go to a bank in one file. The same batch is the same file whenever it is written.
CREATE TABLE bank_batch (
    issuer_id int NOT NULL,
    batch_id uuid NOT NULL,
    rail text NOT NULL,
    funding_account_id int NOT NULL,
    payments int NOT NULL CHECK (payments > 0),
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    pay_on date NOT NULL,
    made_at timestamptz NOT NULL,
    put_at timestamptz,
    answered_at timestamptz,
    refused text,
    PRIMARY KEY (issuer_id, batch_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account
);
CREATE INDEX bank_batch_unput ON bank_batch (issuer_id, rail, made_at) WHERE put_at IS NULL;
CREATE INDEX bank_batch_silent ON bank_batch (issuer_id, put_at) WHERE answered_at IS NULL;
COMMENT ON COLUMN bank_batch.put_at IS 'when the bank had the file';
COMMENT ON COLUMN bank_batch.answered_at IS 'when it first said anything of it';

ALTER TABLE payment
ADD COLUMN scheme text NOT NULL DEFAULT 'account' CHECK (scheme IN ('account', 'iban', 'wallet')),
ADD COLUMN batch_id uuid;
COMMENT ON COLUMN payment.scheme IS 'what credit_account is';
CREATE INDEX payment_of_batch ON payment (issuer_id, batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX payment_unbatched ON payment (issuer_id, rail, funding_account_id)
WHERE status = 'pending' AND run_id IS NOT NULL AND batch_id IS NULL;
