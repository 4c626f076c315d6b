#!/bin/sh
# image.sh DIRECTORY: installs the server into a new virtual environment without pip, as the container image has it.
# Builds in a scratch directory; the source tree is not written to.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
target=$1
python=$(sh "$root/tools/setup/python.sh")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$python" -m venv "$scratch/build"
pip() {
    "$scratch/build/bin/python" -m pip --disable-pip-version-check "$@"
}
pip install -q --no-deps -r "$root/requirements/build.txt"
pip wheel -q --no-deps --no-build-isolation --wheel-dir "$scratch/wheels" "$root"

"$python" -m venv --clear --without-pip "$target"
pip --python "$target/bin/python" install -q --no-deps -r "$root/requirements/serve.txt" "$scratch"/wheels/*.whl
