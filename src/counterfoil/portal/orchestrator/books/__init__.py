"""The books: whether everything agrees, and periods that are closed."""
