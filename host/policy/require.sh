#!/usr/bin/env bash
# `require.sh rust|cc|python`: makes sure that a tool is there, installs what the distribution can give, and
# otherwise says in one message what to install. Asks nothing.
set -euo pipefail

fail() {
    printf 'error: %s\n' "$@" >&2
    exit 1
}

apt_install() { # PACKAGE...
    command -v apt-get >/dev/null || return 1
    local -a sudo=()
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || return 1
        sudo=(sudo)
    fi
    printf '  installing %s\n' "$*" >&2
    "${sudo[@]}" apt-get update -qq >/dev/null || return 1
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
        --no-install-recommends --no-remove -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

rust() {
    local root minimum have
    root=$(cd "$(dirname "$0")/../.." && pwd)
    minimum=$(sed -nE 's/^rust-version = "([0-9.]+)"/\1/p' "$root/Cargo.toml")
    command -v cargo >/dev/null && command -v rustc >/dev/null ||
        fail "Rust $minimum or newer is needed, and none was found. Install it from https://rustup.rs"
    have=$(rustc --version | sed -nE 's/^rustc ([0-9]+\.[0-9]+\.[0-9]+).*/\1/p')
    [[ $(printf '%s\n%s\n' "$minimum" "$have" | sort -V | head -n 1) == "$minimum" ]] ||
        fail "Rust $minimum or newer is needed, and rustc is $have. With rustup: rustup update stable"
}

cc_() {
    command -v cc >/dev/null || apt_install gcc libc6-dev ||
        fail "a C compiler is needed to link (cc), and none was found. Install gcc or clang"
}

python() {
    local probe
    command -v python3 >/dev/null || apt_install python3 python3-venv ||
        fail "python3 is needed for the client tests, and none was found"
    # Debian ships the module without what it needs to make an environment with pip in it.
    probe=$(mktemp -d)
    if ! python3 -m venv "$probe" >/dev/null 2>&1; then
        rm -rf "$probe"
        apt_install python3-venv || fail "python3 cannot make virtual environments. Install python3-venv"
    fi
    rm -rf "$probe"
}

case ${1:-} in
rust) rust ;;
cc) cc_ ;;
python) python ;;
*) fail "usage: require.sh rust|cc|python" ;;
esac
