import {mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {placeRecord} from '../../lib/launcher/native-launcher.js';
import {encodeLaunchRecord, writeRecordSum} from '../../lib/launcher/native-record.js';
import {builtKit} from '../helpers/worlds/built-kit.js';
import {makeStartedBundle} from '../torture/lib/start-bundle.js';

const FLAGS_PLACE = 20;
const ALL_FLAGS = 1 << 10;

test('whatever a record says of its loader, in any combination, a start is right or refused in one sentence', async t => {
	const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-flags-')));
	t.teardown(() => rmSync(scratch, {recursive: true}));
	const bundle = await makeStartedBundle(scratch);
	const record = encodeLaunchRecord(bundle.spec);
	const verdicts = new Map<string, number>();
	for (let flags = 0; flags < ALL_FLAGS; flags++) {
		record.writeUInt32LE(flags, FLAGS_PLACE);
		writeRecordSum(record);
		writeFileSync(join(bundle.top, bundle.launcher), placeRecord(record, builtKit().launcher));
		const verdict = await bundle
			.start('shim')
			.catch((error: unknown) => `${flags}: ${String(error)}`);
		verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
	}

	t.log(Object.fromEntries(verdicts));
	t.deepEqual([...verdicts.keys()].sort(), ['accepted', 'refused']);
});
