"""Programs that nobody would write, and what bce-lint may never do with them: crash, hang, take gigabytes, or answer in two ways."""
