"""The settings, a row each: everything that mentions one is made from its row."""

from __future__ import annotations

from typing import Final, NamedTuple

from bce_lint.config.kinds import (
    COUNT,
    FLAG,
    FOLDERS,
    FORMAT,
    LEVEL_BY_RULE,
    ONE_FOLDER,
    PATTERNS,
    RULES,
    RULES_BY_PATTERN,
    ValueKind,
)


class SettingRow(NamedTuple):
    """A key of the configuration: its kind, what it does, what holds where it is not given, as TOML or in words, and an example."""

    key: str
    kind: ValueKind
    about: str
    default: str
    example: str
    whole_run: bool = False
    """True if it holds for a whole run, and comes from the configuration of the working folder."""

    @property
    def default_in_words(self) -> bool:
        """True if what holds where nothing is given is no TOML."""
        return self.default.startswith("the ")


SETTINGS: Final = (
    SettingRow("select", RULES, "report these rules instead of the default ones", "the rules that are on", '["BCE1", "BCE201"]'),
    SettingRow("ignore", RULES, "do not report these rules", "[]", '["BCE113"]'),
    SettingRow("extend-select", RULES, "report these rules as well", "[]", '["BCE123"]'),
    SettingRow("extend-ignore", RULES, "do not report these rules either; the same as `ignore`", "[]", '["softmax-without-dim"]'),
    SettingRow(
        "per-file-ignores",
        RULES_BY_PATTERN,
        "do not report these rules in the files, or below the folders, that a pattern names; `!` before it: in all others",
        "{}",
        '{ "tests/" = ["BCE1"], "!src/" = ["BCE601"] }',
    ),
    SettingRow("fixable", RULES, "fix these rules only", '["BCE"]', '["BCE2", "BCE3"]'),
    SettingRow("unfixable", RULES, "do not fix these rules", "[]", '["BCE203"]'),
    SettingRow(
        "extend-safe-fixes",
        RULES,
        "take unsafe fixes of these rules for safe; from a file only with `--extend-safe-fixes` on the command line",
        "[]",
        '["BCE103"]',
    ),
    SettingRow("extend-unsafe-fixes", RULES, "take safe fixes of these rules for unsafe", "[]", '["BCE203"]'),
    SettingRow(
        "exclude",
        PATTERNS,
        "leave these files and folders out in place of the usual build and environment folders",
        "the usual folders",
        '["/build/", "vendored"]',
    ),
    SettingRow("extend-exclude", PATTERNS, "leave these files and folders out as well", "[]", '["generated_*.py", "/experiments/old/"]'),
    SettingRow("force-exclude", FLAG, "leave out what is excluded or ignored even where it is named", "false", "true"),
    SettingRow("src", FOLDERS, "look imports up in these folders", "the project's folder, and `src` in it", '["lib", "training"]'),
    SettingRow("cache-dir", ONE_FOLDER, "keep findings in this folder, in `.bce_lint_cache`", "the project's folder", '".cache"', True),
    SettingRow("jobs", COUNT, "lint up to so many projects at a time; `0` is as many as there are cores", "0", "2", True),
    SettingRow("output-format", FORMAT, "print findings in this format", '"full"', '"concise"', True),
    SettingRow("severity", LEVEL_BY_RULE, "give these rules another severity", "{}", '{ BCE2 = "warning", BCE205 = "info" }'),
    SettingRow("report-possible", FLAG, "report as well what is wrong under a condition only, and say under which", "false", "true"),
    SettingRow(
        "exit-non-zero-on-possible", FLAG, "exit with 1 for possible findings, too, where they are reported", "false", "true", True
    ),
)
BY_KEY: Final = {setting.key: setting for setting in SETTINGS}
