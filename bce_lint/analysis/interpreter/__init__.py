"""The evaluator: expressions, statements, calls and entry points."""
