-- A bulk change reaches the vouchers that existed when it was asked for: one that replaces
-- vouchers must not come upon its own replacements.

ALTER TABLE bulk ADD COLUMN serial_last bigint NOT NULL;
