-- Guarded commands: what was prepared, by whom, who approved it, and what came of it.
--
-- The row is the job: a worker finds it, and checks and carries it out in one transaction. Who
-- prepares and who approves can only add rows; each row is sealed by the process that vouches
-- for the person, so that a row written by hand is worth nothing.

CREATE TABLE command (
    issuer_id int NOT NULL REFERENCES issuer,
    command_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    content bytea NOT NULL,
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 128),
    currency char(3),
    amount_minor bigint CHECK (amount_minor >= 0),
    approvals int NOT NULL CHECK (approvals BETWEEN 0 AND 9),
    prepared_by text NOT NULL,
    prepared_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    reason text NOT NULL DEFAULT '',
    seal bytea NOT NULL,
    status text NOT NULL DEFAULT 'waiting' CHECK (
        status IN ('waiting', 'done', 'refused', 'rejected', 'withdrawn', 'expired')
    ),
    outcome text,
    finished_at timestamptz,
    PRIMARY KEY (issuer_id, command_id),
    CHECK ((status = 'waiting') = (finished_at IS NULL))
);
CREATE INDEX command_waiting ON command (issuer_id, prepared_at) WHERE status = 'waiting';
CREATE INDEX command_listed ON command (issuer_id, prepared_at DESC, command_id);
CREATE INDEX command_subject ON command (issuer_id, subject, prepared_at DESC);
CREATE INDEX command_left ON command (issuer_id) WHERE status = 'done' AND outcome IS NULL;
COMMENT ON COLUMN command.approvals IS
'how many it was shown to need when it was prepared; what counts is the rule when it is carried out';

CREATE TABLE decision (
    issuer_id int NOT NULL,
    command_id uuid NOT NULL,
    decided_by text NOT NULL,
    on_behalf_of text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('approve', 'reject', 'withdraw')),
    content_digest bytea NOT NULL,
    reason text NOT NULL DEFAULT '',
    decided_at timestamptz NOT NULL DEFAULT now(),
    seal bytea NOT NULL,
    PRIMARY KEY (issuer_id, command_id, decided_by, verdict),
    FOREIGN KEY (issuer_id, command_id) REFERENCES command
);
COMMENT ON COLUMN decision.on_behalf_of IS
'whose power it was: the same as decided_by unless that person had delegated it';

-- How many approvals a kind of command needs from an amount on; without a row the kind's own.
CREATE TABLE approval_rule (
    issuer_id int NOT NULL REFERENCES issuer,
    kind text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^([A-Z]{3})?$'),
    amount_minor_from bigint NOT NULL CHECK (amount_minor_from >= 0),
    approvals int NOT NULL CHECK (approvals BETWEEN 1 AND 9),
    PRIMARY KEY (issuer_id, kind, currency, amount_minor_from)
);
COMMENT ON COLUMN approval_rule.currency IS 'empty: whatever the currency';
