/**
 * Fetch packages of a Debian release with all they depend on, beside this machine's own apt.
 *
 * apt resolves against an empty status file, with lists, archives and sources of its own; what the
 * machine says about proxies and transport still holds. Its hooks do not: they are for changes
 * to the machine.
 */
import {execFile} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {findDebianArchive} from './debian-archive.js';
import type {DebianArchive} from './debian-archive.js';
import {withLock} from './with-lock.js';

const run = promisify(execFile);

/** Return the package files of `packages` of `suite` and of their hard dependencies, sorted. */
export async function fetchPackages(
	suite: string,
	packages: readonly string[],
	cache: string,
	architecture = 'amd64',
): Promise<readonly string[]> {
	const name = architecture === 'amd64' ? `apt-${suite}` : `apt-${suite}-${architecture}`;
	const directory = join(cache, name);
	await mkdir(directory, {recursive: true, mode: 0o700});
	return withLock(join(directory, 'in-use'), async () => {
		const configuration = await configureApt(directory, {
			suite,
			architecture,
			archive: findDebianArchive(),
		});
		await apt(configuration, ['update']);
		// Files it has already are not printed, hence an archive directory without any.
		const printed = await apt(configuration, [
			...['install', '--print-uris', '--option', `Dir::Cache::archives=${directory}/none`],
			...packages,
		]);
		await apt(configuration, ['install', '--download-only', ...packages]);
		const names = [...printed.matchAll(/^'[^']*' (\S+\.deb) /gmu)].map(match => match[1]!);
		return names.sort().map(name => join(directory, 'cache/archives', name));
	});
}

async function apt(configuration: string, words: readonly string[]): Promise<string> {
	const {stdout} = await run('apt-get', ['-c', configuration, '--yes', '-qq', ...words], {
		env: {...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive'},
		maxBuffer: 1 << 24,
	});
	return stdout;
}

interface Release {
	readonly suite: string;
	readonly architecture: string;
	readonly archive: DebianArchive;
}

async function configureApt(directory: string, release: Release): Promise<string> {
	await mkdir(join(directory, 'state/lists/partial'), {recursive: true});
	await mkdir(join(directory, 'cache/archives/partial'), {recursive: true});
	await mkdir(join(directory, 'none/partial'), {recursive: true});
	await writeFile(join(directory, 'status'), '');
	await writeFile(join(directory, 'debian.sources'), sourcesOf(release));
	const configuration = join(directory, 'apt.conf');
	await writeFile(configuration, configurationOf(directory, release));
	return configuration;
}

function sourcesOf({suite, archive}: Release): string {
	const signedBy = archive.signedBy === undefined ? '' : `Signed-By: ${archive.signedBy}\n`;
	return `Types: deb\nURIs: ${archive.uri}\nSuites: ${suite}\nComponents: main\n${signedBy}`;
}

function configurationOf(directory: string, {architecture}: Release): string {
	return `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Architectures;
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
// An old release is still signed, but its archive is not refreshed for ever.
Acquire::Check-Valid-Until "false";
Dir::State "${directory}/state";
Dir::State::status "${directory}/status";
Dir::Cache "${directory}/cache";
Dir::Etc::sourcelist "${directory}/debian.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
`;
}
