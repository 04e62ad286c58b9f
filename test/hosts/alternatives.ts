import test from 'ava';
import {alternativesOf} from './lib/settle-root.js';

test('an alternative with its slaves is read across continued lines', t => {
	const script = `if [ "$1" = configure ]; then
	update-alternatives --quiet --install /usr/bin/awk awk /usr/bin/mawk 5 \\
		--slave /usr/bin/nawk nawk /usr/bin/mawk || exit 1
fi`;
	t.deepEqual(alternativesOf(script), [
		[
			...['--install', '/usr/bin/awk', 'awk', '/usr/bin/mawk', '5'],
			...['--slave', '/usr/bin/nawk', 'nawk', '/usr/bin/mawk'],
		],
	]);
});

test('words that a shell would expand, and other commands, are left alone', t => {
	const script = `update-alternatives --install "$LINK" x /y 1
update-alternatives --install /usr/bin/$x x /y 1
update-alternatives --remove awk /usr/bin/mawk
# update-alternatives --install /usr/bin/z z /y 1`;
	t.deepEqual(alternativesOf(script), []);
});
