/** The rules that the native launcher applies to the environment of a program. */
import test from 'ava';
import type {EnvironmentRule} from '../../lib/launcher/launch-spec.js';
import {told} from '../helpers/run/report-program.js';
import {call} from '../helpers/worlds/mini-bundle.js';
import {reportBundle} from './lib/report-bundle.js';

test('the rules of the environment add to what the user has set, and only once', async t => {
	const part = (text: string) => ({kind: 'bundle', text}) as const;
	const bundle = await reportBundle(t, {
		spec: {
			environment: [
				{
					variable: 'UNSET',
					action: 'default',
					when: 'always',
					parts: [part('share/a'), {kind: 'literal', text: '/b'}],
				},
				{variable: 'MINE', action: 'default', when: 'always', parts: [part('x')]},
				{variable: 'FRONT', action: 'prepend', when: 'always', parts: [part('f')]},
				{variable: 'BACK', action: 'append', when: 'always', parts: [part('k')]},
			],
		},
	});
	if (bundle === undefined) return;
	const env = {MINE: '', FRONT: 'one', BACK: `two:${bundle.top}/k`};
	const {stdout} = await call(bundle.start, [], {env});
	t.deepEqual(told(stdout, 'env'), [
		'MINE=',
		`FRONT=${bundle.top}/f:one`,
		`BACK=two:${bundle.top}/k`,
		`UNSET=${bundle.top}/share/a:/b`,
	]);
});

test('a rule that chooses takes the first place that is there, where the user has set nothing', async t => {
	const choose = (variable: string, ...texts: readonly string[]): EnvironmentRule => ({
		variable,
		action: 'choose',
		when: 'always',
		parts: texts.map(text => ({kind: text.startsWith('/') ? 'literal' : 'bundle', text})),
	});
	const bundle = await reportBundle(t, {
		spec: {
			environment: [
				choose('OF_THE_HOST', '/./nowhere', '/./dev/null', 'libexec'),
				choose('OF_THE_BUNDLE', '/./nowhere', 'missing', 'libexec', '/./dev/null'),
				choose('OF_NOBODY', '/./nowhere', 'missing'),
				choose('MINE', '/./dev/null'),
			],
		},
	});
	if (bundle === undefined) return;
	const {stdout} = await call(bundle.start, [], {env: {MINE: ''}});
	t.deepEqual(told(stdout, 'env'), [
		'MINE=',
		'OF_THE_HOST=/./dev/null',
		`OF_THE_BUNDLE=${bundle.top}/libexec`,
	]);
});
