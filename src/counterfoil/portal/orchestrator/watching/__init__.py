"""Watching what happens."""
