/** The order in which a program's directories are searched, so that disputed names get their answers. */
import type {BundlePath} from '../paths/paths.js';
import type {Answer} from './library-answers.js';

export interface OrderFacts {
	/** The cheapest order; some may come twice. */
	readonly directories: readonly BundlePath[];
	/** Of names that several directories have. */
	readonly answers: ReadonlyMap<string, Answer>;
	readonly isRight: (list: readonly BundlePath[], name: string, answer: Answer) => boolean;
}

export interface SettledOrder {
	readonly order: readonly BundlePath[];
	/** What no order that was tried gives its answer. */
	readonly unsettled: ReadonlyMap<string, Answer>;
}

/** Put ahead what would lose its name, as long as that helps. */
export function settleOrder({directories, answers, isRight}: OrderFacts): SettledOrder {
	const wrongIn = (list: readonly BundlePath[]): Map<string, Answer> =>
		new Map([...answers].filter(([name, answer]) => !isRight(list, name, answer)));
	let order = [...new Set(directories)];
	let unsettled = wrongIn(order);
	while (unsettled.size > 0) {
		const ahead = [...unsettled.values()].map(({directory}) => directory);
		const next = [...new Set([...ahead, ...order])];
		const left = wrongIn(next);
		if (left.size >= unsettled.size) {
			break;
		}

		order = next;
		unsettled = left;
	}

	return {order, unsettled};
}
