"""Benchmarks: figures for the numbers that Fabric means to hold, beside those of peers measured in the same run.

Each public module is one benchmark: the first line of its docstring says what it measures, and `run(arguments)` measures
and prints Markdown. `python -m benchmarks` lists and runs all. Nothing is asserted: a number that is not held shows as MISS.
"""
