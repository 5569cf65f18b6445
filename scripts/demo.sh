#!/bin/sh
# Analyses one real clip with a fresh installation and a daemon of its own, which ends with this script. A daemon that
# runs already is not touched.
set -eu

cd "$(dirname "$0")/.."
clip=$VA_CACHE_DIR/media/obama_speech.mp4
PREFIX=$CARGO_TARGET_DIR/va-demo
document=$PREFIX/obama_speech.json
export PREFIX DESTDIR=

python3 tests/media/fetch.py "$(basename "$clip")"
scripts/install.sh
vactl=$PREFIX/bin/vactl

# A socket's path must be short, so the state is not below the target folder.
VA_STATE_DIR=$(mktemp -d)
VA_SOCKET=$VA_STATE_DIR/va.sock
VA_MODELS_DIR=$VA_CACHE_DIR/models
export VA_STATE_DIR VA_SOCKET VA_MODELS_DIR
unset VA_DAEMON

stop() {
    status=$?
    trap - EXIT INT TERM
    if [ "$status" -ne 0 ] && [ -s "$VA_STATE_DIR/daemon.log" ]; then
        echo "demo: the daemon's last words:" >&2
        tail -n 20 "$VA_STATE_DIR/daemon.log" >&2
    fi
    "$vactl" daemon stop >/dev/null 2>&1 || true
    rm -rf "$VA_STATE_DIR"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf '\n$ vactl analyze %s -o %s\n' "$clip" "$document"
"$vactl" analyze "$clip" -o "$document" --format table </dev/null
printf '\nThe document is %s\n' "$document"
