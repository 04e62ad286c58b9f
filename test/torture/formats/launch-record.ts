/** The launch record, in the launcher that reads it; and launchers that were cut off. */
import {readFileSync, realpathSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {placeRecord} from '../../../lib/launcher/native-launcher.js';
import {encodeLaunchRecord, writeRecordSum} from '../../../lib/launcher/native-record.js';
import {builtKit} from '../../helpers/worlds/built-kit.js';
import {wordsAt, type Format, type Original} from '../lib/format.js';
import {makeStartedBundle} from '../lib/start-bundle.js';

const SIZE_PLACE = 8;
const FIXED_SIZE = 152;

/** The size and the check sum are right again: what they say is looked at. */
function settle(damaged: Buffer): Buffer {
	const whole = damaged.subarray(0, damaged.length - (damaged.length % 4));
	if (whole.length < FIXED_SIZE) return whole;
	whole.writeUInt32LE(whole.length, SIZE_PLACE);
	writeRecordSum(whole);
	return whole;
}

export const format: Format = {
	name: 'launch record',
	inputsInCheck: 200,
	open: async scratch => {
		const bundle = await makeStartedBundle(realpathSync(scratch));
		const path = join(bundle.top, bundle.launcher);
		const prebuilt = builtKit().launcher;
		const bytes = encodeLaunchRecord(bundle.spec);
		const numbers = wordsAt(SIZE_PLACE, bytes.length);
		const record: Original = {name: 'record', bytes, numbers, settle};
		const launcher: Original = {name: 'launcher', bytes: readFileSync(path), isOnlyCut: true};
		return {
			originals: [record, record, launcher],
			attempt: (damaged, {name}) => {
				const file = name === 'record' ? placeRecord(damaged, prebuilt) : damaged;
				writeFileSync(path, file);
				return bundle.start('shim');
			},
		};
	},
};
