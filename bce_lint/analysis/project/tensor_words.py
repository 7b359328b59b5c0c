"""What a project changes for all of its tensors and modules, by the words of its files: asked of few projects, so found when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from bce_lint.analysis.project.index import FileSummary

_DEFAULT = b"set_default_"
_FREEZING_WORDS = (b"requires_grad", b"detach_", b"freeze", b"toggle_optimizer", b"get_peft_model")
"""What stands in each text that `_FREEZING` finds something in."""
_FREEZING = re.compile(
    rb"\brequires_grad(?:_\s*\(|\s*=(?!=))(?!\s*(?:True\b|\)))|\"requires_grad\"|\brequires_grad_\b(?!\s*\()|\bdetach_\b"
    rb"|\b(?:un)?freeze\w*\s*\(|\.(?:un)?freeze\b|\btoggle_optimizer\b|\bget_peft_model\b"
)
"""What takes the gradient from parameters: they are told so one by one, or by a function whose name says it."""

_CONVERTING = re.compile(rb"\.(?:double|half|bfloat16|_apply)\b|\b(?:torch_dtype|apex|deepspeed|colossalai|to_empty)\b")
"""What gives modules another dtype, whatever stands in its brackets."""
_CONVERTING_WORDS = (b".double", b".half", b".bfloat16", b"._apply", b"torch_dtype", b"apex", b"deepspeed", b"colossalai", b"to_empty")
"""What stands in each text that it finds something in."""
_CASTING = re.compile(rb"\.(?:to|type)[ \t]*\(([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*){0,8}\)[^()]*){0,8})(\))?")
_HARMLESS = re.compile(
    rb"(?:dtype\s*=\s*)?(?:torch|th)\.(?:cuda\.)?"
    rb"(?:long|int\w*|uint8|bool|short|float|float32|(?:Long|Int|Short|Byte|Bool|Float|Char)Tensor)|True|False|None|\d+|",
)
"""An argument that asks for no dtype which the parameters of a module could have but for float32."""
_ELSEWHERE = re.compile(rb"(?:device|non_blocking|copy|memory_format)\s*=")
"""One that asks for no dtype at all."""
_DEVICES = (b"device", b"cuda", b"cpu", b"gpu", b"mps", b"xpu", b"rank", b'"')
_OTHER_DTYPES = (b"double", b"half", b"bfloat")
_LONG = 200
_TRUE_PRECISION = re.compile(rb"(?:16|64)-true|\bprecision\s*=\s*64\b")


class TensorWords:
    """What the files of a project say of dtypes and of training, wherever they say it."""

    def __init__(self, summaries: Mapping[str, FileSummary]) -> None:
        self._summaries = summaries

    def _codes(self) -> Iterator[bytes]:
        return (summary.data or summary.text for summary in self._summaries.values())

    @cached_property
    def default_dtype(self) -> bool:
        """True if some file changes the dtype of new tensors."""
        return any(map(changes_default, self._codes()))

    @cached_property
    def converting(self) -> bool:
        """True if some file may give modules another dtype."""
        return any(converts(summary.data or summary.text, summary.text) for summary in self._summaries.values())

    @cached_property
    def freezing(self) -> bool:
        """True if some file may keep parameters from being trained."""
        return any(map(freezes, self._codes()))


def changes_default(code: bytes) -> bool:
    """True if some code changes the dtype of new tensors."""
    return _DEFAULT in code


def freezes(code: bytes) -> bool:
    """True if some code may keep parameters from being trained."""
    return any(word in code for word in _FREEZING_WORDS) and _FREEZING.search(code) is not None


def converts(code: bytes, raw: bytes) -> bool:
    """True if some code may give modules another dtype; `raw` has the text of its strings, too."""
    if _DEFAULT in code or (any(word in code for word in _CONVERTING_WORDS) and _CONVERTING.search(code) is not None):
        return True
    if b"precision" in raw and _TRUE_PRECISION.search(raw) is not None:
        return True
    return any(call[2] is None or not all(map(_is_harmless, call[1].split(b","))) for call in _CASTING.finditer(code))


def _is_harmless(argument: bytes) -> bool:
    argument = argument.strip()
    if len(argument) > _LONG:
        return False
    return _HARMLESS.fullmatch(argument) is not None or _ELSEWHERE.match(argument) is not None or _is_device(argument.lower())


def _is_device(argument: bytes) -> bool:
    """True if an argument ends in what is called like a device, or in a call of it."""
    if any(word in argument for word in _OTHER_DTYPES):
        return False
    ends = (argument.rpartition(word)[2] for word in _DEVICES if word in argument)
    return any(not end.partition(b"(")[0].split()[1:] and not end[:1].isspace() for end in ends)
