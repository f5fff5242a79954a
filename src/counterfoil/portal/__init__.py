"""The control plane: people and their roles, in Django. It reads the ledger and never writes it."""

from typing import Final

PREFIX: Final = "/portal"
SCHEMA: Final = "portal"  # the database schema of its own tables
STEP: Final = "portal"  # their name in the record of what was applied
