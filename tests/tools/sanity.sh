#!/usr/bin/env bash
# Runs ansible-test sanity on a copy of the checkout. Usage: sanity.sh PYTHON [ANSIBLE-TEST OPTIONS]
# PYTHON is in a virtual environment with ansible-core.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
python=$1
shift

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" "$tools/tree.py" --copy "$work"

# Read before HOME is changed.
pip_conf=$("$python" "$tools/pip_settings.py")

# ansible-test writes to HOME, and reads pip's settings there. It makes a virtual environment for each of its tests, which
# takes a fifth of the first run, so HOME is kept in the virtual environment of PYTHON.
HOME=$(cd "$(dirname "$python")/.." && pwd)/sanity
export HOME
unset XDG_CONFIG_HOME ANSIBLE_HOME
cache=$HOME/.ansible/test/cache
mkdir -p "$HOME/.config/pip" "$cache/site"
printf '%s\n' "$pip_conf" >"$HOME/.config/pip/pip.conf"

# ansible-test downloads get-pip in the version that its source names, unless the cache has a file of that name.
source=$("$python" -c 'import ansible_test; print(ansible_test.__path__[0])')/_internal/python_requirements.py
versions=$(sed -n "s/^ *pip='\([0-9.]*\)'.*/\1/p" "$source")
[ -n "$versions" ] || { echo "No pip version was found in $source: adapt this script to the new ansible-test." >&2; exit 1; }
for version in $versions; do
    cp "$tools/get_pip.py" "$cache/get_pip_${version//./_}.py"
done
pip=$("$python" -c 'import pip; print(pip.__path__[0])')
cp -R "$pip" "$pip"-*.dist-info "$cache/site"

rm -rf "$HOME/path"
PATH=$("$python" "$tools/python_path.py" "$HOME/path")
export PATH

cd "$work/ansible_collections/datascan/gate"
sanity() {
    "$python" "$(dirname "$python")/ansible-test" sanity --truncate 0 "$@"
}
if [ $# -gt 0 ]; then
    sanity "$@"
else
    # pylint takes the most time, and two thirds of it on tests, which ruff checks and no release has.
    sanity --skip-test pylint
    sanity --test pylint --exclude tests/unit/ --exclude tests/integration/
fi
