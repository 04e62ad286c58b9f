import test, {type ExecutionContext} from 'ava';
import {findAlternatives} from '../../lib/inputs/alternatives.js';
import {sysrootPath, type HostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

function makeRoot(t: ExecutionContext, directory: string): HostPath {
	const root = makeScratch(t);
	const put = (path: string, content: string) => putFile(root, path, content);

	const record =
		'auto\n/usr/bin/editor\neditor.1\n/usr/share/man/man1/editor.1.gz\nrview\n/usr/bin/rview\n\n/usr/bin/vim.basic\n30\n\n';
	put(`${directory}/editor`, record);
	put(`${directory}/pager`, 'auto\n/usr/bin/pager\n\n/usr/bin/less\n77\n');
	put(`${directory}/broken`, 'auto\nno path\nx\n');
	put(`${directory}/empty`, '');
	put('usr/bin/editor', '-> /etc/alternatives/editor');
	put('etc/alternatives/editor', '-> /usr/bin/vim.basic');
	put('usr/bin/vim.basic', 'vim');
	put('usr/share/man/man1/editor.1.gz', '-> /etc/alternatives/editor.1');
	put('etc/alternatives/editor.1', '-> /usr/share/man/man1/vim.1.gz');
	put('usr/share/man/man1/vim.1.gz', 'manual');
	put('usr/bin/rview', '-> /etc/alternatives/rview');
	put('etc/alternatives/rview', '-> /usr/bin/vim.view');
	put('usr/bin/vim.view', 'view');
	put('usr/bin/pager', '-> /etc/alternatives/pager');
	put('etc/alternatives/pager', '-> /usr/bin/less');
	put('usr/bin/less', 'less');
	return root;
}

for (const directory of ['var/lib/dpkg/alternatives', 'var/lib/alternatives']) {
	test(`links of ${directory} are found with what they lead to, slaves too`, t => {
		const sysroot = openSysroot(makeRoot(t, directory));
		const link = (name: string, leadsTo: string) => ({
			name,
			link: sysrootPath(`/usr/bin/${name}`),
			leadsTo: sysrootPath(leadsTo),
		});

		// Packages leave their manuals behind.
		t.deepEqual(findAlternatives(sysroot), [
			link('editor', '/usr/bin/vim.basic'),
			link('rview', '/usr/bin/vim.view'),
			link('pager', '/usr/bin/less'),
		]);
	});
}
