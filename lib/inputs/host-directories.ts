/** Directories whose contents belong to the running host: a link into them stays a link to the host. */
import {isWithin, sysrootPath, type SysrootPath} from '../paths/paths.js';

const hostDirectories = ['/proc', '/sys', '/dev', '/run'].map(sysrootPath);

/** Whether a path is one of them or lies below one. */
export function isOfRunningHost(path: SysrootPath): boolean {
	return hostDirectories.some(directory => isWithin(path, directory));
}
