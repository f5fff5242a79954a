"""Guarded commands: prepared by one, approved by others, carried out once.

    prepare ─▶ command ─┬─ decision: approve, reject, withdraw
                        ▼
    carry_out: seals, content, people, number of approvals ─▶ the effect, in one transaction

Everything the portal changes of the engine's goes this way, and so does what an API client asks
for without being allowed to act unattended. A kind that needs no approval is carried out as soon
as a worker sees it.
"""
