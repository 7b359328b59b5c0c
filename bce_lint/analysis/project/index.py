"""The byte-scanned index of a project: who imports whom, and the top-level statements of each file with their words.

Nothing is parsed here. A statement is a *sink* when its text names a loss or another operation that rules look at.
"""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from bce_lint.analysis.project import lexical
from bce_lint.analysis.project.code import one_a_line, without_text
from bce_lint.analysis.project.lazy import lazy, slotted
from bce_lint.analysis.project.lexical import WORD, a_sink, is_sink, names_sink, words_of
from bce_lint.records import record
from bce_lint.source.documents import decode
from bce_lint.source.text import SourceError, holds_notebook, is_notebook

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?![ \t])(\.*)(?!\.)[ \t]*(?![ \t])([\w.\x80-\xff]*)(?:(?<=[ \t])|[ \t]+(?![ \t]))import[ \t]*"
    rb"(\([^()]*\)|(?:[^\n;#\\]|\\\r?\n)*)|import[ \t]+((?:[\w., \t\x80-\xff]|\\\r?\n)+))",
    re.M,
)
_BLOCK = re.compile(
    rb"^(?:((?:@[^\n]*\n(?:[ \t)\]}][^\n]*\n|\n)*)+)?(?:async[ \t]+)?(?:def|class)[ \t]+([\w\x80-\xff]+)"
    rb"|(?:@[^\n]*\n(?:[ \t)\]}][^\n]*\n|\n)*)+"
    rb"|([A-Za-z_\x80-\xff][\w\x80-\xff]*)[ \t]*(?::[^=\n]*)?=|[^\s#)\]}])",
    re.M,
)
_BASES = re.compile(rb"^[ \t]*class[ \t]+[\w\x80-\xff]+[ \t]*\(([^()]*(?:\([^()]*){0,8})\)", re.M)

_CALLEE = re.compile(rb"^@[ \t]*([\w.\x80-\xff]+)", re.M)
_BOUND = re.compile(
    rb"^[ \t]*(?![ \t])(?:(?:async[ \t]+)?(?:def|class)[ \t]+[\w\x80-\xff]+|[\w\x80-\xff., \t\[\]'\"*():=]*(?<![=!<>])=(?!=))", re.M
)
_NO_CODE = (b"import ", b"from ", b'"', b"'", b'r"')

MAX_BYTES = 1_000_000
K = TypeVar("K")
T = TypeVar("T")

Resolve = Callable[[str, str, int], "str | None"]


class Import(NamedTuple):
    """One import: `names` are (name, bound) pairs, empty for `import module`; `bound` is what that binds."""

    level: int
    module: str
    names: tuple[tuple[str, str], ...]
    bound: str


@slotted("name", "kind", "text", "marks")
class Block:
    """A top-level statement: the name it defines, if any, and what its text says, found out when it is asked for.

    `kind` is definition, variable, import or code; `marks` are the decorators of a definition.
    """

    def __init__(self, name: str | None, kind: str, text: bytes, marks: bytes = b"") -> None:
        self.name = name
        self.kind = kind
        self.text = text
        self.marks = marks

    @lazy
    def words(self) -> frozenset[bytes]:
        """The words in it."""
        return words_of(self.text)

    @lazy
    def decorators(self) -> frozenset[bytes]:
        """The words that name the decorators of a definition."""
        return frozenset(word for callee in _CALLEE.findall(self.marks) for word in WORD.findall(callee))

    @lazy
    def binds(self) -> frozenset[str]:
        """The names that code binds, indented code included."""
        if self.kind not in ("code", "variable"):
            return frozenset()
        return frozenset(word.decode("utf-8", "replace") for m in _BOUND.finditer(self.text) for word in WORD.findall(m[0]))


@record(slots=True)
class FileSummary:
    """What the scan says of one file. `data` is its code without text, `aliases` are the names that its imports give to sinks,
    `relevant` its words that matter, `program` the Python of a notebook."""

    path: str
    raw: bytes
    data: bytes
    imports: tuple[Import, ...]
    bases: frozenset[str]
    aliases: frozenset[bytes] = frozenset()
    blocks: list[Block] | None = None
    relevant: frozenset[bytes] | None = None
    program: bytes | None = None

    @property
    def text(self) -> bytes:
        """The Python in it: of a notebook that is not what the file holds."""
        return self.raw if self.program is None else self.program


