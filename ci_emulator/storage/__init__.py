"""Where state lives: facts (small ordered records) and blobs (immutable bytes), in memory or on disk.

`base` has the two interfaces; `memory` and `disk` carry them out and pass the same contract tests. Nothing is imported
here, so that a server on the memory store never loads SQLite.
"""
