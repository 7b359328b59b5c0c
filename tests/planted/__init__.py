"""Training programs whose answer is known by construction, and what each reader of them says."""
