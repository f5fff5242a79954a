"""The bank: what its files say of the funding accounts, and what does not agree with the ledger."""
