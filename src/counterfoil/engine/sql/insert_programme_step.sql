-- Note who took a step of a programme, when and why.
--
-- In:     issuer_id, programme_id int, status text, at timestamptz, actor text, reason text
-- Locks:  log_head is ours
-- Caller: engine.programmes, engine.programme_steps
INSERT INTO programme_step (issuer_id, programme_id, status, at, actor, reason)
VALUES (%(issuer_id)s, %(programme_id)s, %(status)s, %(at)s, %(actor)s, %(reason)s)
