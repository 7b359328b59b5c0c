"""The project around a run: its index, import graph, reachability, and its files."""
