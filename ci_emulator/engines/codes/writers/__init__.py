"""One module a library. Each gives the modules of a symbol as rows of bytes, 1 dark and 0 light, no quiet zone."""
