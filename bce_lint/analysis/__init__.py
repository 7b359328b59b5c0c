"""The abstract interpretation, in rooms of its own: `docs/architecture.md` has their map, `docs/glossary.md` their words."""
