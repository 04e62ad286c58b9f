/**
 * A script for a packed git: what it prints is `templates`, what the hook prints, then `1` and `first`.
 * Run in the bundle's directory; it works in HOME and stays in the repository it made.
 */
export function gitSession(hook: string): string {
	return `
set -e
top=$PWD
cd
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
"$top/bin/git" init --quiet one
test -x one/.git/hooks/pre-commit.sample && echo templates
cd one
echo 1 > file
"$top/bin/git" add file
printf '#!/bin/sh\\n%s\\n' '${hook}' > .git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
"$top/bin/git" commit --quiet --message=first 2>&1
"$top/bin/git" clone --quiet . ../two && cat ../two/file
"$top/bin/git" -c core.pager=cat log -1 --format=%s
"$top/bin/git" submodule status
`;
}
