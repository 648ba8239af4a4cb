#!/usr/bin/env bash
# Runs make targets one after the other up to the first that fails, and sums up. Usage: parts.sh TARGETS...
# Those that stand in one argument run side by side.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
summary=

for part in "$@"; do
    echo "== $part"
    start=$SECONDS
    read -ra targets <<<"$part"
    together=()
    [ ${#targets[@]} = 1 ] || together=(-j2 --output-sync=target)
    if ! "${MAKE:-make}" --no-print-directory "${together[@]}" "${targets[@]}" 2>&1 | tee "$log"; then
        echo "make test failed in: $part" >&2
        exit 1
    fi
    # pytest's closing line says how many tests ran.
    closing=$(grep -E '^[0-9]+ passed.* in [0-9.]+s' "$log" | tail -n 1 || true)
    printf -v line '%-28s %4d s  %s' "$part" "$((SECONDS - start))" "$closing"
    summary+="$line"$'\n'
done

printf '== All parts passed\n%s' "$summary"
