#!/bin/sh
# Which crate may know which, however far apart: reads the tree of each crate, without its tests, and says what must
# not be in it. ARCHITECTURE.md gives the reasons.
set -eu

FFMPEG="ffmpeg-next|ffmpeg-sys-next"
MODELS="ort|tch"
NETWORK="tokio|hyper|axum"
OWN_ANALYZERS=$(for folder in analyzers/*/; do printf '|va-analyzer-%s' "$(basename "$folder" | tr _ -)"; done)
OWN_ANALYZERS=${OWN_ANALYZERS#|}
wrong=0

# never CRATE PATTERN: CRATE knows nothing of what the pattern names.
never() {
    tree=$(cargo tree --locked --package "$1" --edges normal,build --prefix none --format '{p}')
    found=$(printf '%s\n' "$tree" | cut -d' ' -f1 | sort -u | grep -xE "$2" | grep -vx "$1" | paste -sd ' ') || true
    if [ -n "$found" ]; then
        echo "arrows: $1 must not know $found; \`cargo tree -p $1 -i NAME\` shows by which way it does" >&2
        wrong=1
    fi
}

never va-protocol "$NETWORK|va-.*"
never va-analyzer-sdk "$NETWORK|$MODELS|$FFMPEG|va-.*"
never va-inference "$NETWORK|$FFMPEG|va-protocol|va-worker|va-daemon|vactl"
never va-models "$NETWORK|$MODELS|$FFMPEG|ureq|va-.*"
never va-models-pull "$NETWORK|$MODELS|$FFMPEG|va-protocol|va-analyzer-sdk|va-inference|va-worker|va-daemon|vactl"
never va-worker "$NETWORK|$MODELS|va-inference|$OWN_ANALYZERS"
never va-daemon "ureq|va-models-pull|$MODELS|$FFMPEG|abi_stable|va-analyzer-sdk|va-inference|va-worker|vactl|$OWN_ANALYZERS"
never vactl "$MODELS|$FFMPEG|abi_stable|va-analyzer-sdk|va-inference|va-worker|va-daemon"
for analyzer in $(printf '%s' "$OWN_ANALYZERS" | tr '|' ' '); do
    never "$analyzer" "$NETWORK|$FFMPEG|va-protocol|va-worker|va-daemon|vactl|$OWN_ANALYZERS"
done
exit "$wrong"
