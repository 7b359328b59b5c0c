"""`nox` runs the tests that need no torch on every Python at hand, and everything else on one."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.10", "3.11", "3.12", "3.13"])
def core(session: nox.Session) -> None:
    """The tests that need no torch."""
    session.install("-c", "constraints.txt", "-e", ".[test-core]")
    session.run("python", "-m", "pytest", "-m", "not torch and not long and not any_python", *session.posargs)


@nox.session
def full(session: nox.Session) -> None:
    """All tests."""
    session.install("-c", "constraints.txt", "-e", ".[test]")
    session.run("python", "-m", "pytest", "-m", "long or not long", *session.posargs)


@nox.session
def style(session: nox.Session) -> None:
    """Types and style."""
    session.install("-c", "constraints.txt", "-e", ".[test-core]")
    session.run("ruff", "check", ".")
    session.run("mypy")
