/** The spec file that makes an RPM of each unpacked Debian package. */
import type {DebPackage} from '../../../lib/deb/read-deb.js';
import type {DebRelation} from '../../../lib/deb/relations.js';

export interface WorldPackage {
	readonly facts: DebPackage;
	/** Files and links, as they lie in the tree. */
	readonly paths: readonly string[];
}

/** The text, for packages whose files lie below `tree`. */
export function specOf(packages: readonly WorldPackage[], tree: string): string {
	const world = new Map(packages.map(member => [member.facts.name, member]));
	const sections = packages.map(member => {
		const {name, control, maintainerScripts} = member.facts;
		const postinst = maintainerScripts.find(script => script.name === 'postinst')?.text;
		return [
			`%package -n ${name}`,
			`Summary: ${name} of Debian`,
			...versionLines(member.facts.version),
			...(control.get('architecture') === 'all' ? ['BuildArch: noarch'] : []),
			...dependencyLines(member, world),
			`%description -n ${name}`,
			`${name} of Debian.`,
			`%files -n ${name}`,
			...member.paths.map(fileLine),
			...(postinst === undefined ? [] : [`%post -n ${name}`, postinst.replaceAll('%', '%%')]),
		].join('\n');
	});
	const preamble = [
		...['Name: world', 'Version: 1', 'Release: 1', 'Summary: made by a test', 'License: Various'],
		...['%description', 'Made by a test.'],
		...['%install', `cp --archive --link "${tree}/." "%{buildroot}/"`],
	];
	return [...preamble, ...sections, ''].join('\n');
}

/** Quoted against blanks. rpm takes a pattern that matches nothing, as `/usr/bin/[` does, as it is. */
function fileLine(path: string): string {
	return `"${path.replaceAll('%', '%%')}"`;
}

interface RpmVersion {
	readonly epoch: string | undefined;
	readonly version: string;
	/** A native package of Debian has none. */
	readonly release: string | undefined;
}

function rpmVersion(debian: string): RpmVersion {
	const match = /^(?:(\d+):)?(.*?)(?:-([^-]*))?$/u.exec(debian);
	return {
		epoch: match?.[1],
		version: (match?.[2] ?? '').replaceAll('-', '.'),
		release: match?.[3],
	};
}

function versionLines(debian: string): string[] {
	const {epoch, version, release} = rpmVersion(debian);
	return [
		...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
		`Version: ${version}`,
		`Release: ${release ?? '0'}`,
	];
}

/** Of alternatives the first that the world has; a library is found by its soname. */
function dependencyLines(
	{facts}: WorldPackage,
	world: ReadonlyMap<string, WorldPackage>,
): string[] {
	const {depends, preDepends, provides} = facts.dependencies;
	const required = [...preDepends, ...depends].flatMap(alternatives => {
		const named = alternatives.find(({name}) => world.has(name));
		// glibc opens some libraries by name only, so its package says so in every distribution.
		const byName =
			named !== undefined && (facts.name === 'libc6' || !isLibrary(world.get(named.name)));
		return byName ? [`Requires: ${relation(named)}`] : [];
	});
	return [...required, ...provides.flat().map(provided => `Provides: ${relation(provided)}`)];
}

function isLibrary(member: WorldPackage | undefined): boolean {
	return (
		member?.paths.some(path => /\/(?:lib64|x86_64-linux-gnu)\/lib[^/]*\.so\.[^/]*$/u.test(path)) ??
		false
	);
}

const operators: Readonly<Record<string, string>> = {'<<': '<', '>>': '>'};

function relation({name, range}: DebRelation): string {
	if (range === undefined) {
		return name;
	}

	const {epoch, version, release} = rpmVersion(range.version);
	const text = `${epoch === undefined ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`;
	return `${name} ${operators[range.operator] ?? range.operator} ${text}`;
}
