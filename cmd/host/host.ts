/** Ask this host, or merge what several told, and print it or write it to a file. */
import {posix} from 'node:path';
import {stageFile} from '../../lib/archive/staged-output.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {askThisHost, type HostQuestion} from '../../lib/host/ask-this-host.js';
import type {HostFacts} from '../../lib/host/host-facts.js';
import {mergeHosts} from '../../lib/host/merge-hosts.js';
import {readHostFacts} from '../../lib/host/read-host-facts.js';
import {hostPath} from '../../lib/paths/paths.js';
import {renderCluster} from './render-cluster.js';

export interface HostRequest extends HostQuestion {
	readonly files: readonly string[];
	readonly merge: boolean;
	/** A file for the JSON. */
	readonly output: string | undefined;
	readonly workingDirectory: string;
}

/** @throws {DynpkError} USAGE, HOST_INVALID, UNSUPPORTED_MACHINE; what writing a file throws */
export function host(request: HostRequest): void {
	const {files, merge, output, workingDirectory} = request;
	if (merge !== files.length > 0) {
		throw new DynpkError(
			'USAGE',
			merge ? 'name the files to merge' : `host has no use for ${files.join(', ')}`,
			{hint: 'dynpk host --merge FILE... makes one of several'},
		);
	}

	const form = output === undefined ? request.form : 'json';
	const text = merge ? merged(files, request, form) : askThisHost({...request, form});
	if (output === undefined) {
		process.stdout.write(text);
		return;
	}

	const staged = stageFile(hostPath(posix.resolve(workingDirectory, output)), {replaces: true});
	try {
		staged.write(Buffer.from(text));
		staged.publish();
	} finally {
		staged.discard();
	}
}

function merged(
	files: readonly string[],
	{workingDirectory}: HostRequest,
	form: HostQuestion['form'],
): string {
	const facts: HostFacts = mergeHosts(
		files.map(source => ({
			source,
			facts: readHostFacts(posix.resolve(workingDirectory, source)),
		})),
	);
	return form === 'json' ? `${JSON.stringify(facts, undefined, '\t')}\n` : renderCluster(facts);
}
