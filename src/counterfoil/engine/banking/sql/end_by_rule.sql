-- A rule has done what it says with a line, or cannot.
--
-- In:     issuer_id int, entry_id bigint, why_not text (null: it has)
-- Locks:  the row
-- Caller: engine.banking.deposit_rules
UPDATE deposit_by_rule
SET ended_at = now(), why_not = %(why_not)s
WHERE issuer_id = %(issuer_id)s AND entry_id = %(entry_id)s AND ended_at IS NULL
