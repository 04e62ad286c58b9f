/**
 * Which launcher a bundle gets, and how it is made: native where one was built for the bundle's
 * architecture, the shell script elsewhere or on request.
 */
import {architectureName, machineName} from '../elf/elf-machines.js';
import type {ElfObject} from '../elf/elf-object.js';
import {readElf} from '../elf/read-elf.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {chooseStrategy, type StrategyChoice} from '../launcher/choose-strategy.js';
import type {LaunchSpec} from '../launcher/launch-spec.js';
import {openLauncherKit, type LauncherKit} from '../launcher/launcher-kit.js';
import {makeNativeLauncher} from '../launcher/native-launcher.js';
import {makeSelfLaunch} from '../launcher/native-self.js';
import type {FindingRecord} from '../manifest/manifest.js';
import {withHostFile} from '../paths/host-file.js';
import {hostPath} from '../paths/paths.js';
import type {StageTools} from '../stage/stage-bundle.js';
import type {WalkedPayload} from '../walk/walked-payload.js';

export interface Launchers extends Pick<StageTools, 'makeLauncher' | 'makeSelfLaunch'> {
	readonly chooseStrategy: (object: ElfObject) => StrategyChoice;
	/** What programs of a machine can have loaded; `undefined` where nothing was built for it. */
	readonly toolsFor: (machine: ElfObject) => MachineTools | undefined;
	/** Whether the launchers know of stub and shim; the name module no launcher has to know of. */
	readonly isNative: boolean;
}

type MachineTools = Pick<LauncherKit, 'auditStub' | 'shim' | 'nss' | 'host'>;

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

	const kitFor = rememberedKits();
	const kit = machineOf && kitFor(machineOf);
	if (kit !== undefined && asked !== 'sh') {
		return nativeLaunchers(kit, kitFor, strategy === 'auto' ? undefined : strategy);
	}

	const machine = (machineOf && architectureName(machineOf)) ?? 'this kind of bundle';
	if (asked === 'native' || strategy === 'map' || strategy === 'self') {
		throw new DynpkError('UNSUPPORTED_MACHINE', `no native launcher was built for ${machine}`, {
			hint: 'install a cross compiler and run make, or use --launcher sh',
		});
	}

	return await shellLaunchers(version, kitFor);
}

/** For whose programs no launcher was built, where nobody asked for the shell's. */
export function unbuiltMachines(
	{loaders}: WalkedPayload,
	{isNative, toolsFor}: Pick<Launchers, 'isNative' | 'toolsFor'>,
	asked: LauncherChoice['launcher'],
): FindingRecord[] {
	const unbuilt = loaders.filter(({facts}) => toolsFor(facts.object) === undefined);
	const instead = isNative
		? "the launcher of the bundle's main machine starts its programs, by executing their loader, and nothing shows them the bundle's files, names or libraries from outside"
		: 'a shell starts its programs: they are called after their loader, and nothing shows them the bundle’s files';
	return asked === 'sh'
		? []
		: unbuilt.map(({path, facts}) => {
				const machine = architectureName(facts.object) ?? machineName(facts.object);
				return {
					code: 'NO_NATIVE_LAUNCHER',
					path,
					message: `no launcher was built for ${machine}, because its compiler was missing when dynpk was built: ${instead}`,
				};
			});
}

type KitFor = (machine: Pick<ElfObject, 'machine' | 'class'>) => LauncherKit | undefined;

/** Each is read once. */
function rememberedKits(): KitFor {
	const kits = new Map<string, LauncherKit | undefined>();
	return object => {
		const architecture = architectureName({byteOrder: 'little', machineFlags: 0, ...object}) ?? '';
		if (!kits.has(architecture)) {
			kits.set(architecture, openLauncherKit(architecture));
		}

		return kits.get(architecture);
	};
}

/** All of a program is looked through; a file of this size is a disk image, or a hole. */
const PROGRAM_LIMIT = 8 * 2 ** 30;

/** Programs of another machine have a launcher of that, where one was built; scripts the main one. */
function nativeLaunchers(
	main: LauncherKit,
	kitFor: KitFor,
	forced: 'map' | 'exec' | 'self' | undefined,
): Launchers {
	const kitOf = ({requires}: LaunchSpec): LauncherKit => kitFor(requires) ?? main;
	return {
		isNative: true,
		toolsFor: kitFor,
		chooseStrategy(object) {
			if (object.size > PROGRAM_LIMIT) {
				throw new DynpkError(
					'FILE_TOO_LARGE',
					`${object.path}: no program has ${object.size} bytes`,
				);
			}

			return withHostFile(object.path, object.size, file =>
				chooseStrategy(object, {file, stubSize: kitFor(object)?.stub.length, forced}),
			);
		},
		makeLauncher: launch => makeNativeLauncher(launch, kitOf(launch).launcher),
		makeSelfLaunch: (spec, bytes, from) =>
			makeSelfLaunch({
				spec,
				object: readElf(hostPath(from)),
				bytes,
				launcher: kitOf(spec).launcher,
				stub: kitOf(spec).stub,
			}),
	};
}

/** Loaded on demand: the template engine takes as long to load as most of dynpk. */
async function shellLaunchers(version: string, toolsFor: KitFor): Promise<Launchers> {
	const {makeShellLauncher, readShellTemplate} = await import('../launcher/shell-launcher.js');
	const make = makeShellLauncher(readShellTemplate());
	return {
		isNative: false,
		toolsFor,
		chooseStrategy: () => ({strategy: 'exec', reason: 'a shell can only execute the loader'}),
		makeLauncher: (launch: LaunchSpec) => make(launch, version),
		makeSelfLaunch: () => {
			throw new Error('the shell launcher starts nothing by its own file');
		},
	};
}