def scan(path: str, raw: bytes) -> FileSummary:
    """Reads the imports and the bases off a file's bytes; of a file too large to analyse, only whether it names a sink."""
    if holds_notebook(raw, path):
        summary = _scan(path, _program(path, raw))
        summary.raw, summary.program = raw, summary.raw
        return summary
    return _scan(path, raw)


def _program(path: str, raw: bytes) -> bytes:
    """The Python of a notebook; nothing where it cannot be read, which is told elsewhere."""
    try:
        return decode(raw, path).text.encode("utf-8", "replace")
    except SourceError:
        return b""


def _scan(path: str, raw: bytes) -> FileSummary:
    if len(raw) > MAX_BYTES:
        code = without_text(raw)
        words = words_of(code)
        whole = Block(None, "code", a_sink() if names_sink(code, words) else b"")
        return FileSummary(path, raw, b"", (), frozenset(), blocks=[whole], relevant=lexical.relevant_words() & words)
    data = _in_utf8(path, raw).removeprefix(BOM_UTF8)
    if b"\r" in data or b"\x0c" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x0c", b"")
    data = one_a_line(without_text(data if data.endswith(b"\n") else data + b"\n"))
    imports = tuple(_imports(data)) if b"import" in data else ()
    bases = (
        frozenset(w.decode("utf-8", "replace") for m in _BASES.finditer(data) for w in WORD.findall(m[1]))
        if b"class" in data
        else frozenset()
    )
    renamed = ((name, bound) for item in imports for name, bound in item.names if name != bound)
    return FileSummary(path, raw, data, imports, bases, frozenset(bound.encode() for name, bound in renamed if is_sink(name)))


def _in_utf8(path: str, raw: bytes) -> bytes:
    """The bytes of a file as if it were UTF-8: in other encodings a letter has bytes that look like a quote or a backslash."""
    if is_notebook(path) or not any(b"coding" in line for line in raw.split(b"\n", 2)[:2]):
        return raw
    try:
        return decode(raw, path).text.encode("utf-8", "replace")
    except SourceError:
        return raw


def _imports(data: bytes) -> Iterator[Import]:
    for match in _IMPORT.finditer(data):
        if match[4] is not None:
            for part in match[4].replace(b"\\", b" ").split(b","):
                words = part.split()
                if words:
                    module = words[0].decode("utf-8", "replace")
                    yield Import(0, module, (), words[2].decode("utf-8", "replace") if len(words) == 3 else module.split(".")[0])
        elif match[3] is not None:
            text = re.sub(rb"#[^\n]*", b"", match[3]).replace(b"\\", b" ").strip(b"() \t\r\n")
            parts = (p.split() for p in text.split(b","))
            names = tuple((w[0].decode("utf-8", "replace"), w[-1].decode("utf-8", "replace")) for w in parts if w)
            yield Import(len(match[1]), match[2].decode("utf-8", "replace"), names, "")


def blocks_of(summary: FileSummary) -> list[Block]:
    """The top-level statements of a file; what it takes from torch by another name stands there by its own."""
    if summary.blocks is None:
        summary.blocks = blocks_in(_with_own_names(summary))
    return summary.blocks


def _with_own_names(summary: FileSummary) -> bytes:
    wanted = lexical.relevant_words()
    names = {}
    for item in summary.imports:
        if item.module == "torch" and not item.names and item.bound not in lexical.NAMES_OF_TORCH:
            names[item.bound.encode()] = b"torch"
        names.update({bound.encode(): name.encode() for name, bound in item.names if name != bound and name.encode() in wanted})
    names = {bound: name for bound, name in names.items() if bound not in summary.aliases}
    if not names:
        return summary.data
    form = rb"(?<![\w.\x80-\xff])(?:%s)(?![\w\x80-\xff])" % b"|".join(map(re.escape, names))
    return re.sub(form, lambda match: names[match[0]], summary.data)


