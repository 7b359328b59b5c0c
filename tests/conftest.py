"""What all tests share."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = ["fixtures"]
# Tests that run torch live in files of their own and carry the mark `torch`; without torch they cannot even be imported.
collect_ignore_glob = [] if find_spec("torch") else ["*_torch.py"]
