"""How well codes are read: composites with known texts and places, and a table that compares readers on them.

python -m bench.quality [--scenes N] [--seed S] [--kind KIND]
"""
