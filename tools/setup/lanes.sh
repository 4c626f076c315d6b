#!/bin/sh
# lanes.sh PYTHON [LANE...]: installs the system programs of the named lanes, of all when none is named.
#
# A lane is a group of tests (or a part of the server) that needs more than Python packages. What cannot be installed
# is said in one line and left out; with REQUIRE_LANES=1 that is an error.
set -eu

here=$(dirname "$0")
python=$1
shift
[ $# -gt 0 ] || set -- zbar curl node chromium

# Each lane: is it here, which Debian packages bring it, and what is lost without it.
zbar_present() {
    "$python" -c 'import sys
from ci_emulator.engines.codes.readers import zbar
sys.exit(zbar.status().startswith("absent"))'
}
zbar_packages="libzbar0"
zbar_without="codes are read without zbar, the second reader"

curl_present() { command -v curl >/dev/null; }
curl_packages="curl ca-certificates"
curl_without="the examples with curl are not run"

node_present() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; }
node_packages="nodejs npm"
node_without="the clients for Node are not run"

# By its path, as the tests start it: what has that name elsewhere may be a browser that cannot run without a desktop.
chromium_present() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; }
chromium_packages="chromium"
chromium_without="the clients for browsers are not run"

missing=0
for lane in "$@"; do
    if "${lane}_present"; then
        continue
    fi
    eval "packages=\$${lane}_packages without=\$${lane}_without"
    # shellcheck disable=SC2086
    if sh "$here/apt.sh" $packages && "${lane}_present"; then
        continue
    fi
    echo "Lane $lane is not available: $without." >&2
    missing=1
done
[ "$missing" -eq 0 ] || [ "${REQUIRE_LANES:-}" != 1 ]
