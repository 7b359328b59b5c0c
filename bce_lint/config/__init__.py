"""Settings: what a project's `bce-lint.toml` or `pyproject.toml` and the command line say, and what follows of it for each file."""
