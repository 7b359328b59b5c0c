"""What torch, NumPy and Python's own functions do to abstract values."""
