/** Whether a directory lies on a file system that other machines use, too: the table of wrappers/run/room.c, which a test holds to this one. */
import {statfsSync} from 'node:fs';
import type {HostPath} from '../paths/paths.js';

/** Magic numbers of statfs(2). FUSE may be anything. */
export const networkTypes: ReadonlyMap<number, string> = new Map([
	[0x6969, 'NFS'],
	[0x0bd00bd0, 'Lustre'],
	[0x47504653, 'GPFS'],
	[0x19830326, 'BeeGFS'],
	[0xff534d42, 'CIFS'],
	[0xfe534d42, 'SMB'],
	[0x517b, 'SMB'],
	[0x5346414f, 'AFS'],
	[0x6b414653, 'AFS'],
	[0x00c36400, 'Ceph'],
	[0x65735546, 'FUSE'],
	[0x01021997, '9P'],
	[0xaad7aaea, 'PanFS'],
	[0x7461636f, 'OCFS2'],
	[0x01161970, 'GFS2'],
	[0x20030528, 'OrangeFS'],
	[0x013111a8, 'IBRIX'],
	[0x786f4256, 'VirtualBox'],
	[0x6a656a63, 'CernVM-FS'],
	[0x73757245, 'Coda'],
	[0x564c, 'NCP'],
	[0xbacbacbc, 'VMware'],
	[0x61756673, 'aufs'],
]);

/** Its name, or `undefined` for one of this machine's own. */
export function networkOf(directory: HostPath): string | undefined {
	return networkTypes.get(statfsSync(directory).type >>> 0);
}
