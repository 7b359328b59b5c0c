"""Programs that are made to cost much: generated, measured by counting, and with losses in them that must still be found.

`programs.py` wraps a hostile piece into a small project with a loss bug behind it wherever one can stand: in the same function, in
another function of the file, at the end of the file, and in another file. `families.py` says what a family of such programs is: a
function from a size to a program, and how its cost may grow. `measure.py` runs the analysis of a project in this process and counts:
what the interpreter did by the names of its functions, the sizes of what it made, and every call at all. `growth.py` compares the
counts of two sizes. Nothing here looks at a clock, so that a busy machine fails no test.

A new family is an entry in one of the tables that `tests/hostile/test_*.py` goes through. `python -m tests.hostile [NAME...]` runs
the families at their full size, each in a process of its own, and prints the seconds, the memory, and what is wrong.
"""
