/**
 * The links that update-alternatives(1) would make, read out of the scriptlets that call it.
 *
 * Only calls whose words are all literal are understood, loops over literal words included: a
 * scriptlet is never run, and anything else is told as a finding instead. Of several alternatives of one name the highest
 * priority is linked, as in automatic mode.
 */
import {mkdirSync, symlinkSync} from 'node:fs';
import {posix} from 'node:path';
import {parentOf, type HostPath, type SysrootPath} from '../../paths/paths.js';
import {recordId, type PackageRecord} from '../set/package-record.js';
import type {DirectoryLinks} from './directory-links.js';
import type {MergedFile, MergeFinding} from './merged-sysroot.js';
import {unrollShellLoops} from './unroll-shell-loops.js';

export interface PackageScript {
	readonly record: PackageRecord;
	/** `post`, `postinst`, … */
	readonly name: string;
	readonly text: string;
}

interface Alternative {
	readonly record: PackageRecord;
	readonly name: string;
	readonly link: string;
	readonly path: string;
	readonly priority: number;
	readonly followers: readonly {
		readonly link: string;
		readonly name: string;
		readonly path: string;
	}[];
}

export interface DerivedAlternatives {
	readonly files: ReadonlyMap<SysrootPath, MergedFile>;
	readonly findings: readonly MergeFinding[];
}

/** Make the links below `root` whose files are there. */
export function deriveAlternatives(
	scripts: readonly PackageScript[],
	root: HostPath,
	files: ReadonlyMap<SysrootPath, MergedFile>,
	links: DirectoryLinks,
): DerivedAlternatives {
	const findings: MergeFinding[] = [];
	const best = new Map<string, Alternative>();
	for (const script of scripts) {
		const {alternatives, unreadable} = parseCalls(script);
		for (const finding of unreadable) {
			findings.push(finding);
		}
		for (const alternative of alternatives) {
			const known = best.get(alternative.name);
			if (known === undefined || alternative.priority > known.priority) {
				best.set(alternative.name, alternative);
			}
		}
	}

	const made = new Map<SysrootPath, MergedFile>();
	for (const {record, followers, ...leader} of best.values()) {
		for (const {name, link, path} of [leader, ...followers]) {
			const origin = {kind: 'alternative', name, package: record} as const;
			const makeLink = (at: string, target: string): void => {
				const place = links.place(at, recordId(record));
				if (!files.has(place) && !made.has(place)) {
					makeMissing(root, parentOf(place), files, made);
					symlinkSync(target, posix.join(root, place));
					made.set(place, {kind: 'symlink', target, origin});
				}
			};

			if (files.has(links.place(path, recordId(record)))) {
				makeLink(`/etc/alternatives/${name}`, path);
				makeLink(link, `/etc/alternatives/${name}`);
			}
		}
	}

	return {files: made, findings};
}

function makeMissing(
	root: HostPath,
	directory: SysrootPath,
	files: ReadonlyMap<SysrootPath, MergedFile>,
	made: Map<SysrootPath, MergedFile>,
): void {
	if (directory === '/' || files.has(directory) || made.has(directory)) {
		return;
	}

	makeMissing(root, parentOf(directory), files, made);
	mkdirSync(posix.join(root, directory), {mode: 0o755});
	made.set(directory, {kind: 'directory', mode: 0o755, origin: {kind: 'implied'}});
}

function parseCalls({record, name: scriptName, text}: PackageScript) {
	const alternatives: Alternative[] = [];
	const unreadable: MergeFinding[] = [];
	for (const line of unrollShellLoops(text)) {
		const call = /(?:^|[\s/])(?:update-)?alternatives\s+(.*--install\s.*)$/u.exec(line)?.[1];
		if (call === undefined) {
			continue;
		}

		const alternative = parseInstall(record, call.trim().split(/\s+/u).map(unquote));
		if (alternative === undefined) {
			unreadable.push({
				code: 'ALTERNATIVE_UNREADABLE',
				package: record,
				subject: scriptName,
				message: `makes alternatives with words that only running it would tell: ${call.trim()}`,
			});
		} else {
			alternatives.push(alternative);
		}
	}

	return {alternatives, unreadable};
}

function unquote(word: string): string {
	return word.replace(/^(["'])(.*)\1$/u, '$2');
}

/** `--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]...` */
function parseInstall(record: PackageRecord, words: readonly string[]): Alternative | undefined {
	const start = words.indexOf('--install');
	const [link, name, path, priority] = words.slice(start + 1, start + 5);
	const followers = words.flatMap((word, index) => {
		const isFollower = word === '--slave' || word === '--follower';
		const [follower = '', followerName = '', followerPath = ''] = words.slice(index + 1, index + 4);
		return isFollower ? [{link: follower, name: followerName, path: followerPath}] : [];
	});
	const all = [{link: link ?? '', name: name ?? '', path: path ?? ''}, ...followers];
	const isLiteral = all.every(
		one => isPlainPath(one.link) && isPlainPath(one.path) && /^[\w.+-]+$/u.test(one.name),
	);
	if (
		!isLiteral ||
		link === undefined ||
		name === undefined ||
		path === undefined ||
		!/^-?\d+$/u.test(priority ?? '')
	) {
		return undefined;
	}

	return {record, link, name, path, priority: Number(priority), followers};
}

function isPlainPath(path: string): boolean {
	return /^\/[^$`*?[\]{}"'\\]*$/u.test(path) && !path.split('/').includes('..');
}
