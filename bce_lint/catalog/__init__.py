"""What PyTorch promises, as tables without logic."""
