"""The command line."""

from __future__ import annotations

from bce_lint.cli.main import main

__all__ = ["main"]
