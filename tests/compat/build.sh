#!/bin/sh
# Builds the plugin of the first released SDK, and of SDKs that do not fit, into TARGET/compat. What was built is kept.
set -eu

cd "$(dirname "$0")"
target=$CARGO_TARGET_DIR/compat
work=$target/other

# build NAME FOLDER: the plugin of a folder, installed under this name.
build() {
    cargo build --quiet --release --locked --manifest-path "$2/Cargo.toml" --target-dir "$target"
    mkdir -p "$target/plugins"
    # A library that is in use is never written to.
    cp "$target/release/libfirst_sdk.so" "$target/plugins/.$1.so"
    mv -f "$target/plugins/.$1.so" "$target/plugins/$1.so"
}

# other NAME VERSION SCRIPT: the same plugin against the frozen SDK as another version, with sed at work in src/abi.rs.
other() {
    to=$work/$1
    mkdir -p "$to"
    fresh=$(mktemp -d)
    cp -R sdk-0.1 plugin-0.1 "$fresh"
    sed -i "s/^version = .*/version = \"$2\"/" "$fresh/sdk-0.1/Cargo.toml"
    sed -i "/^name = \"va-analyzer-sdk\"\$/{n;s/.*/version = \"$2\"/}" "$fresh/plugin-0.1/Cargo.lock"
    sed -i "$3" "$fresh/sdk-0.1/src/abi.rs"
    # Only what differs is written, so that cargo finds nothing to do the next time.
    (cd "$fresh" && find . -type f) | while read -r file; do
        cmp -s "$fresh/$file" "$to/$file" || install -D -m 644 "$fresh/$file" "$to/$file"
    done
    rm -rf "$fresh"
    build "$1" "$to/plugin-0.1"
}

build first_sdk plugin-0.1
other newer_major 1.0.0 ''
other older_minor 0.0.9 ''
other other_layout 0.1.0 's/^    sample_rate: u32,$/    sample_rate: u64,/; s/sample_rate: chunk.sample_rate,/sample_rate: chunk.sample_rate as _,/'
