"""What a project changes for all of its tensors and modules, by the words of its files: asked of few projects, so found when asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from bce_lint.analysis.project.index import FileSummary

_DEFAULT = re.compile(rb"set_default_")
_FREEZING = re.compile(
    rb"\brequires_grad(?:_\s*\(|\s*=(?!=))(?!\s*(?:True\b|\)))|\"requires_grad\"|\brequires_grad_\b(?!\s*\()|\bdetach_\b"
    rb"|\b(?:un)?freeze\w*\s*\(|\.(?:un)?freeze\b|\btoggle_optimizer\b|\bget_peft_model\b"
)
"""What takes the gradient from parameters: they are told so one by one, or by a function whose name says it."""


class TensorWords:
    """What the files of a project say of dtypes and of training, wherever they say it."""

    def __init__(self, summaries: Mapping[str, FileSummary]) -> None:
        self._summaries = summaries

    def _says(self, words: re.Pattern[bytes]) -> bool:
        return any(words.search(summary.data or summary.raw) is not None for summary in self._summaries.values())

    @cached_property
    def default_dtype(self) -> bool:
        """True if some file changes the dtype of new tensors."""
        return self._says(_DEFAULT)

    @cached_property
    def freezing(self) -> bool:
        """True if some file may keep parameters from being trained."""
        return self._says(_FREEZING)
