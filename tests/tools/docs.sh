#!/usr/bin/env bash
# Checks the documentation and builds the reference site from it, without the network. Usage: docs.sh PYTHON DEST
# PYTHON is in a virtual environment with tests/docs-requirements.txt.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$(dirname "$1")" && pwd)
python=$bin/python
mkdir -p "$2"
dest=$(cd "$2" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In a copy, because the reference pages are written next to the other pages, which link to them.
"$python" "$tools/tree.py" --copy "$work"
cd "$work/ansible_collections/datascan/gate"
export ANSIBLE_HOME=$work/home ANSIBLE_COLLECTIONS_PATH=$work PATH=$bin:$PATH

echo "-- antsibull-docs lint-collection-docs"
antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all .

echo "-- sphinx-build"
cp docs/docsite/index.md .
# antsibull-docs refuses a directory that other users may write to.
mkdir -m 755 reference
antsibull-docs --config-file docs/docsite/antsibull-docs.cfg collection \
    --use-current --squash-hierarchy --fail-on-error --dest-dir reference datascan.gate
sphinx-build -q -W --keep-going -b html -d "$work/doctrees" -c docs/docsite . "$work/html"

rm -rf "$dest"
mv "$work/html" "$dest"
echo "The site is in $dest/index.html"
