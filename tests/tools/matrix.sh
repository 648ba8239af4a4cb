#!/usr/bin/env bash
# Runs make targets with every supported pair of ansible-core and Python that is installed. Usage: matrix.sh DEST
# MATRIX sets other pairs, MATRIX_PARTS other targets: MATRIX="2.21:3.13" MATRIX_PARTS="unit" make matrix
set -uo pipefail

cd "$(dirname "$0")/../.."
dest=$1
pairs=${MATRIX:-2.16:3.10 2.16:3.11 2.17:3.10 2.17:3.11 2.18:3.11 2.19:3.11 2.20:3.12 2.20:3.13 2.21:3.12 2.21:3.13}
parts=${MATRIX_PARTS:-sanity unit integration}

# The Pythons of pyenv, which are not on the PATH by default. ansible-test uses every Python it finds.
for bin in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[0-9].*/bin; do
    [ -d "$bin" ] && PATH=$PATH:$bin
done
export PATH

# The first that starts: a version manager leaves stubs that only print which version to install.
find_python() {
    local candidate
    while read -r candidate; do
        "$candidate" -c 'import ensurepip, venv' 2>/dev/null && echo "$candidate" && return
    done < <(type -aP "python$1")
    return 1
}

# The tests' requirements with another ansible-core. Written only if it differs, because make compares its time.
write_requirements() {
    local text
    text=$(grep -v '^ansible-core' tests/requirements.txt; echo "ansible-core==$1.*")
    [ "$text" = "$(cat "$2" 2>/dev/null)" ] || echo "$text" >"$2"
}

summary=
ran=0
failed=0
for pair in $pairs; do
    core=${pair%:*}
    version=${pair#*:}
    name="ansible-core $core on Python $version"
    if ! python=$(find_python "$version"); then
        summary+="skipped         $name: no python$version was found"$'\n'
        continue
    fi
    echo "=== $name"
    start=$SECONDS
    work=$dest/$core-$version
    mkdir -p "$work"
    write_requirements "$core" "$work/requirements.txt"
    outcome=passed
    "${MAKE:-make}" --no-print-directory test PARTS="$parts" WORK="$work" PYTHON="$python" \
        REQUIREMENTS="requirements.txt $work/requirements.txt" || { outcome=FAILED; failed=1; }
    printf -v line '%-8s %4d s  %s: %s' "$outcome" "$((SECONDS - start))" "$name" "$parts"
    summary+=$line$'\n'
    ran=1
done

printf '=== The matrix\n%s' "$summary"
[ "$ran" = 1 ] || { echo "No pair of the matrix is installed." >&2; exit 1; }
exit "$failed"
