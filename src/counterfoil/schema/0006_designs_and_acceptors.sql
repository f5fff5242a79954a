-- What the designer of a voucher and the registrar of merchants need: pictures, restock levels and
-- what becomes of unused value; bank data that changes after a cooling-off, and payouts held.

ALTER TABLE group_version
ADD COLUMN picture text CHECK (picture ~ '^[0-9a-f]{64}$'),
ADD COLUMN restock_level int CHECK (restock_level >= 0),
ADD COLUMN unused_value text NOT NULL DEFAULT 'issuer'
CHECK (unused_value IN ('issuer', 'buyer', 'breakage'));
COMMENT ON COLUMN group_version.picture IS 'SHA-256 of the picture as it is kept, in hex';
COMMENT ON COLUMN group_version.restock_level IS
'how many vouchers in stock are few; null warns of nothing';
COMMENT ON COLUMN group_version.unused_value IS
'whose the value of a sold voucher is when it is cancelled or expires';

ALTER TABLE acceptor
ADD COLUMN scheme text NOT NULL DEFAULT 'account'
CHECK (scheme IN ('account', 'iban', 'wallet')),
ADD COLUMN payouts_held boolean NOT NULL DEFAULT FALSE,
ADD COLUMN payouts_hold_reason text NOT NULL DEFAULT '',
ADD COLUMN next_scheme text CHECK (next_scheme IN ('account', 'iban', 'wallet')),
ADD COLUMN next_fsp text,
ADD COLUMN next_account text,
ADD COLUMN next_from timestamptz,
ADD CONSTRAINT acceptor_next_bank_data CHECK (
    num_nulls(next_scheme, next_fsp, next_account, next_from) IN (0, 4)
);
CREATE INDEX acceptor_next_from ON acceptor (issuer_id, next_from) WHERE next_from IS NOT NULL;
COMMENT ON COLUMN acceptor.next_from IS 'when its next bank data counts; payouts wait until then';

ALTER TABLE issuer_setting
ADD COLUMN cooling_off_days int NOT NULL DEFAULT 3 CHECK (cooling_off_days BETWEEN 0 AND 30);

ALTER TABLE client
ADD COLUMN unattended_minor_max bigint NOT NULL DEFAULT 0 CHECK (unattended_minor_max >= 0);
COMMENT ON COLUMN client.unattended_minor_max IS
'the most one guarded command may move that an unattended client asks for, in minor units';
