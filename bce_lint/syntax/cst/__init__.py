"""LibCST's trees lowered to the IR: newer syntax than the running Python's, and every text that `ast` refuses."""
