-- Begin a sale.
--
-- In:     issuer_id int, sale_id uuid, organisation_id int, funding_account_id int,
--         held_until timestamptz
-- Out:    one row; none where there is a sale of that id
-- Locks:  log_head is ours
-- Caller: engine.sales.promising
INSERT INTO sale (
    issuer_id, sale_id, organisation_id, funding_account_id, status, held_until, created_at
)
VALUES (
    %(issuer_id)s,
    %(sale_id)s,
    %(organisation_id)s,
    %(funding_account_id)s,
    'holding',
    %(held_until)s,
    now()
)
ON CONFLICT (issuer_id, sale_id) DO NOTHING
RETURNING sale_id
