"""Mutation testing: one change of the package at a time, and whether a fixture or a test notices."""
