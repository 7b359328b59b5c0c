"""Random programs of Python's grammar."""

from __future__ import annotations

from typing import Final

import hypothesmith
from hypothesis import strategies as st

ANY_PROGRAM: Final[st.SearchStrategy[str]] = st.deferred(hypothesmith.from_grammar)
"""To prepare the grammar takes a second: it is done once, when the first test runs that asks, and in no process that only collects."""
