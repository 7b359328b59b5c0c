"""The Python in a cell of a notebook: what IPython reads otherwise is hidden behind names and comments that stand for it."""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Container, Iterator, Mapping
from typing import Final, NamedTuple

from bce_lint.syntax.magics import next_line

PYTHON_BODIES: Final = frozenset(
    ("capture", "debug", "ipytest", "memit", "prun", "pyinstrument", "scalene", "snakeviz", "time", "timeit", "wandb")
)
"""The magics of whole cells whose cell is Python that runs in the notebook."""
_ELSEWHERE: Final = frozenset(
    (
        "!", "HTML", "SVG", "bash", "cmd", "file", "html", "javascript", "js", "latex", "markdown", "perl", "pypy", "python", "python2",
        "python3", "ruby", "script", "sh", "svg", "sx", "system", "writefile",
    )
)  # fmt: skip
"""Those of IPython whose cell runs in another process, or nowhere: they bind what their own line names. Others may bind any word."""
_TIMED: Final = "timeit"
"""Runs its cell in a function: what is bound there is bound nowhere else."""
_CELL_MAGIC: Final = re.compile(r"%%(?P<name>\w+|!)(?P<rest>(?:[^\w?\r\n][^\r\n]*)?)(?=[\r\n]|\Z)")
_MAYBE: Final = re.compile(r"(?:\A|[\r\n])[ \t\f]*[%!?,;/]|=[ \t]*[!%]|\?[ \t]*(?:;[ \t]*)?(?:[\r\n]|\Z)")
_MARGIN: Final = re.compile(r"[ \t\f]*")
_TIMED_LINE: Final = re.compile(
    r"%(?P<name>time|timeit|prun|memit)[ \t]+(?:-(?:[nrl][ \t]*[0-9]+|[nrl][a-zA-Z]+|[abcdefghijkmopqstuvwxyz][a-zA-Z]*)[ \t]+)*"
    r"(?P<code>[^\s-][^\r\n]*)"
)
_REST: Final = r"(?:[^\\\r\n]|\\(?:\r\n?|\n)?)*"
_ESCAPED: Final = re.compile(rf"(?:[%!?]|[,;/](?=\w)){_REST}")
_ASSIGNED: Final = re.compile(rf"[\w.,* \t\[\]'\"]+=[ \t]*(?P<value>(?:!|%(?=\w)){_REST})")
_PLAIN_LINE: Final = re.compile(r"[^\r\n#'\"]*(?=[\r\n]|\Z)")
_HELP: Final = re.compile(r"\?\??\Z")
_RUN: Final = re.compile(r"%run[ \t]+(?:-i[ \t]+)?(?:\./)?(?P<module>[^\W\d]\w*(?:/[^\W\d]\w*)*)(?:\.py)?(?:[ \t][^\r\n]*)?")
"""Runs a file, whose names are then those of the notebook, as if all were imported from it."""
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_WORD: Final = re.compile(r"(?<![.\w])[^\W\d]\w*")
_BOUND: Final = re.compile(r"(\w+)[ \t]*=(?!=)|\b(?:def|class|as|import)[ \t]+(\w+)")
_IMPORTED: Final = re.compile(r"^[ \t]*(?:from[ \t]+\S+[ \t]+)?import[ \t]([^\r\n#()]+)", re.MULTILINE)


class Hidden(NamedTuple):
    """A range of a cell's text that is no Python, and what stands for it."""

    start: int
    end: int
    sign: str


class CellCode(NamedTuple):
    """What is read of a cell: its text with what is hidden in it. Of a `closed` one nothing is read. The names in `lost` are unknown
    behind it."""

    hidden: tuple[Hidden, ...]
    closed: bool = False
    lost: tuple[str, ...] = ()

    def code(self, text: str) -> str:
        """The text with what stands for what is hidden."""
        parts, at = list[str](), 0
        for start, end, sign in self.hidden:
            parts += (text[at:start], sign)
            at = end
        return "".join((*parts, text[at:]))


class Signs:
    """Makes what stands for hidden text: each is made once, and none stands in the notebook. A sign is told by its mark."""

    def __init__(self, texts: list[str]) -> None:
        number = 0
        while any(f"_ipython{number or ''}_" in text for text in texts):
            number += 1
        self.stem = f"_ipython{number or ''}_"
        self.unknown = f"{self.stem}u"
        self.boundary = f"#{self.stem}"
        self._count = 0

    def name(self) -> str:
        """A name that nothing binds."""
        self._count += 1
        return f"{self.stem}{self._count}"

    def statement(self, lost: tuple[str, ...] = ()) -> str:
        """A statement that does nothing, but for names that are unknown from there on."""
        return f"{self.losing(lost) or 'pass'}#{self.name()}#"

    def importing(self, module: str) -> str:
        """A statement that takes all names of a module."""
        return f"from {module} import *#{self.name()}#"

    def losing(self, names: tuple[str, ...]) -> str:
        """A statement after which some names are unknown; nothing where there are none."""
        return f"{', '.join(names)} = {self.unknown}" if names else ""


