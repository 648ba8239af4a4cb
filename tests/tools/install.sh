#!/usr/bin/env bash
# Builds the collection and installs it as a user would, if any file has changed. Usage: install.sh PYTHON DEST
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
python=$1
dest=$2
galaxy="$(dirname "$python")/ansible-galaxy"

digest=$("$python" "$tools/tree.py" --digest)
if [ "$(cat "$dest/.digest" 2>/dev/null)" = "$digest" ]; then
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "Installing the collection into $dest"
"$python" "$tools/tree.py" --copy "$work"
export ANSIBLE_HOME=$work/home ANSIBLE_COLLECTIONS_PATH=$work/new
"$galaxy" collection build "$work/ansible_collections/datascan/gate" --output-path "$work" >"$work/log"
"$galaxy" collection install "$work"/datascan-gate-*.tar.gz --offline --no-deps >>"$work/log"

# One swap at the end: a playbook that runs meanwhile sees the old or the new collection, and a failure keeps the old.
echo "$digest" >"$work/new/.digest"
mkdir -p "$dest"
rm -rf "$dest"
mv "$work/new" "$dest"
