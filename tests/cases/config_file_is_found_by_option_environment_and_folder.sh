# SPDX-License-Identifier: Apache-2.0
# --config, then EXTRACT_CONFIG, then $XDG_CONFIG_HOME, then ~/.config.
. "$EXTRACT_SRCDIR/tests/lib.sh"

make() {
    mkdir -p "$(dirname "$1")"
    printf '[extract]\nmax_wait = %s\n' "$2" >"$1"
}
waits() {
    expect 0 "$EXTRACT" config --output json "$@"
    summary '.settings[] | select(.key == "max_wait") | .value'
}

export XDG_CONFIG_HOME=$TMP_CASE/xdg
equal "$(waits)" 15m
make .config/extract/extract.conf 1s
equal "$(waits)" 1s
make xdg/extract/extract.conf 2s
equal "$(waits)" 2s
make named.conf 3s
export EXTRACT_CONFIG=$TMP_CASE/named.conf
equal "$(waits)" 3s
make option.conf 4s
equal "$(waits --config option.conf)" 4s
equal "$(waits -c option.conf)" 4s

# a file that was named must be there
expect 78 "$EXTRACT" config --config missing.conf
says 'missing.conf: No such file'
EXTRACT_CONFIG=missing.conf expect 78 "$EXTRACT" config
says 'missing.conf: No such file'

# and nobody else may be able to change it
for mode in 660 606; do
    chmod "$mode" option.conf
    expect 78 "$EXTRACT" config --config option.conf
    says "option.conf: must belong to you or root and be writable by nobody else; run: chmod go-w 'option.conf'"
done
chmod 644 option.conf
equal "$(waits --config option.conf)" 4s
