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
    echo "installed into $to: $(names | wc -l) analyzers, bin/vactl finds them from where it lies"
}

# What the operator wrote stays.
install_configuration() {
    for name in va.toml models.toml; do
        kept=$to/etc/va/$name
        if [ ! -e "$kept" ]; then
            put 644 "configs/$name" "$kept"
        elif cmp -s "configs/$name" "$kept"; then
            rm -f "$kept.new"
        else
            put 644 "configs/$name" "$kept.new"
            echo "install: $kept was changed and is kept; the new one is beside it, $name.new"
        fi
    done
}

install_unit() {
    # In a unit a % is written twice; & | and \ mean something to sed.
    prefix=$(printf '%s' "$PREFIX" | sed -e 's/%/%%/g' -e 's/[&|\\]/\\&/g')
    unit=$(mktemp)
    sed "s|@PREFIX@|$prefix|g" configs/systemd/va-daemon.service >"$unit"
    put 644 "$unit" "$to/lib/systemd/system/va-daemon.service"
    rm -f "$unit"
}

remove_all() {
    rm -f "$to/bin/vactl" "$to/lib/va/va-daemon" "$to/lib/va/va-worker" "$to/lib/systemd/system/va-daemon.service" \
        "$to/etc/va/va.toml.new" "$to/etc/va/models.toml.new"
    for name in $(names); do
        rm -f "$to/lib/va/analyzers/$name.so"
    done
    rmdir "$to/lib/va/analyzers" "$to/lib/va" 2>/dev/null || true
    if [ -e "$to/etc/va/va.toml" ]; then
        echo "removed from $to; what is in $to/etc/va is kept"
    fi
}

case "${1:-}" in
--remove) remove_all ;;
*) install_all ;;
esac
