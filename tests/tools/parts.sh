#!/usr/bin/env bash
# Runs make targets one after the other, stops at the first failure, and prints a summary. Usage: parts.sh TARGETS...
# The targets inside one argument run in parallel, three at a time, in this order: the longest one first.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
summary=

# At first and once: make would begin with the targets that need no installed collection, and so end with the longest.
"${MAKE:-make}" --no-print-directory install

for part in "$@"; do
    echo "== $part"
    start=$SECONDS
    read -ra targets <<<"$part"
    together=()
    [ ${#targets[@]} = 1 ] || together=(-j3 --output-sync=target)
    if ! "${MAKE:-make}" --no-print-directory --assume-old=install "${together[@]}" "${targets[@]}" 2>&1 | tee "$log"; then
        echo "make test failed in: $part" >&2
        exit 1
    fi
    # pytest's last line has the number of tests.
    closing=$(grep -E '^[0-9]+ passed.* in [0-9.]+s' "$log" | tail -n 1 || true)
    printf -v line '%-28s %4d s  %s' "$part" "$((SECONDS - start))" "$closing"
    summary+="$line"$'\n'
done

printf '== All parts passed\n%s' "$summary"
