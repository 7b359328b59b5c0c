"""Whether two revisions of bce-lint give the same answers, byte for byte: `python -m benchmarks.same OLD NEW`."""
