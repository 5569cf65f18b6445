#!/bin/sh
# Puts the programs below DESTDIR/PREFIX, or takes them away with --remove. A running daemon keeps what it has open:
# every file is written beside its place and then renamed.
set -eu

cd "$(dirname "$0")/.."
case "$PREFIX" in
/*) ;;
*) PREFIX=$PWD/$PREFIX ;;
esac
built=$CARGO_TARGET_DIR/release
to=${DESTDIR:-}$PREFIX

names() {
    for folder in analyzers/*/; do basename "$folder"; done
}

# put MODE FILE PLACE
put() {
    mkdir -p "$(dirname "$3")"
    install -m "$1" "$2" "$3.new-$$"
    mv -f "$3.new-$$" "$3"
}

install_all() {
    for program in vactl va-daemon va-worker; do
        [ -x "$built/$program" ] || {
            echo "install: $built/$program is missing; run \`make build\` first" >&2
            exit 1
        }
    done
    put 755 "$built/vactl" "$to/bin/vactl"
    put 755 "$built/va-daemon" "$to/lib/va/va-daemon"
    put 755 "$built/va-worker" "$to/lib/va/va-worker"
    for name in $(names); do
        put 644 "$built/libva_analyzer_$name.so" "$to/lib/va/analyzers/$name.so"
    done
    install_configuration
    install_unit
    install_sdk
    echo "installed into $to: $(names | wc -l) analyzers, bin/vactl finds them from where it lies"
}

# What the operator wrote stays; what is still as it was shipped last is replaced. `.shipped` has the sums of that.
install_configuration() {
    shipped=$to/etc/va/.shipped
    for name in va.toml models.toml; do
        kept=$to/etc/va/$name
        if [ ! -e "$kept" ] || cmp -s "configs/$name" "$kept" || as_shipped "$name"; then
            put 644 "configs/$name" "$kept"
            rm -f "$kept.new"
        else
            put 644 "configs/$name" "$kept.new"
            echo "install: $kept was changed and is kept; the new one is beside it, $name.new"
        fi
    done
    sums=$(mktemp)
    (cd configs && sha256sum va.toml models.toml) >"$sums"
    put 644 "$sums" "$shipped"
    rm -f "$sums"
}

# as_shipped NAME: nobody has changed it since it was put there.
as_shipped() {
    [ -e "$shipped" ] && (cd "$to/etc/va" && grep "  $1\$" .shipped | sha256sum --check --status 2>/dev/null)
}

install_unit() {
    # In a unit a % is written twice; & | and \ mean something to sed.
    prefix=$(printf '%s' "$PREFIX" | sed -e 's/%/%%/g' -e 's/[&|\\]/\\&/g')
    unit=$(mktemp)
    sed "s|@PREFIX@|$prefix|g" configs/systemd/va-daemon.service >"$unit"
    put 644 "$unit" "$to/lib/systemd/system/va-daemon.service"
    rm -f "$unit"
}

# The SDK's source, for `vactl plugins new`: whole in its place, or the old one still.
install_sdk() {
    sdk=$to/share/va/analyzer-sdk
    rm -rf "$sdk.new" "$sdk.old"
    scripts/sdk.sh "$sdk.new"
    cp Cargo.lock "$sdk.new/Cargo.lock"
    chmod -R u=rwX,go=rX "$sdk.new"
    if [ -e "$sdk" ]; then mv "$sdk" "$sdk.old"; fi
    mv "$sdk.new" "$sdk"
    rm -rf "$sdk.old"
}

remove_all() {
    rm -f "$to/bin/vactl" "$to/lib/va/va-daemon" "$to/lib/va/va-worker" "$to/lib/systemd/system/va-daemon.service" \
        "$to/etc/va/va.toml.new" "$to/etc/va/models.toml.new"
    for name in $(names); do
        rm -f "$to/lib/va/analyzers/$name.so"
    done
    rm -rf "$to/share/va/analyzer-sdk"
    rmdir "$to/share/va" "$to/lib/va/analyzers" "$to/lib/va" 2>/dev/null || true
    if [ -e "$to/etc/va/va.toml" ]; then
        echo "removed from $to; what is in $to/etc/va is kept"
    fi
}

case "${1:-}" in
--remove) remove_all ;;
*) install_all ;;
esac
