"""`python -m counterfoil` is the command `counterfoil`."""

from counterfoil.cli import main

main()
