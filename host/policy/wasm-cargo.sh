#!/usr/bin/env bash
# Runs cargo for the WebAssembly guests: `wasm-cargo.sh build --profile guest -p NAME`.
#
# What it adds is a compiler that has the standard library for wasm32-unknown-unknown, found in this order:
#   1. the active Rust, when the library is installed with it;
#   2. rustup, unless RUSTUP_AUTO_INSTALL=0 forbids it to download;
#   3. the distribution's Rust, when the library is installed with it;
#   4. the distribution's Rust and the library's source, from which the library is built once and cached;
#   5. 3 or 4 after installing the distribution's packages with apt-get;
#   6. else one error that says what to install.
set -euo pipefail

readonly TARGET=wasm32-unknown-unknown
readonly DISTRIBUTION_RUSTC=/usr/bin/rustc
readonly MINIMUM_MINOR=95 # As `rust-version` in Cargo.toml: 1.95.

say() { printf '  %s\n' "$*" >&2; }

# Looks for the library itself: rustup's lists know nothing of other installations.
has_wasm_std() { # RUSTC
    local sysroot
    sysroot=$("$1" --print sysroot 2>/dev/null) || return 1
    compgen -G "$sysroot/lib/rustlib/$TARGET/lib/libstd-*.rlib" >/dev/null
}

is_recent() { # RUSTC
    local minor
    minor=$("$1" --version 2>/dev/null | sed -nE 's/^rustc 1\.([0-9]+)\..*/\1/p')
    [[ -n $minor && $minor -ge $MINIMUM_MINOR ]]
}

std_source() { # RUSTC
    local sysroot
    sysroot=$("$1" --print sysroot 2>/dev/null) || return 1
    [[ -f $sysroot/lib/rustlib/src/rust/library/std/Cargo.toml ]]
}

# Builds the library for the compiler $1 unless it is cached, and prints the sysroot that holds it. A sysroot
# rather than -Zbuild-std in every build: that would build the library again for each profile and folder.
cached_sysroot() { # RUSTC
    local rustc=$1 version host key sysroot work
    version=$("$rustc" -vV)
    host=$(sed -n 's/^host: //p' <<<"$version")
    key=$(sha256sum <<<"$version" | cut -c1-16)
    sysroot=${XDG_CACHE_HOME:-$HOME/.cache}/gansauditor/wasm-std-$key
    mkdir -p "$(dirname "$sysroot")"
    # Two builds at once: the second waits and finds it done.
    exec 9>"$sysroot.lock"
    flock 9
    if [[ ! -e $sysroot/complete ]]; then
        say "building the standard library for $TARGET (once, about a minute)"
        rm -rf "$sysroot"
        work=$(mktemp -d "$sysroot.XXXXXX")
        mkdir -p "$work/crate/src"
        : >"$work/crate/src/lib.rs"
        cat >"$work/crate/Cargo.toml" <<'TOML'
[package]
name = "empty"
edition = "2024"
[profile.release]
panic = "abort"
[workspace]
TOML
        # Bitcode too, so that guests can be linked as a whole.
        if ! RUSTC=$rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes" RUSTC_WRAPPER="" \
            cargo build --quiet --release -Zbuild-std=std,panic_abort --target "$TARGET" \
            --manifest-path "$work/crate/Cargo.toml" --target-dir "$work/target" >&2; then
            rm -rf "$work"
            return 1
        fi
        mkdir -p "$work/sysroot/lib/rustlib/$TARGET/lib"
        cp "$work/target/$TARGET/release/deps/"*.rlib "$work/sysroot/lib/rustlib/$TARGET/lib/"
        rm -f "$work/sysroot/lib/rustlib/$TARGET/lib/"libempty-*.rlib
        # The linker and the host's own library stay where they are.
        ln -s "$("$rustc" --print sysroot)/lib/rustlib/$host" "$work/sysroot/lib/rustlib/$host"
        : >"$work/sysroot/complete"
        mv "$work/sysroot" "$sysroot"
        rm -rf "$work"
    fi
    exec 9>&-
    printf '%s\n' "$sysroot"
}

use_distribution() {
    is_recent "$DISTRIBUTION_RUSTC" || return 1
    if has_wasm_std "$DISTRIBUTION_RUSTC"; then
        export RUSTC=$DISTRIBUTION_RUSTC
    elif std_source "$DISTRIBUTION_RUSTC" && command -v rust-lld >/dev/null; then
        local sysroot
        sysroot=$(cached_sysroot "$DISTRIBUTION_RUSTC") || return 1
        export RUSTC=$DISTRIBUTION_RUSTC RUSTFLAGS="--sysroot $sysroot"
    else
        return 1
    fi
}

declare -a sudo=()

# --no-remove: the two kinds of Rust packages exclude each other, and this is no reason to take one away.
apt_install() { # PACKAGE...
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
        --no-install-recommends --no-remove -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

install_distribution() {
    command -v apt-get >/dev/null || return 1
    local -a packages
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || return 1
        sudo=(sudo)
    fi
    say "installing the distribution's Rust for WebAssembly"
    "${sudo[@]}" apt-get update -qq >&2 || return 1
    if apt-cache show rustc-web >/dev/null 2>&1; then
        packages=(rustc-web rust-web-src rust-web-llvm cargo-web)
    else
        packages=(rustc cargo lld libstd-rust-dev-wasm32)
    fi
    apt_install "${packages[@]}" || return 1
    # Debian's linker is a link to a package that is only recommended, and whose name holds its version.
    if [[ -L /usr/bin/rust-lld && ! -e /usr/bin/rust-lld ]]; then
        apt_install "$(basename "$(readlink /usr/bin/rust-lld)")"
    fi
}

active=${RUSTC:-rustc}
if has_wasm_std "$active"; then
    :
elif [[ ${RUSTUP_AUTO_INSTALL:-1} != 0 ]] && command -v rustup >/dev/null &&
    say "adding $TARGET with rustup" && rustup target add "$TARGET" >&2 && has_wasm_std "$active"; then
    :
elif use_distribution; then
    :
elif install_distribution && use_distribution; then
    :
else
    cat >&2 <<EOF
error: no Rust 1.$MINIMUM_MINOR or newer with a standard library for $TARGET was found.
       With rustup: rustup target add $TARGET
       Debian 12:   apt-get install rustc-web rust-web-src rust-web-llvm cargo-web
       Others:      the package with the standard library for wasm32, e.g. libstd-rust-dev-wasm32
EOF
    exit 1
fi

# The guests have a target folder of their own: the compiler may be another one, and sharing would rebuild
# everything at each change between them.
exec cargo "$@" --target "$TARGET" --target-dir "$(dirname "$0")/../../target/guest"