def closed(text: str, signs: Signs, lost: tuple[str, ...]) -> CellCode:
    """A cell of which nothing is read, and the names that may be other things behind it."""
    return CellCode((Hidden(0, len(text), signs.statement(lost)),), closed=True)


def cell_code(text: str, signs: Signs) -> CellCode:
    """What is Python in a cell."""
    first = len(text) - len(text.lstrip(" \t\r\n"))
    found = _CELL_MAGIC.match(text, first)
    if found is not None and found["name"] not in PYTHON_BODIES:
        return closed(text, signs, names_in(found["rest"] if found["name"] in _ELSEWHERE else text[found.start("rest") :]))
    hidden = [] if found is None else [Hidden(*found.span(), signs.statement(names_in(found["rest"])))]
    start = 0 if found is None else found.end()
    hidden += _hidden(text, start, signs) if _MAYBE.search(text, start) else ()
    lost = _bound(CellCode(tuple(hidden)).code(text)) if found is not None and found["name"] == _TIMED else ()
    return CellCode(tuple(hidden), lost=lost)


def _hidden(text: str, place: int, signs: Signs) -> Iterator[Hidden]:
    while place < len(text):
        found = _at(text, place, signs)
        if found is not None:
            yield found
        place = next_line(text, place if found is None else found.end)


def _at(text: str, place: int, signs: Signs) -> Hidden | None:
    """What is no Python in the statement that begins in a line."""
    margin = _MARGIN.match(text, place)
    start = place if margin is None else margin.end()
    timed = _TIMED_LINE.match(text, start)
    if timed is not None and _runs(timed["code"], timed["name"] == _TIMED):
        return Hidden(start, timed.start("code"), f"{signs.name()}; ")
    if (found := _ESCAPED.match(text, start)) is not None:
        ran = _RUN.fullmatch(text, start, found.end()) if start == place else None
        sign = signs.statement() if ran is None else signs.importing(ran["module"].replace("/", "."))
        return Hidden(*found.span(), sign + _rows(text, *found.span()))
    if (found := _ASSIGNED.match(text, start)) is not None:
        return Hidden(*found.span("value"), signs.name() + _rows(text, *found.span("value")))
    line = _PLAIN_LINE.match(text, start)
    asked = "" if line is None else line[0].rstrip(" \t").removesuffix(";").rstrip(" \t")
    is_help = _HELP.search(asked) is not None and (asked.rstrip("?")[-1:].isalnum() or asked.rstrip("?")[-1:] in tuple("_*])"))
    return Hidden(start, start + len(asked), signs.statement()) if is_help else None


def _rows(text: str, start: int, end: int) -> str:
    """The line ends in a range, which its rows keep."""
    return "".join(_BREAK.findall(text, start, end))


def _runs(code: str, in_function: bool) -> bool:
    """True if what a magic of a line is given is a statement of Python; one that runs in a function may bind nothing."""
    tree = _tree(code)
    if tree is None or any(hasattr(one, "body") for one in tree.body):
        return False
    return not in_function or not _names_bound(tree)


def _bound(code: str) -> tuple[str, ...]:
    """The names that a cell binds; all its words where it cannot be told."""
    tree = _tree(code)
    return names_in(code) if tree is None else tuple(sorted(_names_bound(tree)))


def _names_bound(tree: ast.Module) -> set[str]:
    found = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)}
    found |= {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    return found | {(one.asname or one.name).partition(".")[0] for one in ast.walk(tree) if isinstance(one, ast.alias)} - {"*"}


def _tree(code: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def names_in(text: str) -> tuple[str, ...]:
    """The words of a text that may be names, each once."""
    words = dict.fromkeys(_WORD.findall(text))
    return tuple(one for one in words if one.isidentifier() and not keyword.iskeyword(one) and one != "__debug__")


def imported_names(text: str) -> set[str]:
    """The names that a cell imports, as far as its lines alone tell."""
    return {name for found in _IMPORTED.findall(text) for name in names_in(found)}


def lost_names(text: str, own: Container[str], importers: Mapping[str, int]) -> tuple[str, ...]:
    """The names that a cell which nobody can read may have changed: its words, but for those that other cells import and it does not
    bind. `own` are those that it imports itself, `importers` how many cells import each."""
    bound = {name for found in _BOUND.findall(text) for name in found}
    return tuple(name for name in names_in(text) if name in bound or importers.get(name, 0) <= (name in own))
