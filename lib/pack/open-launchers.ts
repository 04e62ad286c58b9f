/**
 * Which launcher a bundle gets, and how it is made: native where one was built for the bundle's
 * architecture, the shell script elsewhere or on request.
 */
import {architectureName} from '../elf/elf-machines.js';
import type {ElfObject} from '../elf/elf-object.js';
import {readElf} from '../elf/read-elf.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {chooseStrategy, type StrategyChoice} from '../launcher/choose-strategy.js';
import type {LaunchSpec} from '../launcher/launch-spec.js';
import {openLauncherKit, type KitTool, type LauncherKit} from '../launcher/launcher-kit.js';
import {makeNativeLauncher} from '../launcher/native-launcher.js';
import {makeSelfLaunch} from '../launcher/native-self.js';
import {withHostFile} from '../paths/host-file.js';
import {hostPath} from '../paths/paths.js';
import type {EngineTools} from '../plan/plan-view.js';
import type {StageTools} from '../stage/stage-bundle.js';

export interface Launchers extends Pick<StageTools, 'makeLauncher' | 'makeSelfLaunch'> {
	readonly chooseStrategy: (object: ElfObject) => StrategyChoice;
	/** The audit stub that this kind of launcher can load. */
	readonly auditStub: KitTool | undefined;
	/** What it can do about paths; `undefined` where it knows of nothing but `direct`. */
	readonly engines: EngineTools | undefined;
	/** The module for name services of the bundle's machine, which no launcher has to know of. */
	readonly nss: KitTool | undefined;
}

export interface LauncherChoice {
	readonly launcher: 'auto' | 'native' | 'sh';
	/** `auto`: by evidence in each program's file. */
	readonly strategy: 'auto' | 'map' | 'exec' | 'self';
	/** Of dynpk, which a shell launcher names. */
	readonly version: string;
}

/**
 * Open those for the machine of the bundle's main loader, or without one of a program of it.
 *
 * @throws {DynpkError} UNSUPPORTED_MACHINE when the native launcher is asked for and there is none;
 * USAGE when a strategy is asked of the shell launcher.
 */
export async function openLaunchers(
	{launcher: asked, strategy, version}: LauncherChoice,
	machineOf: ElfObject | undefined,
): Promise<Launchers> {
	if (asked === 'sh' && strategy !== 'auto') {
		throw new DynpkError('USAGE', '--strategy is for the native launcher: a shell can only exec');
	}

	const architecture = machineOf === undefined ? undefined : architectureName(machineOf);
	const kit = architecture === undefined ? undefined : openLauncherKit(architecture);
	if (kit !== undefined && asked !== 'sh') {
		return nativeLaunchers(kit, machineOf?.machine, strategy === 'auto' ? undefined : strategy);
	}

	if (asked === 'native' || strategy === 'map' || strategy === 'self') {
		const machine = architecture ?? 'this kind of bundle';
		throw new DynpkError('UNSUPPORTED_MACHINE', `no native launcher was built for ${machine}`, {
			hint: 'install a cross compiler and run make, or use --launcher sh',
		});
	}

	return await shellLaunchers(version, kit?.nss);
}

function nativeLaunchers(
	kit: LauncherKit,
	machine: number | undefined,
	forced: 'map' | 'exec' | 'self' | undefined,
): Launchers {
	return {
		auditStub: kit.auditStub,
		engines: {shim: kit.shim},
		nss: kit.nss,
		chooseStrategy: object =>
			withHostFile(object.path, object.size, file =>
				chooseStrategy(object, {file, launcherMachine: machine, forced}),
			),
		makeLauncher: launch => makeNativeLauncher(launch, kit.launcher),
		makeSelfLaunch: (spec, bytes, from) =>
			makeSelfLaunch({
				spec,
				object: readElf(hostPath(from)),
				bytes,
				launcher: kit.launcher,
				stub: kit.stub,
			}),
	};
}

/** Loaded on demand: the template engine takes as long to load as most of dynpk. */
async function shellLaunchers(version: string, nss: KitTool | undefined): Promise<Launchers> {
	const {makeShellLauncher, readShellTemplate} = await import('../launcher/shell-launcher.js');
	const make = makeShellLauncher(readShellTemplate());
	return {
		auditStub: undefined,
		engines: undefined,
		nss,
		chooseStrategy: () => ({strategy: 'exec', reason: 'a shell can only execute the loader'}),
		makeLauncher: (launch: LaunchSpec) => make(launch, version),
		makeSelfLaunch: () => {
			throw new Error('the shell launcher starts nothing by its own file');
		},
	};
}
