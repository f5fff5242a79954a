"""Organisations that buy vouchers: their profile, the guided form that the issuer's people and the
applicant share, the mails, and how a profile learns that the engine has registered it.
"""
