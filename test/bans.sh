#!/usr/bin/env bash
# What lint cannot see. Each ban has its reason; the file fails when any of them is broken.
set -u
cd "$(dirname "$0")/.." || exit 1
broken=0

ban() { # REASON PATTERN PATH...
	local reason=$1 pattern=$2
	shift 2
	local hits
	hits=$(git grep -nIE -e "$pattern" -- "$@" ':!test/bans.sh' || true)
	if [ -n "$hits" ]; then
		printf 'banned: %s\n%s\n\n' "$reason" "$hits"
		broken=1
	fi
}

known='.ci .clang-format .editorconfig .gitignore .npmrc .prettierignore .prettierrc.json CHANGELOG.md LICENSE Makefile README.md
assemble audit-stub ava.config.js bench cmd docs eslint.config.js lib package-lock.json package.json test tsconfig.json wrappers'
strangers=$(git ls-files | cut -d/ -f1 | sort -u | grep -vxF -f <(tr ' ' '\n' <<<"$known"))
if [ -n "$strangers" ]; then
	printf 'banned: the top of the tree is short on purpose; a new name is put on the list above\n%s\n\n' "$strangers"
	broken=1
fi

ban 'output must not depend on the clock' 'Date\.now|new Date\(\)' lib
ban 'a shell between us and a program parses names' '(^|[^.a-zA-Z])exec(Sync)?\(|shell: true' lib cmd
ban 'of node:fs it ends Node.js 20 where close(2) fails: read bytes, and make text of them' "readFileSync\(.*'utf-?8'" lib cmd
ban 'ldd and its switch execute the input' 'LD_TRACE_LOADED_OBJECTS|\bldd\b.*spawn' lib cmd
ban 'names of the payload reach a script through {{sh}} or {{comment}} only' '[^{]\{\{(program|starter|loader|source|interpreter)\b' wrappers
ban 'work left for later belongs in the tracker' '(//|/\*|#) *(TODO|XXX|HACK)' assemble lib cmd wrappers audit-stub test bench
ban 'no registry or machine is named in what is committed' 'registry\.npmjs|deb\.debian\.org|/root/\.|/work/(main|shared|wt)' assemble lib cmd wrappers audit-stub test bench docs README.md CHANGELOG.md Makefile .ci package-lock.json
exit $broken
