"""Every rule is documented, under the same headings, and selected by code, prefix or name."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

import pytest

from bce_lint.rules import pages
from bce_lint.rules.pages import BEGIN, END, example, index, page, pictures, sections, with_table, write
from bce_lint.rules.registry import BY_CODE, RULES, resolve
from bce_lint.rules.rule import Rule

DOCS = Path(__file__).parents[2] / "docs" / "rules"
README = DOCS.parents[1] / "README.md"
CHECKING = [rule for rule in RULES if not rule.code.startswith("BCE9")]
HEADINGS = ["What it does", "Why is this bad?", "Example", "Use instead", "Fix safety", "References"]


@pytest.mark.parametrize("rule", CHECKING, ids=lambda rule: rule.code)
def test_headings(rule: Rule) -> None:
    found = list(sections(rule))
    assert [title for title in found if title != "Numerics"] == HEADINGS
    assert all(sections(rule).values())


@pytest.mark.parametrize("rule", CHECKING, ids=lambda rule: rule.code)
def test_examples_are_python_and_say_why_the_second_is_right(rule: Rule) -> None:
    for title in ("Example", "Use instead"):
        assert ast.parse(example(rule, title)).body
    assert "This is right" in sections(rule)["Use instead"]


def test_a_page_without_an_example() -> None:
    assert example(BY_CODE["BCE901"], "Example") == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_module_is_named_after_the_rule(rule: Rule) -> None:
    assert rule.check.__module__ == "bce_lint.rules.checks." + rule.name.replace("-", "_")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_page_in_docs_is_the_docstring(rule: Rule) -> None:
    assert (DOCS / f"{rule.code}.md").read_text(encoding="utf-8") == page(rule, pictures(DOCS, rule))


def test_the_docs_hold_these_pages_only(tmp_path: Path) -> None:
    write(tmp_path / "rules")
    assert {path.name for path in DOCS.iterdir()} == {path.name for path in (tmp_path / "rules").iterdir()} | {"pictures"}
    assert (DOCS / "README.md").read_text(encoding="utf-8") == index()


def test_a_page_shows_the_pictures_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for name, title in (("BCE103-2", "a(b) &lt; …"), ("BCE103-1", "first"), ("BCE104", "of another rule")):
        (tmp_path / "pictures" / f"{name}.svg").write_text(f"<svg>\n <title>{title}</title></svg>", encoding="utf-8")
    (tmp_path / "pictures" / "BCE104-2.svg").write_text("<svg></svg>", encoding="utf-8")
    write(tmp_path)
    text = (tmp_path / "BCE103.md").read_text(encoding="utf-8")
    shown = "![first](pictures/BCE103-1.svg)\n\n![a(b) < …](pictures/BCE103-2.svg)\n\n## References\n"
    assert text.count(shown) == text.count("![") - 1 == 1
    assert text.replace("![first](pictures/BCE103-1.svg)\n\n![a(b) < …](pictures/BCE103-2.svg)\n\n", "") == page(BY_CODE["BCE103"])
    assert "![](pictures/BCE104-2.svg)" in (tmp_path / "BCE104.md").read_text(encoding="utf-8")


def test_every_picture_is_on_a_page() -> None:
    shown = {address for rule in RULES for address in pictures(DOCS, rule)}
    assert shown == {f"pictures/{path.name}" for path in (DOCS / "pictures").iterdir()}
    assert {address[9:15] for address in shown} == {"BCE101", "BCE103", "BCE111", "BCE501", "BCE502"}
    assert all(f"]({address})" in (DOCS / f"{address[9:15]}.md").read_text(encoding="utf-8") for address in shown)


def test_the_pages_are_written_by_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}| stale |\n{END}after\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["pages", str(tmp_path / "rules"), str(tmp_path / "README.md")])
    runpy.run_path(pages.__file__, run_name="__main__")
    assert (tmp_path / "rules" / "BCE103.md").read_text(encoding="utf-8") == page(BY_CODE["BCE103"])
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"before\n{BEGIN}| code |") and readme.endswith(f"{END}after\n") and "stale" not in readme


def test_the_table_in_the_readme_is_written_by_it() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_table(text) == text


def test_a_readme_without_marks_has_no_table() -> None:
    with pytest.raises(ValueError, match="no table between"):
        with_table(f"{BEGIN}| code |\n")


def test_codes_and_names_are_unique_and_sorted() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("BCE103", {"BCE103"}),
        ("BCE12", {"BCE121", "BCE122", "BCE123"}),
        ("sigmoid-before-bce-loss", {"BCE101"}),
        ("BCE", {rule.code for rule in RULES}),
    ],
)
def test_selectors(selector: str, expected: set[str]) -> None:
    assert resolve(selector) == expected


@pytest.mark.parametrize("selector", ["", "BCE8", "bce103", "sigmoid", "E501"])
def test_selectors_that_name_nothing(selector: str) -> None:
    with pytest.raises(KeyError):
        resolve(selector)
