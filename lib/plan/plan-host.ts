/** Give a bundle the program that tells what kind of machine it is on: the targets have no dynpk. */
import type {KitTool} from '../launcher/launcher-kit.js';
import {bundlePath} from '../paths/paths.js';
import {noOrigin, type Operation} from './bundle-plan.js';

const HOME = bundlePath('libexec/dynpk/host');

/** `tool` is that of the bundle's main machine. */
export function planHost(tool: KitTool | undefined): Operation[] {
	return tool === undefined
		? []
		: [
				{
					kind: 'file',
					path: HOME,
					mode: 0o755,
					content: {kind: 'copied', from: tool.path, size: tool.size},
					reason: 'tells what kind of host it is on',
					...noOrigin,
				},
			];
}
