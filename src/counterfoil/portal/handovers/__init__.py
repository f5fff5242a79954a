"""Handing vouchers out to an organisation's own people.

people   what they are called is sealed with the portal's key, for that organisation alone
numbers  are sealed by the engine for a key pair of the handover; its private half is wrapped
         with a password, and is gone as soon as they were fetched
"""
