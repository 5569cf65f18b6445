#!/bin/sh
# sdk.sh FOLDER: the analyzer SDK's source as a crate that stands by itself, outside of this workspace: what a plugin is
# built against on a machine that has only the installed files, and what tests/compat keeps of each released version.
set -eu

to=$1
cd "$(dirname "$0")/.."

# The SDK's manifest, each `workspace = true` replaced by what the workspace's says.
manifest() {
    awk '
        FNR == 1 { file++ }
        /^\[/ { section = $0 }
        file == 1 && (section == "[workspace.package]" || section == "[workspace.dependencies]") && / = / {
            key = $1
            sub(/^[^=]*= */, "")
            value[key] = $0
            next
        }
        file == 1 { next }
        section == "[lints]" { next }
        /^[a-z_-]+\.workspace = true$/ {
            key = $1
            sub(/\.workspace$/, "", key)
            if (!(key in value)) { print "sdk: the workspace says nothing of " key > "/dev/stderr"; exit 1 }
            print key " = " value[key]
            next
        }
        { print }
        END { print "\n# It belongs to no workspace that it may lie in.\n[workspace]" }
    ' Cargo.toml analyzer-sdk/Cargo.toml
}

mkdir -p "$to"
manifest >"$to/Cargo.toml"
touch -r analyzer-sdk/Cargo.toml "$to/Cargo.toml"
rm -rf "$to/src"
# With their times: cargo then knows that nothing has changed.
cp -Rp analyzer-sdk/src "$to/src"
