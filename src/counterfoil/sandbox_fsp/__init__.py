"""A small bank in a process of its own, to try payments against: accounts, a log of transfers
that survives kill -9, and accounts that misbehave on demand. It knows nothing of vouchers.
"""
