#!/bin/sh
# venv.sh DIRECTORY: makes a virtual environment with pip there, or leaves one that works as it is.
set -eu

here=$(dirname "$0")
venv=$1

# One whose Python was removed or upgraded away is made anew.
if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

python=$(sh "$here/python.sh")

# Debian and Ubuntu ship the pip of a new environment in a package of its own.
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
    if ! sh "$here/apt.sh" "$package" || ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$python cannot make a virtual environment: its modules venv and ensurepip are missing." >&2
        exit 1
    fi
fi

"$python" -m venv --clear "$venv"
