-- A voucher that was handed out in place of one whose redemption was refunded tells of it.
CREATE UNIQUE INDEX redemption_refund_replaced ON redemption_refund (issuer_id, replaced_by)
WHERE replaced_by IS NOT NULL;
