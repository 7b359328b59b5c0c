"""The settings, a row each: everything that mentions one is made from its row."""

from __future__ import annotations

from typing import Final, NamedTuple

from bce_lint.config.kinds import (
    FLAG,
    FOLDERS,
    FORMAT,
    LEVEL_BY_RULE,
    ONE_FOLDER,
    PATTERNS,
    RULES,
    RULES_BY_PATTERN,
    Kind,
)


class Setting(NamedTuple):
    """A key of the configuration: its kind, what it does, what holds where it is not given, and an example, both as TOML writes them."""

    key: str
    kind: Kind
    about: str
    default: str
    example: str


SETTINGS: Final = (
    Setting("select", RULES, "report these rules instead of the default ones", "the rules that are on", '["BCE1", "BCE201"]'),
    Setting("ignore", RULES, "do not report these rules", "[]", '["BCE113"]'),
    Setting("extend-select", RULES, "report these rules as well", "[]", '["BCE123"]'),
    Setting("extend-ignore", RULES, "do not report these rules either; the same as `ignore`", "[]", '["softmax-without-dim"]'),
    Setting(
        "per-file-ignores",
        RULES_BY_PATTERN,
        "do not report these rules in the files, or below the folders, that a pattern names; `!` before it: in all others",
        "{}",
        '{ "tests/" = ["BCE1"], "!src/" = ["BCE601"] }',
    ),
    Setting("fixable", RULES, "fix these rules only", '["BCE"]', '["BCE2", "BCE3"]'),
    Setting("unfixable", RULES, "do not fix these rules", "[]", '["BCE203"]'),
    Setting(
        "extend-safe-fixes",
        RULES,
        "take unsafe fixes of these rules for safe; from a file only with `--extend-safe-fixes` on the command line",
        "[]",
        '["BCE103"]',
    ),
    Setting("extend-unsafe-fixes", RULES, "take safe fixes of these rules for unsafe", "[]", '["BCE203"]'),
    Setting(
        "exclude",
        PATTERNS,
        "leave these files and folders out in place of the usual build and environment folders",
        "the usual folders",
        '["/build/", "vendored"]',
    ),
    Setting("extend-exclude", PATTERNS, "leave these files and folders out as well", "[]", '["generated_*.py", "/experiments/old/"]'),
    Setting("force-exclude", FLAG, "leave out what is excluded or ignored even where it is named", "false", "true"),
    Setting("src", FOLDERS, "look imports up in these folders", "the project's folder, and `src` in it", '["lib", "training"]'),
    Setting("cache-dir", ONE_FOLDER, "keep findings in this folder, in `.bce_lint_cache`", "the project's folder", '".cache"'),
    Setting("output-format", FORMAT, "print findings in this format", '"full"', '"concise"'),
    Setting("severity", LEVEL_BY_RULE, "give these rules another severity", "{}", '{ BCE2 = "warning", BCE205 = "info" }'),
)
BY_KEY: Final = {setting.key: setting for setting in SETTINGS}
