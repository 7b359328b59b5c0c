"""The command line: runs a script as Python would, and writes what was seen when it ends, however it ends."""

from __future__ import annotations

import argparse
import builtins
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Final, NoReturn

from bce_lint import terminal
from bce_lint.report import WITNESS_FORMATS

CLEAN, ERROR = 0, 2
PROGRAM: Final = "python -m bce_lint.witness"
EPILOG: Final = """\
Options of the witness come before the script's name; what follows the name belongs to the script. The exit status is the
script's own: findings do not change it."""


class _Parser(terminal.Parser):
    """Says what is wrong with a command line in one line."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with 2."""
        missing = "which script? give its name after the options" if "required" in message else message
        terminal.complain(f"{missing} (usage: {PROGRAM} [OPTIONS] SCRIPT [ARGUMENTS ...])")
        self.exit(ERROR)


def parser() -> argparse.ArgumentParser:
    """The parser of everything before the script's arguments."""
    build = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [OPTIONS] SCRIPT [ARGUMENTS ...]",
        description="Runs a training script, and says what reached each loss, with the codes of bce-lint. Needs PyTorch.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    build.add_argument("--steps", type=_positive, metavar="N", help="stop the script after N loss calls that were seen")
    build.add_argument("--sample", type=_positive, default=1, metavar="N", help="watch one step of training in N (default: 1)")
    build.add_argument("--output-format", choices=WITNESS_FORMATS, default="full", help="default: full")
    build.add_argument("--output-file", metavar="FILE", help="write the report to a file (default: standard output)")
    build.add_argument("script", metavar="SCRIPT", help="the Python file to run")
    build.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGUMENTS", help="what the script is given")
    return build


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {number}")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a script under the witness and returns the exit status; the script's exceptions and `SystemExit` are its own."""
    options = parser().parse_args(arguments)
    try:
        code = compile(Path(options.script).read_bytes(), options.script, "exec", dont_inherit=True)
    except OSError as error:
        return _fail(f"{options.script}: {error.strerror}")
    except (SyntaxError, ValueError) as error:
        return _fail(f"{options.script}: {error}")
    if problem := _unwritable(options.output_file):
        return _fail(problem)
    try:
        import torch  # noqa: F401
    except ImportError as error:
        return _fail(f"the witness needs PyTorch ({error}); install it with `pip install torch`")
    return _run(options, code)


def _unwritable(file: str | None) -> str:
    if file is None:
        return ""
    try:
        Path(file).write_text("", encoding="utf-8")
    except OSError as error:
        return f"{file}: {error.strerror}"
    return ""


def _run(options: argparse.Namespace, code: object) -> int:
    from bce_lint.witness.mode import Stop
    from bce_lint.witness.watching import watching

    namespace = _as_main(options.script, options.arguments)
    report = None
    try:
        with watching(options.sample, options.steps) as report:
            exec(code, namespace)  # type: ignore[arg-type]
    except Stop:
        pass
    except Exception as error:
        error.__traceback__ = _below(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    finally:
        if report is not None:
            _write(report.text(options.output_format), options.output_file)
    return CLEAN


def _as_main(script: str, arguments: list[str]) -> dict[str, object]:
    """The namespace of a script that runs as `python SCRIPT` would run it."""
    module = ModuleType("__main__")
    module.__dict__.update({"__file__": script, "__builtins__": builtins, "__cached__": None})
    sys.modules["__main__"] = module
    sys.argv = [script, *arguments]
    sys.path[0] = os.path.dirname(os.path.realpath(script))
    return module.__dict__


def _below(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback that is the script's."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _write(text: str, file: str | None) -> None:
    terminal.flush()
    if file is None:
        terminal.write(text)
        terminal.flush()
    else:
        Path(file).write_text(text, encoding="utf-8")


def _fail(message: str) -> int:
    terminal.complain(message)
    return ERROR
