-- What the journal says about a provision, a version of a voucher group, an acceptor or another
-- thing that is no voucher: those operations are few, and the others are not in this index.

CREATE INDEX operation_subject ON operation (issuer_id, subject, operation_id)
WHERE subject IS NOT NULL;

-- Money that people moved, and what it was earmarked for: a page of it reads no redemption.

CREATE INDEX operation_money ON operation (issuer_id, operation_id)
WHERE action IN (102, 103, 104);
