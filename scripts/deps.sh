#!/bin/sh
# Installs what is missing, and only that: `packages` of Debian to build and run, `tools` of cargo to test.
set -eu

PACKAGES="gcc libc6-dev pkg-config clang libclang-dev ffmpeg
    libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libswresample-dev
    python3 python3-pip fonts-dejavu-core fonts-liberation fonts-lato"
# Debian's npm does not go with a Node.js from elsewhere, which brings its own.
command -v npm >/dev/null || PACKAGES="$PACKAGES npm"
LIBRARIES="libavcodec libavformat libavutil libswscale libswresample"

fail() {
    echo "deps: $1" >&2
    exit 1
}

installed() {
    dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q ' installed$'
}

debian_packages() {
    missing=
    for package in $PACKAGES; do
        installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "as root: apt-get update && apt-get install$missing"
        as_root=sudo
    fi
    echo "deps: installing$missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # one word for each package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# Elsewhere a person installs them; here is only told which.
other_system() {
    missing=
    for program in cc clang pkg-config ffmpeg python3 npm; do
        command -v "$program" >/dev/null || missing="$missing $program"
    done
    for library in $LIBRARIES; do
        pkg-config --exists "$library" 2>/dev/null || missing="$missing $library"
    done
    [ -z "$missing" ] || fail "this system has no dpkg, so please install by its own means:$missing"
}

rust() {
    wanted=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
    command -v cargo >/dev/null ||
        fail "cargo is missing: install Rust by rustup (https://rustup.rs), which then fetches Rust $wanted by itself"
    has=$(rustc --version | cut -d' ' -f2)
    [ "$(printf '%s\n' "$wanted" "$has" | sort -V | head -n 1)" = "$wanted" ] ||
        fail "Rust $has is too old: with rustup (https://rustup.rs), Rust $wanted comes by itself"
}

# Built without much optimisation: compiling them well would take longer than they ever run.
tool() {
    command -v "$1" >/dev/null && return
    echo "deps: building $1 $2, once, into $VA_CACHE_DIR/tools"
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo install --quiet --locked --root "$VA_CACHE_DIR/tools" --version "$2" "$1"
}

case "${1:-}" in
packages)
    if command -v dpkg-query >/dev/null; then debian_packages; else other_system; fi
    rust
    ;;
tools)
    tool cargo-nextest 0.9.143
    tool cargo-deny 0.20.2
    ;;
*)
    fail "usage: deps.sh packages|tools"
    ;;
esac
