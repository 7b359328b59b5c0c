"""Which source has the word on a setting: a file, then `--config KEY=VALUE`, then the options of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from bce_lint.config.reading import Configuration

OPTION, INLINE = "the command line", "--config"
NOTHING: Final = Configuration({}, "")


class Sourced(NamedTuple):
    """A value, the folder that its paths start from, and where it comes from."""

    value: Any
    folder: str
    origin: str


class Layers(NamedTuple):
    """What holds for the files of one configuration: that of a file, if there is one; what `--config` gives; and the options."""

    file: Configuration | None
    inline: Configuration
    options: Configuration

    def configured(self, key: str) -> Sourced | None:
        """What the configuration says: where `--config` has the key, that."""
        if key in self.inline.values:
            return Sourced(self.inline.values[key], self.inline.folder, INLINE)
        if self.file is None or key not in self.file.values:
            return None
        return Sourced(self.file.values[key], self.file.folder, self.file.path)

    def given(self, key: str) -> Sourced | None:
        """What the options of the command line say."""
        return Sourced(self.options.values[key], self.options.folder, OPTION) if key in self.options.values else None

    def both(self, key: str) -> Iterator[Sourced]:
        """What the configuration says, and then what the options say, of a key whose values add up."""
        yield from (one for one in (self.configured(key), self.given(key)) if one is not None)

    def last(self, key: str) -> Sourced | None:
        """What the options say, else the configuration, of a key that has one value."""
        return self.given(key) or self.configured(key)

    def all(self, key: str) -> Iterator[Sourced]:
        """What each of the three sources says, of a key whose entries replace one another."""
        for source, origin in ((self.file, self.file.path if self.file else ""), (self.inline, INLINE), (self.options, OPTION)):
            if source is not None and key in source.values:
                yield Sourced(source.values[key], source.folder, origin)


ADDING: Final = frozenset(
    ("ignore", "extend-select", "extend-ignore", "unfixable", "extend-safe-fixes", "extend-unsafe-fixes", "extend-exclude")
)
"""The keys of which options add to the configuration."""


def effective(layers: Layers, key: str) -> list[Sourced]:
    """What has a say on a setting, in order; nothing where the default holds."""
    if key == "severity":
        return list(layers.all(key))
    if key in ADDING:
        return list(layers.both(key))
    last = layers.last(key)
    return [] if last is None else [last]
