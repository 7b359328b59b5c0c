"""How long bce-lint takes, next to what it cannot do without: `python -m benchmarks [FOLDER ...]`, `python -m benchmarks.verify`."""
