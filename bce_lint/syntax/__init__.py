"""Text to IR: two readers, one builder."""
