"""The integrity log: imports nothing from the rest, so that a third party can read it alone."""
