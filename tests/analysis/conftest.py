"""How many examples the property tests of this folder try; a busy machine may take its time over each."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("bce-lint", max_examples=60, deadline=None)
settings.load_profile("bce-lint")
