#!/bin/sh
# apt.sh PACKAGE...: installs the Debian packages that are missing; never asks for a password.
#
# Exit status: 0 all are there; 3 they cannot be installed from here, and it says what to install;
# 4 apt failed, and its output is shown.
set -eu

missing=
for package in "$@"; do
    # Since Debian 13 the libraries that were built anew for 64-bit time have names that end in t64.
    for name in "$package" "${package}t64"; do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) || status=
        [ "$status" != installed ] || continue 2
    done
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

refuse() {
    echo "Missing:$missing. $1" >&2
    exit 3
}

command -v apt-get >/dev/null 2>&1 || refuse "Install what your system calls these Debian packages."
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif sudo -n true >/dev/null 2>&1; then
    as_root="sudo -n"
else
    refuse "Run: sudo apt-get install$missing"
fi

apt() {
    # Word splitting is meant: $as_root is empty or a command with an option.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
        -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing$missing with apt-get" >&2
# The package lists of a new machine are empty, those of an old one name files that are gone.
# shellcheck disable=SC2086
if apt install -y --no-install-recommends $missing >"$log" 2>&1; then
    exit 0
fi
if apt update >>"$log" 2>&1 && apt install -y --no-install-recommends $missing >>"$log" 2>&1; then
    exit 0
fi
tail -n 20 "$log" >&2
echo "apt-get could not install$missing." >&2
exit 4
