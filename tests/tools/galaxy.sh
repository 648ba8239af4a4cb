#!/usr/bin/env bash
# Builds the collection into DEST, and has Galaxy's importer look at it; any warning fails. Usage: galaxy.sh PYTHON DEST
# PYTHON is the one of a virtual environment with tests/galaxy-requirements.txt.
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
# ansible-test reads tests/config.yml, so whoever tests what is installed needs that.
if grep -E '^(\.|Makefile|[a-z]*\.(ini|toml)$|extensions/molecule|tests/.|.*\.pyc$)' "$work/contents" | grep -vx tests/config.yml; then
    echo "Only developers need these; name them in build_ignore in galaxy.yml." >&2
    exit 1
fi

echo "-- galaxy-importer $artifact"
# All that it can look at without a container; `make sanity` runs ansible-test.
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
# It writes its result to the current folder.
(cd "$work" && "$python" -m galaxy_importer.main "$artifact") >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
if grep -vE '^(Importing|Getting|Finding|Loading|Linting|Collection loading complete|Importer processing|\.\.\.)' "$work/log"; then
    echo "galaxy-importer complains." >&2
    exit 1
fi

mv "$work/$artifact" "$dest"
echo "The artifact is $dest/$artifact"
