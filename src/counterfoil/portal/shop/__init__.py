"""A merchant's or an agent's own pages: how it stands, what it is owed, its details, its people."""
