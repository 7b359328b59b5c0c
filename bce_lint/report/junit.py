"""JUnit's XML: a suite for each file, a failed case for each diagnostic; one that is only possible is a case that was skipped."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.paths import labelled, with_slashes
from bce_lint.report.told import Told
from bce_lint.terminal import escaped, flowing, one_line

NAME: Final = "bce-lint"
_ILLEGAL: Final = re.compile("[^\\t\\n\\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(told: Told) -> str:
    """The diagnostics as XML in plain ASCII; where there are none, one case that passed."""
    root = Element("testsuites", {"name": NAME, **_counts(told.findings)})
    for path, group in groupby(told.findings, lambda one: one.location.path):
        cases = list(group)
        suite = SubElement(root, "testsuite", {"name": _legal(with_slashes(path)), **_counts(cases), "package": NAME})
        for one in cases:
            _add_case(suite, one, told)
    if not told.findings:
        suite = SubElement(root, "testsuite", {"name": NAME, **_counts(()), "package": NAME})
        SubElement(suite, "testcase", name="No findings", classname=NAME)
    indent(root, "    ")
    text: bytes = tostring(root, encoding="us-ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.decode("ascii")}\n'


def _counts(cases: Sequence[Diagnostic]) -> dict[str, str]:
    skipped = sum(bool(one.condition) for one in cases)
    return {"tests": str(len(cases) or 1), "skipped": str(skipped), "errors": "0", "failures": str(len(cases) - skipped)}


def _add_case(suite: Element, one: Diagnostic, told: Told) -> None:
    (row, column), where = told.in_file(one.location).start, one.location
    path, message = _legal(with_slashes(one.location.path)), _legal(flowing(one.message))
    cell = "" if where.cell is None else f"cell {where.cell}, "
    place = {"classname": os.path.splitext(path)[0], "file": path, "line": str(row), "column": str(column)}
    case = SubElement(suite, "testcase", {"name": f"{NAME}.{_legal(one.code)}", **place})
    SubElement(SubElement(case, "properties"), "property", name="severity", value=_legal(one.severity))
    lines = [f"{cell}line {where.start.row}, col {where.start.column}, {message}"]
    lines += map(labelled, one.labels)
    lines += [] if one.fix is None else [f"help: {flowing(one.fix.message)}"]
    SubElement(case, "skipped" if one.condition else "failure", message=message).text = "\n".join(map(_legal, lines))


def _legal(text: str) -> str:
    """A line of text whose characters XML has; others are written out."""
    return _ILLEGAL.sub(lambda found: escaped(found[0]), one_line(text))
