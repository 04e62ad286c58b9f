// Tests are compiled by tsc first; processes rather than threads, because some tests need
// process.chdir and process.umask, which worker threads refuse.
import {readdirSync} from 'node:fs';

// What tests write has the modes of an ordinary user's files, whatever the tester's umask.
process.umask(0o022);
// Its certificates cost every start of Node.js 40 ms, and no test asks the network.
delete process.env.NODE_EXTRA_CA_CERTS;
// Nor do make, rpmbuild, env -S and mount take a directory with a blank in its name.
if (/\s/u.test(process.env.TMPDIR ?? '')) delete process.env.TMPDIR;

const noTest =
	/^(?:helpers|prefixes|science|sweeps|torture\/(?:formats|ordeals))\/|\/lib\/|^(?:hosts\/enter|torture\/(?:run|elections))\.ts$/u;

export default {
	// Of the sources there are: what was compiled of others may still lie there.
	files: readdirSync(new URL('test', import.meta.url), {recursive: true})
		.filter(name => name.endsWith('.ts') && !noTest.test(name))
		.map(name => `build/test/${name.replace(/ts$/u, 'js')}`),
	workerThreads: false,
	// Without any test ending: on a new machine some wait for worlds of packages to be built.
	timeout: '600s',
	environmentVariables: {LC_ALL: 'C.UTF-8'},
};
