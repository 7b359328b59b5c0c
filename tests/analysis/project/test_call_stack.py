"""Calls whose frames lie in one piece of memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from bce_lint.analysis.project import call_stack
from bce_lint.analysis.project.call_stack import SLOTS, in_one_piece
from tests.watched import ROOT


def test_a_call_gives_what_it_gives() -> None:
    assert in_one_piece(lambda: 3) == 3
    assert in_one_piece(lambda: in_one_piece(lambda: None)) is None
    with pytest.raises(KeyError):
        in_one_piece(lambda: {"a": 1}["b"])


def test_the_frame_takes_more_than_half_a_chunk() -> None:
    wide: Callable[..., object] = call_stack._wide()
    # 3.10 keeps nothing of a statement that never runs; it is not asked for there.
    assert wide.__code__.co_stacksize >= SLOTS or not call_stack._HAS_CHUNKS


DEEP = """
import resource, sys
from bce_lint.analysis.project.call_stack import in_one_piece

def down(n):
    return leaf() if n == 0 else down(n - 1)

def leaf():
    return 0

def climb(n):
    for _ in range(2000):
        leaf()
    return 0 if n == 0 else climb(n - 1)

before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
{call}
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_fewer_pages_are_mapped() -> None:
    """Each chunk that is mapped anew has a page that the system has to find."""

    def faults(call: str) -> int:
        done = subprocess.run([sys.executable, "-c", DEEP.format(call=call)], cwd=ROOT, capture_output=True, text=True, check=True)
        return int(done.stdout)

    fewer = faults("in_one_piece(lambda: climb(400))") * 3 < faults("climb(400)")
    assert fewer is call_stack._HAS_CHUNKS


HEARD = """
import sys
seen = set()
sys.addaudithook(lambda event, args: seen.add(event))
from bce_lint.analysis.project.call_stack import in_one_piece
in_one_piece(lambda: None)
print("code.__new__" in seen)
"""


def test_no_code_is_put_together_by_hand() -> None:
    done = subprocess.run([sys.executable, "-c", HEARD], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
