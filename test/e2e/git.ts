/** Git: a program of many programs, half of them scripts, in a directory of its own. */
import {script, testOnHosts} from '../helpers/run/on-hosts.js';

const identity = {
	GIT_AUTHOR_NAME: 'A',
	GIT_AUTHOR_EMAIL: 'a@example.org',
	GIT_AUTHOR_DATE: '2001-02-03T04:05:06Z',
	GIT_COMMITTER_NAME: 'A',
	GIT_COMMITTER_EMAIL: 'a@example.org',
	GIT_COMMITTER_DATE: '2001-02-03T04:05:06Z',
};

const git = ['/usr/bin/git'];
const start =
	'PATH="$PWD/bin:$PATH"; cd && git init -q -b main one && cd one && echo hello > file &&';
const commit = 'git add file && git commit -qm first &&';

testOnHosts('git inits, commits and clones over file://', {
	pack: git,
	run: script(
		`${start} ${commit} git clone -q "file://$PWD" ../two && cat ../two/file && git -C ../two log --format=%H`,
		identity,
	),
	stdout: 'hello\ncedfcade053a28a89c2777f183bef37267f7690c\n',
});

testOnHosts('git starts its helpers in git-core, shell scripts among them', {
	pack: git,
	run: script(
		`${start} ${commit} git -c protocol.file.allow=always submodule --quiet add "file://$PWD" sub &&
			git submodule foreach --quiet 'echo $sm_path' && git commit -qm second && git stash list &&
			git -c sequence.editor=true -c core.editor=true filter-branch -f --msg-filter 'tr a-z A-Z' HEAD >/dev/null &&
			git log --format=%s`,
		{...identity, FILTER_BRANCH_SQUELCH_WARNING: '1'},
	),
	stdout: 'sub\nSECOND\nFIRST\n',
});

testOnHosts('git starts what stands in its PATH, and a helper sees no LD_ variable', {
	pack: git,
	run: script(
		`${start} ${commit} git -c alias.outside='!env | grep -c ^LD_; which ls' outside`,
		identity,
	),
	stdout: /^0\n(?:\/usr)?\/bin\/ls\n$/,
});
