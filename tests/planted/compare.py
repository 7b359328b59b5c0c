"""What was planted, what each reader says of it, and where they disagree."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check, fix
from bce_lint.fix_options import FixOptions
from bce_lint.rules.registry import default_codes
from tests.planted.cases import MAY, Spec, expected
from tests.planted.plan import STEPS, Plan
from tests.planted.render import rendered
from tests.planted.witnessed import Rows, witnessed
from tests.planted.writer import Place, Program


class Disagreement(NamedTuple):
    """Two answers that differ: `kind` says how, `code` about what."""

    kind: str
    code: str
    detail: str = ""

    @property
    def same(self) -> tuple[str, str]:
        """What two disagreements must share to be one, but for the case."""
        return self.kind, self.code


@dataclass(frozen=True)
class Answer:
    """What became of one program: what was planted, what the linter says; what a run can show of it, what the witness saw."""

    spec: Spec
    program: Program
    planted: Rows
    static: Rows
    shown: Rows
    seen: Rows
    disagreements: tuple[Disagreement, ...]


@dataclass
class Readers:
    """Those who are asked about a program, and a folder for its files."""

    folder: Path
    fixes: bool = True
    written: set[str] = field(default_factory=set)

    def files(self, texts: Mapping[str, str]) -> list[Path]:
        """The texts as files of an otherwise empty project."""
        for path in self.written - set(texts):
            (self.folder / path).unlink()
        (self.folder / "pyproject.toml").touch()
        for path, text in texts.items():
            (self.folder / path).parent.mkdir(exist_ok=True)
            (self.folder / path).write_text(text, encoding="utf-8")
        self.written = set(texts)
        if not any("/" in path for path in texts):
            shutil.rmtree(self.folder / "lab", ignore_errors=True)
        return [self.folder / path for path in texts]

    def named(self, path: str) -> str:
        """A file's path inside the project."""
        return Path(path).relative_to(self.folder).as_posix()


def planted(plan: Plan, spec: Spec, program: Program, context: str) -> Rows:
    """The findings that a program has by construction, in a context: those of its case, and a threshold on a sigmoid of a sigmoid."""
    told = [(code, place) for code, mark in expected(spec, context, plan.off) for place in _marked(program, mark)]
    squashed = [("BCE601", place) for place in program.marks.get("squashed", ())]
    return frozenset((code, place.path, place.row) for code, place in (*told, *squashed))


def _marked(program: Program, mark: str) -> tuple[Place, ...]:
    """The places of a mark; a decision may be one on an array instead, which is for the analysis alone to see."""
    return program.marks.get(mark, ()) if mark == "threshold" else program.marks[mark]


def answered(readers: Readers, plan: Plan, spec: Spec) -> Answer:
    """Asks all readers about one program of a plan."""
    program = rendered(plan, spec)
    # Without CUDA its autocast is off while the program runs.
    known, shown = planted(plan, spec, program, plan.ban), planted(plan, spec, program, "plain")
    known |= {("BCE601", place.path, place.row) for place in program.marks.get("array", ())}
    codes = default_codes() | {code for code, _, _ in known | shown}
    paths = readers.files(program.files)
    static = frozenset((d.code, readers.named(d.location.path), d.location.start.row) for d in check(paths, codes).diagnostics)
    if spec.float32 and plan.casts:
        known &= static  # it is found where a cast or an inner region tells the dtype
    error, seen = witnessed(program, readers.folder, codes)
    if plan.untaken:
        dead = {(place.path, place.row) for place in program.marks["dead"]}
        shown, seen = frozenset(), frozenset(row for row in seen if row[0] not in ("BCE203", "BCE304"))
        known = frozenset(row for row in static if row[1:] not in dead) if STEPS[plan.step] == "private option" else known
    found = [*_ended(spec, error, plan.untaken), *differences("static", known, static), *differences("witness", shown, seen)]
    if readers.fixes and known:
        found += _fixed(readers, spec, program, paths, codes)
    return Answer(spec, program, known, static, shown, seen, tuple(found))


def _ended(spec: Spec, error: BaseException | None, untaken: bool) -> Iterator[Disagreement]:
    if error is None and not untaken and spec.raises and MAY not in spec.raises:
        yield Disagreement("run", "", f"runs, though it was to raise {' or '.join(spec.raises)}")
    if error is not None and (untaken or type(error).__name__ not in spec.raises):
        yield Disagreement("run", type(error).__name__, str(error))


def differences(reader: str, known: Rows, seen: Rows) -> Iterator[Disagreement]:
    """Where a reader's answer is not the planted one: a place that is wrong is neither missed nor extra."""
    missed, extra = sorted(known - seen), sorted(seen - known)
    for row in list(missed):
        if moved := [other for other in extra if other[0] == row[0]]:
            yield Disagreement(f"{reader}: wrong line", row[0], f"{row[1]}:{row[2]}, not {moved[0][1]}:{moved[0][2]}")
            missed.remove(row)
            extra.remove(moved[0])
    yield from (Disagreement(f"{reader}: missed", code, f"{path}:{line}") for code, path, line in missed)
    yield from (Disagreement(f"{reader}: extra", code, f"{path}:{line}") for code, path, line in extra)


def _fixed(readers: Readers, spec: Spec, program: Program, paths: list[Path], codes: frozenset[str]) -> Iterator[Disagreement]:
    """What is wrong with a program after its fixes."""
    outcome, _ = fix(paths, codes, FixOptions(unsafe=True, fixable=codes))
    bringing = {_code_of(line) for line in outcome.refused if "it would bring" in line}  # the gate's answer, and a right one
    yield from (Disagreement("fix: refused", _code_of(line), line) for line in outcome.refused if _code_of(line) not in bringing)
    texts = dict(program.files) | {readers.named(one.path): one.after.decode() for group in outcome.groups for one in group}
    left = [d for d in outcome.left if d.severity == "error"]
    after = Program(texts, program.main, {})
    for path, text in texts.items():
        (readers.folder / path).write_text(text, encoding="utf-8")
    error, seen = witnessed(after, readers.folder, codes)
    if error is not None and not (left and type(error).__name__ in spec.raises):
        applied = ", ".join(sorted({d.code for d in outcome.applied}))
        shown = "\n".join(f"# --- {path}\n{text}" for path, text in texts.items())
        yield Disagreement("fix: does not run", applied, f"{type(error).__name__}: {error}\n{shown}")
    yield from (Disagreement("fix: still there", d.code, d.message) for d in outcome.left if _offered(d) and d.code not in bringing)
    gone = {d.code for d in outcome.applied} - {d.code for d in outcome.left}
    yield from (Disagreement("fix: seen by the witness", code, f"{path}:{row}") for code, path, row in seen if code in gone)


def _offered(found: Diagnostic) -> bool:
    return found.fix is not None and found.fix.applicability != "display-only" and bool(found.fix.edits)


def _code_of(line: str) -> str:
    return next((word for word in line.split() if word.startswith("BCE")), "")
