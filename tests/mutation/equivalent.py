"""Mutants that are the same program for whoever uses it, each with the reason; the score leaves them out."""

from __future__ import annotations

EQUIVALENT: dict[str, str] = {}
"""By the mutant's key, as the report shows it."""
