/** Requirements of a distribution: names, extras, and markers as far as they can be decided here. */
import test from 'ava';
import {holds, normalName, readRequirements} from '../../lib/inputs/python-requirements.js';

test('names have one spelling, extras are split, only the header counts', t => {
	t.is(normalName('Foo._Bar--baz'), 'foo-bar-baz');
	t.deepEqual(
		readRequirements(
			[
				'Metadata-Version: 2.1\r',
				'Requires-Dist: Plain',
				'requires-dist: A.b[C_d, e] (>=1.0,<2) ; python_version < "3"',
				"Requires-Dist: direct @ https://example.invalid/x;y.whl ; extra == 'z'",
				'Requires-Dist: ../../climbing',
				'',
				'Requires-Dist: of the description',
			].join('\n'),
		),
		[
			{name: 'plain', extras: [], marker: undefined},
			{name: 'a-b', extras: ['c-d', 'e'], marker: ' python_version < "3"'},
			{name: 'direct', extras: [], marker: " extra == 'z'"},
		],
	);
});

test('markers are decided where they speak of extras, the version or the system', t => {
	const decided: Readonly<Record<string, boolean | undefined>> = {
		'python_version < "3.8"': false,
		'python_version >= "3.8"': true,
		'python_version == "3.11.0"': true,
		'python_version != "3.9"': true,
		'python_version in "3.10 3.11"': true,
		"python_version not in '2.7'": true,
		'python_version ~= "3.8"': undefined,
		'sys_platform == "win32"': false,
		'"linux" in sys_platform': undefined,
		'os_name != "posix"': false,
		"platform_system == 'Linux' and extra == 'Fast_x'": true,
		'extra == "test"': false,
		'platform_machine == "x86_64"': undefined,
		'platform_machine == "x86_64" and sys_platform == "win32"': false,
		'platform_machine == "x86_64" or python_version > "3"': true,
		'(sys_platform == "win32" or (python_version > "3.0")) and os_name == "posix"': true,
		'sys_platform == "win32" or python_version': undefined,
		'python_version > "3" junk': undefined,
		'?': undefined,
		'': undefined,
	};
	for (const [marker, truth] of Object.entries(decided)) {
		const requirement = {name: 'x', extras: [], marker};
		t.is(holds(requirement, {version: '3.11', extra: 'fast-x'}), truth, marker);
	}

	const deep = `${'('.repeat(1e6)}python_version > "3"`;
	t.is(
		holds({name: 'x', extras: [], marker: deep}, {version: '3.11', extra: undefined}),
		undefined,
	);
	t.true(holds({name: 'x', extras: [], marker: undefined}, {version: '3.11', extra: undefined}));
});
