"""The abstract interpretation, in rooms of its own."""
