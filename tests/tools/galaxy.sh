#!/usr/bin/env bash
# Builds the collection into DEST, and checks it with Galaxy's importer. Fails on any warning.
# Usage: galaxy.sh PYTHON DEST
# PYTHON is in a virtual environment with tests/galaxy-requirements.txt.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$(dirname "$1")" && pwd)
python=$bin/python
mkdir -p "$2"
dest=$(cd "$2" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" "$tools/tree.py" --copy "$work"
export ANSIBLE_HOME=$work/home PATH=$bin:$PATH
ansible-galaxy collection build "$work/ansible_collections/datascan/gate" --output-path "$work" >"$work/log"
artifact=$(cd "$work" && echo datascan-gate-*.tar.gz)

echo "-- contents of $artifact"
tar -tzf "$work/$artifact" >"$work/contents"
# ansible-test reads tests/config.yml, which is needed to test an installed collection.
if grep -E '^(\.|Makefile|[a-z]*\.(ini|toml)$|extensions/molecule|tests/.|.*\.pyc$)' "$work/contents" | grep -vx tests/config.yml; then
    echo "These files are for developers only: add them to build_ignore in galaxy.yml." >&2
    exit 1
fi

echo "-- galaxy-importer $artifact"
# Everything that it can check without a container. `make sanity` runs ansible-test.
cat >"$work/galaxy-importer.cfg" <<-END
	[galaxy-importer]
	check_changelog = True
	check_required_tags = True
	run_ansible_doc = True
	run_ansible_lint = True
	offline_ansible_lint = True
	run_ansible_test = False
	ansible_local_tmp = $work/tmp
END
export GALAXY_IMPORTER_CONFIG=$work/galaxy-importer.cfg
# It writes its result to the working directory.
(cd "$work" && "$python" -m galaxy_importer.main "$artifact") >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
if grep -vE '^(Importing|Getting|Finding|Loading|Linting|Collection loading complete|Importer processing|\.\.\.)' "$work/log"; then
    echo "galaxy-importer reported errors or warnings; see above." >&2
    exit 1
fi

mv "$work/$artifact" "$dest"
echo "The artifact is $dest/$artifact"
