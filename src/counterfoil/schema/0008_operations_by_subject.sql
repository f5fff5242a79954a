-- What the journal says about a provision, a version of a voucher group, an acceptor or another
-- thing that is no voucher: those operations are few, and the others are not in this index.

CREATE INDEX operation_subject ON operation (issuer_id, subject, operation_id)
WHERE subject IS NOT NULL;
