"""A file in, a file out: encodings, newlines, discovery, projects, suppression, atomic writes."""
