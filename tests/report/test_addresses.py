"""Where a rule's page is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from bce_lint.report.addresses import SETTING, rule_address, rules_address
from bce_lint.rules.registry import RULES

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """What is known of the installation is forgotten before and after a test."""
    rules_address.cache_clear()
    yield
    rules_address.cache_clear()


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, *headers: str) -> None:
    """Installs the metadata of a bce-lint in front of that which is there."""
    info = folder / "bce_lint-0.1.0.dist-info"
    info.mkdir()
    lines = ("Metadata-Version: 2.4", "Name: bce-lint", "Version: 0.1.0", *headers)
    (info / "METADATA").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])


def test_the_address_is_that_of_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "Project-URL: Home, https://example.org", "Project-URL: Rules, https://example.org/rules/")
    assert rule_address("BCE103") == "https://example.org/rules/BCE103.md"


def test_an_installation_without_an_address_names_the_page_in_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "Project-URL: Home, https://example.org")
    assert (rules_address(), rule_address("BCE103")) == ("", "docs/rules/BCE103.md")
    assert all((ROOT / rule_address(rule.code)).is_file() for rule in RULES)


def test_what_was_not_installed_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    assert rules_address() == ""


def test_the_setting_is_in_pyproject() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert urls[SETTING].startswith("https://") and not urls[SETTING].endswith("/")
