#!/bin/sh
# Prints an interpreter that runs and is Python 3.11 or newer: $PYTHON where it is set, else the first one found.
# A name on the PATH proves nothing: a version manager's shim may be there and refuse to run.
set -eu

# The oldest Python the project supports.
recent='import sys; sys.exit(sys.version_info < (3, 11))'

for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
    if "$candidate" -c "$recent" >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done

if [ -n "${PYTHON:-}" ]; then
    echo "PYTHON=$PYTHON is not a Python 3.11 or newer that runs." >&2
else
    echo "Python 3.11 or newer is needed and was not found; install it, or name it: make PYTHON=/path/to/python3" >&2
fi
exit 1
