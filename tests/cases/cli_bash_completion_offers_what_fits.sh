# SPDX-License-Identifier: Apache-2.0
# The bash completion offers commands, their second words, their options and the choices of these.
. "$EXTRACT_SRCDIR/tests/lib.sh"

"$EXTRACT_BUILDDIR/src/command/generate" bash >completion
# shellcheck disable=SC1091
. ./completion

# offers WORD... LAST: what is offered for LAST, sorted, on one line
offers() {
    COMP_WORDS=(extract "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _extract
    [[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
}

equal "$(offers '')" "audit check config ddl keys load plan publish purge replay show status verify"
equal "$(offers st)" "status"
equal "$(offers keys '')" "init list rotate verify"
equal "$(offers audit e)" "export"
equal "$(offers --so)" "--source"
equal "$(offers keys init --esc)" "--escrow"
equal "$(offers keys list --esc)" ""
equal "$(offers show --q)" "--quarantine --quiet"
equal "$(offers --source random_user --output '')" "json text"
equal "$(offers --output j)" "json"
touch here.conf
mkdir folder
equal "$(offers check --config h)" "here.conf"
equal "$(offers check --state f)" "folder"
