"""The door: signing in, the second factor, and what a person keeps of their own account."""
