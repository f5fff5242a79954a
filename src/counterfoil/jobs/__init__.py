"""Work that outlives the request that asked for it: queued tasks and the loops of the worker."""

from typing import Final

SCHEMA: Final = "jobs"  # the database schema of the queue's tables
STEP: Final = "jobs"  # their name in the record of what was applied
