/**
 * The two daemons that a host may know its users by, as far as their protocols go: glibc's name cache
 * (nscd/nscd-client.h) and SSSD's NSS responder (src/sss_client/sss_cli.h).
 *
 * They know one user and their groups, or reply with bytes that a test gives.
 */
import {chmodSync, mkdirSync} from 'node:fs';
import {createServer, type Server, type Socket} from 'node:net';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {makeScratch} from '../../helpers/worlds/scratch.js';
import type {Bind} from '../../hosts/lib/prepare-entry.js';

export interface KnownUser {
	readonly name: string;
	readonly id: number;
	readonly gecos: string;
	readonly home: string;
	readonly groups: readonly KnownGroup[];
}

export interface KnownGroup {
	readonly name: string;
	readonly id: number;
	readonly members: readonly string[];
}

export interface Daemon {
	/** Where hosts see its socket. */
	readonly bind: Bind;
	/** What it was asked, in words. */
	readonly asked: readonly string[];
}

/**
 * Makes of a request of this kind and key the whole reply; nothing where it closes the connection, and
 * silence where it keeps that.
 */
export type Replier = (kind: number, key: Buffer) => Buffer | 'silence' | undefined;

type KnowingReplier = (kind: number, key: Buffer) => Buffer | undefined;

const words = (...values: readonly number[]): Buffer => {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, index) => bytes.writeInt32LE(value | 0, index * 4));
	return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const keyText = (key: Buffer): string => key.toString('utf8').replace(/\0$/u, '');

/** Replies of nscd, which knows these users and their groups and answers for no other. */
export function nscdKnowing(...users: readonly KnownUser[]): KnowingReplier {
	return (kind, key) => {
		const asked = keyText(key);
		const byName = kind !== 1 && kind !== 3;
		const user = users.find(({name, id}) => asked === (byName ? name : String(id)));
		const group = users
			.flatMap(({groups}) => groups)
			.find(({name, id}) => asked === (byName ? name : String(id)));
		switch (kind) {
			case 0:
			case 1:
				return user === undefined ? words(2, 0, 0, 0, 0, 0, 0, 0, 0) : nscdUser(user);
			case 2:
			case 3:
				return group === undefined ? words(2, 0, 0, 0, 0, 0) : nscdGroup(group);
			case 15:
				return user === undefined
					? words(2, 0, 0)
					: words(2, 1, user.groups.length, ...user.groups.map(({id}) => id));
			default:
				return undefined;
		}
	};
}

function nscdUser({name, id, gecos, home, groups}: KnownUser): Buffer {
	const fields = [name, 'x', gecos, home, '/bin/sh'].map(text);
	const [nameSize, passwordSize, ...others] = fields.map(({length}) => length);
	const head = words(2, 1, nameSize!, passwordSize!, id, groups[0]!.id, ...others);
	return Buffer.concat([head, ...fields]);
}

function nscdGroup({name, id, members}: KnownGroup): Buffer {
	const [own, password, ...others] = [name, 'x', ...members].map(text);
	const lengths = others.map(({length}) => length);
	const head = words(2, 1, own!.length, password!.length, id, others.length, ...lengths);
	return Buffer.concat([head, own!, password!, ...others]);
}

/** Bodies of SSSD's replies about one user. */
export function sssdKnowing({name, id, gecos, home, groups}: KnownUser): KnowingReplier {
	return (kind, key) => {
		const isByName = kind === 0x11 || kind === 0x21;
		const asked = isByName || kind === 0x26 ? keyText(key) : key.readUInt32LE();
		const group = groups.find(one => asked === (isByName ? one.name : one.id));
		if (kind === 0x11 || kind === 0x12) {
			return asked === (isByName ? name : id)
				? Buffer.concat([
						words(1, 0, id, groups[0]!.id),
						...[name, '*', gecos, home, '/bin/sh'].map(text),
					])
				: words(0, 0);
		}

		if (kind === 0x21 || kind === 0x22) {
			if (group === undefined) return words(0, 0);
			const strings = [group.name, '*', ...group.members].map(text);
			return Buffer.concat([words(1, 0, group.id, group.members.length), ...strings]);
		}

		return asked === name ? words(groups.length, 0, ...groups.map(one => one.id)) : words(0, 0);
	};
}

/** A name cache daemon at its usual place. */
export async function startNscd(t: ExecutionContext, reply: Replier): Promise<Daemon> {
	const asked: string[] = [];
	const server = createServer(socket => {
		let received = Buffer.alloc(0);
		socket.on('data', bytes => {
			received = Buffer.concat([received, bytes]);
			if (received.length < 12 || received.length < 12 + received.readInt32LE(8)) return;
			const kind = received.readInt32LE(4);
			const key = received.subarray(12, 12 + received.readInt32LE(8));
			asked.push(`${kind} ${keyText(key)}`);
			const answer = reply(kind, key);
			if (answer !== 'silence') socket.end(answer ?? Buffer.alloc(0));
		});
	});
	return {bind: await listen(t, server, 'socket', '/var/run/nscd'), asked};
}

/** SSSD at its usual place; `version` is the protocol it speaks. */
export async function startSssd(t: ExecutionContext, reply: Replier, version = 1): Promise<Daemon> {
	const asked: string[] = [];
	const server = createServer(socket => {
		let received = Buffer.alloc(0);
		socket.on('data', bytes => {
			received = Buffer.concat([received, bytes]);
			while (received.length >= 16 && received.length >= received.readUInt32LE(0)) {
				const [size, kind] = [received.readUInt32LE(0), received.readUInt32LE(4)];
				const key = received.subarray(16, size);
				received = received.subarray(size);
				asked.push(`${kind.toString(16)} ${kind === 1 || key.length === 4 ? '' : keyText(key)}`);
				answer(socket, kind, kind === 1 ? words(version) : reply(kind, key));
			}
		});
	});
	return {bind: await listen(t, server, 'nss', '/var/lib/sss/pipes'), asked};
}

function answer(socket: Socket, kind: number, body: ReturnType<Replier>): void {
	if (body === 'silence') return;
	if (body === undefined) {
		socket.end();
	} else {
		socket.write(Buffer.concat([words(16 + body.length, kind, 0, 0), body]));
	}
}

async function listen(
	t: ExecutionContext,
	server: Server,
	name: string,
	to: string,
): Promise<Bind> {
	const from = join(makeScratch(t), 'pipes');
	mkdirSync(from);
	// A program on the host is another user.
	chmodSync(join(from, '..'), 0o755);
	await new Promise<void>(resolve => {
		server.listen(join(from, name), resolve);
	});
	chmodSync(join(from, name), 0o666);
	server.on('connection', socket => socket.on('error', () => undefined));
	t.teardown(() => server.close());
	return {from, to, readOnly: false};
}
