"""What banks tell of funding accounts, taken into the ledger whole or not at all.

told       a file as it was read
refusing   what it speaks of is ours, or nothing of it counts
taking     it as one transaction
lines      what a line of an account is in the ledger
explaining the lines that are not in it yet
balancing  statements lead from one to the next, and to what the ledger says
exceptions what does not agree: opened once, ended when it agrees
looking    again, when the journal went on
reading    all of it as it stands
"""
