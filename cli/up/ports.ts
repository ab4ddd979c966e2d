import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { RelevoError } from '../../contracts/errors.ts';
import { truncate } from '../view/width.ts';

/** A port that a part of the stack will listen on, and the setting that moves it. */
export interface WantedPort {
  part: string;
  host: string;
  port: number;
  setting: string;
}

/** Whether a listener can be opened there now; the error's code where it cannot. */
export function probePort(host: string, port: number): Promise<'free' | 'taken' | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRINUSE' ? 'taken' : (error.code ?? error.message));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

const listening = '0A';
const longestCommand = 160;
/** Inodes of the sockets that listen on a port, from the kernel's tables. */
function listenersOf(port: number): Set<string> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === listening && fields[1]?.endsWith(`:${wanted}`)) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  return inodes;
}

function holdsSocket(pid: string, inodes: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

export interface PortHolder {
  pid: number;
  command: string;
}

/** Who listens on a port, as far as this user may see it (Linux). */
export function holderOf(port: number): PortHolder | undefined {
  try {
    const inodes = listenersOf(port);
    if (inodes.size === 0) return undefined;
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, inodes));
    if (pid === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid: Number(pid), command: truncate(command, longestCommand) };
  } catch {
    return undefined;
  }
}

function portTaken({ part, port, setting }: WantedPort): RelevoError {
  const holder = holderOf(port);
  const by = holder ? ` by process ${holder.pid} (${holder.command})` : '';
  return new RelevoError('PORT_TAKEN', `Port ${port} for ${part} is taken${by}`, {
    field: setting,
    value: port,
    expected: 'a free port',
    remedy: `Stop that program, or choose another port: ${setting}=${port + 1} relevo up`,
  });
}

/** @throws RelevoError PORT_TAKEN for the first taken one, naming the setting; ENVIRONMENT_INVALID where two settings name one port. */
export async function demandFreePorts(wanted: WantedPort[]): Promise<void> {
  for (const [i, { port, setting, part }] of wanted.entries()) {
    const twin = wanted.slice(0, i).find((other) => other.port === port);
    if (twin === undefined) continue;
    throw new RelevoError('ENVIRONMENT_INVALID', `${part} and ${twin.part} cannot share port ${port}`, {
      field: setting,
      value: port,
      expected: `a port other than that of ${twin.setting}`,
    });
  }
  const results = await Promise.all(wanted.map(({ host, port }) => probePort(host, port)));
  for (const [i, result] of results.entries()) {
    if (result === 'free') continue;
    if (result === 'taken') throw portTaken(wanted[i]);
    const { host, port, setting, part } = wanted[i];
    throw new RelevoError('ENVIRONMENT_INVALID', `${part} cannot listen on ${host}:${port} (${result})`, {
      field: setting,
      value: port,
      expected: 'an address of this machine and a port that this user may open',
    });
  }
}
