"""Accounts as others know them: which rails there are, whether a provider has the account that an
acceptor is paid to, and whose an identifier is. Providers are asked in gateway/; here it is kept.
"""
