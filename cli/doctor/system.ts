import { constants, existsSync, readFileSync } from 'node:fs';
import { access, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../view/format.ts';
import { type Check, fail, ok, warn } from './check.ts';

const mebibyte = 1024 ** 2;
const leastDiskBytes = 200 * mebibyte;
const comfortableDiskBytes = 2048 * mebibyte;
const comfortableMemoryBytes = 1536 * mebibyte;

const glibcVersion = (): string | undefined => {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
};

export const node: Check = {
  name: 'node',
  async run({ texts }) {
    const { node: version } = process.versions;
    const [major, minor] = version.split('.').map(Number);
    return [major > 20 || (major === 20 && minor >= 12) ? ok(version) : fail(version, texts.nodeOld)];
  },
};

export const platform: Check = {
  name: 'platform',
  async run({ env, texts }) {
    const glibc = glibcVersion();
    const about = `${process.platform} ${process.arch}`;
    if (process.platform === 'linux' && glibc === undefined) return [fail(`${about}, musl`, texts.musl)];
    const found = glibc === undefined ? about : `${about}, glibc ${glibc}`;
    if (process.platform === 'linux' && process.arch === 'x64') return [ok(found)];
    return [(env.XGBOOST_LIB === undefined ? fail : warn)(found, texts.otherPlatform)];
  },
};

/** The nearest folder that exists: RELEVO_HOME itself may be made at the first start. */
function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(join(path, '..'));
}

async function isWritable(folder: string): Promise<boolean> {
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(probe);
    await rm(probe, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

export const home: Check = {
  name: 'home',
  async run({ env, texts }) {
    const path = env.RELEVO_HOME;
    const existing = nearestExisting(path);
    if (!(await isWritable(existing))) return [fail(texts.homeReadOnly(path), texts.homeRemedy)];
    const { bavail, bsize } = await statfs(existing);
    const freeBytes = bavail * bsize;
    const found = texts.homeFine(path, formatBytes(freeBytes));
    if (freeBytes < leastDiskBytes) return [fail(found, texts.diskLow)];
    return [freeBytes < comfortableDiskBytes ? warn(found, texts.diskLow) : ok(found)];
  },
};

/** What the kernel would give, page cache included; a container's limit where that is smaller. */
function availableMemory(): { freeBytes: number; totalBytes: number } {
  let freeBytes = freemem();
  try {
    const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    if (line) freeBytes = Number(line[1]) * 1024;
  } catch {
    // not Linux: what the system calls free
  }
  const limit = process.constrainedMemory();
  const totalBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { freeBytes: Math.min(freeBytes, totalBytes), totalBytes };
}

export const memory: Check = {
  name: 'memory',
  async run({ texts }) {
    const { freeBytes, totalBytes } = availableMemory();
    const found = texts.memoryFree(formatBytes(freeBytes), formatBytes(totalBytes));
    return [freeBytes < comfortableMemoryBytes ? warn(found, texts.memoryLow) : ok(found)];
  },
};

const maxEntriesShown = 6;

export const data: Check = {
  name: 'data',
  async run({ env, texts }) {
    const path = env.RELEVO_DATA;
    if (path === undefined) return [warn(texts.dataUnset, texts.dataUnsetRemedy)];
    try {
      await access(path, constants.R_OK | constants.X_OK);
      const entries = (await readdir(path)).sort();
      const shown =
        entries.slice(0, maxEntriesShown).join(', ') + (entries.length > maxEntriesShown ? ', …' : '');
      return [ok(texts.dataFine(path, shown))];
    } catch {
      return [fail(texts.dataUnreadable(path), texts.dataRemedy)];
    }
  },
};
