/** Tell by whose wish a package is in a bundle, or why it is not. */
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {sanitise} from '../../lib/errors/sanitise.js';
import {
	explainPackage,
	type PackageAnswer,
	type PackedPackages,
} from '../../lib/inspect/explain-package.js';

/** @throws {DynpkError} PATTERN_MATCHES_NOTHING where no package of that name was met. */
export function renderPackageWhy(name: string, packed: PackedPackages, json: boolean): string {
	const answer = explainPackage(name, packed);
	if (answer === undefined) {
		throw new DynpkError('PATTERN_MATCHES_NOTHING', `no package here is ${name}`, {
			hint: 'pack --dry-run tells whose each file is, inspect BUNDLE --packages which packages there are',
		});
	}

	return json
		? `${JSON.stringify({schema: 'dynpk-why-package/1', name, ...answer})}\n`
		: `${describe(answer)
				.map(line => sanitise(line))
				.join('\n')}\n`;
}

const REASONS_SAID = 5;

function describe(answer: PackageAnswer): string[] {
	if (answer.kind === 'left-out') {
		return [`${answer.package} stays behind: ${answer.message}`];
	}

	const {package: owner, files, bytes, broughtBy, reasons} = answer;
	const said = reasons.slice(0, REASONS_SAID);
	const rest = files - said.reduce((sum, reason) => sum + reason.files, 0);
	return [
		`${owner.id} ${owner.version}: ${files} file${files === 1 ? '' : 's'}, ${(bytes / 1000).toFixed(0)} kB`,
		...broughtBy.map(bringer => `  ${bringer.how} by ${bringer.package}`),
		...(broughtBy.length > 0
			? []
			: [
					...said.map(reason => `  ${reason.files}: ${reason.reason}`),
					...(rest > 0 ? [`  ${rest}: other reasons`] : []),
				]),
	];
}
