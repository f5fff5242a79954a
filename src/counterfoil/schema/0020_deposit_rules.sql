-- Which lines of a bank became deposits by a rule. What a rule has begun it ends, whenever that is.
CREATE TABLE deposit_by_rule (
    issuer_id int NOT NULL,
    entry_id bigint NOT NULL,
    rule_id int NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    why_not text,
    PRIMARY KEY (issuer_id, entry_id),
    FOREIGN KEY (issuer_id, entry_id) REFERENCES bank_entry,
    FOREIGN KEY (issuer_id, rule_id) REFERENCES deposit_rule
);
CREATE INDEX deposit_by_rule_begun ON deposit_by_rule (issuer_id, entry_id)
WHERE ended_at IS NULL;
COMMENT ON COLUMN deposit_by_rule.why_not IS 'why no stock was provisioned from it, or no deposit made';
