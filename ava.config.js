// Tests are compiled by tsc first; processes rather than threads, because some tests need
// process.chdir and process.umask, which worker threads refuse.
export default {
	files: ['test/**/*.ts', '!test/helpers/**', '!test/**/lib/**', '!test/hosts/enter.ts'],
	typescript: {rewritePaths: {'test/': 'build/test/'}, compile: false},
	workerThreads: false,
	// Without any test ending: on a new machine some wait for worlds of packages to be built.
	timeout: '600s',
	environmentVariables: {LC_ALL: 'C.UTF-8'},
};
