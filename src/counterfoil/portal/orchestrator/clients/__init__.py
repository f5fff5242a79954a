"""Calling systems: which there are, what each may do, and the key that is shown once."""