def blocks_in(data: bytes) -> list[Block]:
    """The statements of a text that are not indented, each with all that is indented below it, or stands in its brackets."""
    marks = list(_BLOCK.finditer(data))
    ends = [*(m.start() for m in marks[1:]), len(data)][: len(marks)]
    blocks: list[Block] = []
    for match, end in _closed(data, marks, ends):
        block = _block(match, data[match.start() : end])
        if block.kind == "definition" and blocks and blocks[-1].kind == "code" and blocks[-1].text.startswith(b"@"):
            above = blocks.pop().text  # a decorator with brackets over lines that begin at the margin
            block = Block(block.name, block.kind, above + block.text, above + block.marks)
        blocks.append(block)
    return blocks


def _closed(data: bytes, marks: list[re.Match[bytes]], ends: list[int]) -> Iterator[tuple[re.Match[bytes], int]]:
    """Statements and their ends: one whose brackets are open takes in what follows, as far as the bracket that closes them."""
    index, sound = 0, True
    while index < len(marks):
        first, last = index, index
        depth = _depth(data, marks[index].start(), ends[index])
        while sound and depth > 0 and last + 1 < len(marks):
            last += 1
            depth += _depth(data, marks[last].start(), ends[last])
        sound = sound and depth <= 0  # brackets that nothing closes: the text is no Python, or was not understood
        index = last if depth <= 0 else first
        yield marks[first], ends[index]
        index += 1


def _depth(data: bytes, start: int, end: int) -> int:
    """How many brackets a range leaves open."""
    opened = data.count(b"(", start, end) + data.count(b"[", start, end) + data.count(b"{", start, end)
    return opened - data.count(b")", start, end) - data.count(b"]", start, end) - data.count(b"}", start, end)


def _block(match: re.Match[bytes], text: bytes) -> Block:
    listed = match[3] == b"__all__"
    name = None if listed else (match[2] or match[3] or b"").decode("utf-8", "replace") or None
    kind = "definition" if match[2] else "import" if listed or text.startswith(_NO_CODE) else "variable" if match[3] else "code"
    return Block(name, kind, text, match[1] or b"")


def absolute(path: str | os.PathLike[str]) -> str:
    """The one spelling of a path that the index uses."""
    return os.path.abspath(path)


def takes_logits(summary: FileSummary) -> bool:
    """True if a file names a loss that takes the logits of two classes: then a decision on them may be wrong."""
    return not relevant_words(summary).isdisjoint(lexical.words_taking_logits())


def relevant_words(summary: FileSummary) -> frozenset[bytes]:
    """The words of a file without which it can hold neither a sink nor what makes a hint matter."""
    if summary.relevant is None:
        summary.relevant = lexical.relevant_words().intersection(lexical.WORD.findall(summary.data))
    return summary.relevant


def may_name_sink(summary: FileSummary) -> bool:
    """True if a file has a word without which nothing in it can be a sink."""
    return bool(summary.aliases) or not relevant_words(summary).isdisjoint(lexical.words_of_sinks())


def same_files(summaries: Mapping[str, FileSummary], others: Mapping[str, FileSummary]) -> bool:
    """True if a project's files are those of another, unchanged."""
    return summaries.keys() == others.keys() and all(others[path] is one for path, one in summaries.items())


def unchanged(known: Mapping[str, T], before: Mapping[str, FileSummary], now: Mapping[str, FileSummary]) -> dict[str, T]:
    """What is known of files by path, as far as these are as they were."""
    return {path: one for path, one in known.items() if path in now and now[path] is before.get(path)}


def without(known: Mapping[K, T], some: Iterable[object]) -> dict[K, T]:
    """What is known, but for some keys."""
    left: dict[Any, T] = dict(known)
    for one in some:
        left.pop(one, None)
    return left


def is_python(summary: FileSummary) -> bool:
    """True if a file is Python, as far as it can be told in little time. Raises SourceError, ParseFailure or TooLarge."""
    from bce_lint.syntax.parse import check

    text = decode(summary.raw, summary.path).text
    if len(summary.text) <= MAX_BYTES:
        check(text)
    return True
