"""Rewrites that leave a program what it is, and whether bce-lint says the same of it afterwards."""
