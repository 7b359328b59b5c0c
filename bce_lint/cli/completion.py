"""`--print-completion SHELL`: what a shell needs to complete the command line, written by shtab."""

from __future__ import annotations

from typing import Any, Final

from bce_lint.cli.options import parser
from bce_lint.lsp.options import parser as server_parser
from bce_lint.rules.registry import RULES

_BASH: Final = """\
# The rules, after the last comma of a list.
_bce_lint_rules() {{
  local before=""
  [[ "$1" == *,* ]] && before="${{1%,*}},"
  compgen -P "$before" -W "{rules}" -- "${{1##*,}}"
}}
"""


_SERVER: Final = {
    "bash": """\
_bce_lint_or_server() {{
  if [[ $COMP_CWORD -gt 1 && ${{COMP_WORDS[1]}} == server ]]; then
    COMPREPLY=($(compgen -W "{words}" -- "${{COMP_WORDS[COMP_CWORD]}}") $(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
  else
    {function} "$@"
    if [[ $COMP_CWORD -eq 1 ]]; then COMPREPLY+=($(compgen -W server -- "${{COMP_WORDS[1]}}")); fi
  fi
}}
complete -o filenames -F _bce_lint_or_server bce-lint
""",
    "zsh": """\
_bce_lint_or_server() {{
  if (( CURRENT > 2 )) && [[ $words[2] == server ]]; then
    compadd -- {words}
    _files
  else
    {function} "$@"
  fi
}}
compdef _bce_lint_or_server bce-lint
""",
}
"""What stands behind what shtab writes: the options of the server, which has a parser of its own."""


class NoCompletion(Exception):
    """What writes completions is not installed."""


def completion(shell: str) -> str:
    """The script for a shell. Raises `NoCompletion` without shtab."""
    try:
        import shtab
    except ImportError as error:
        raise NoCompletion(f"--print-completion needs shtab ({error}); install it with `pip install shtab`") from error
    words = " ".join((*(rule.code for rule in RULES), *(rule.name for rule in RULES)))
    rules = {"bash": "_bce_lint_rules", "zsh": f"_values -s , rule {words}", "preamble": {"bash": _BASH.format(rules=words)}}
    rule = {"bash": "_bce_lint_rules", "zsh": f"({words})"}
    by_metavar: dict[str, Any] = {
        "RULES": rules, "RULE": rule, "DIR": shtab.DIRECTORY, "FILE": shtab.FILE, "PATH": shtab.FILE, "PLACE": shtab.FILE,
    }  # fmt: skip
    build = parser()
    for action in build._actions:
        kind = action.metavar.partition("|")[0] if isinstance(action.metavar, str) else ""
        if kind in by_metavar:
            action.complete = by_metavar[kind]  # type: ignore[attr-defined]
    written = shtab.complete(build, shell)
    function = next(word for word in reversed(written.replace("'", " ").split()) if word.startswith("_shtab_"))
    options = " ".join(word for action in server_parser()._actions for word in action.option_strings)
    return f"{written}\n{_SERVER[shell].format(words=options, function=function)}"
