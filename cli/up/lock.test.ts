import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { isStackAlive, lockHome, readStackState } from './lock.ts';
import { isAlive, refOf } from './processes.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'relevo-lock-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const leave = (state: unknown): void => writeFileSync(join(home, 'up.json'), JSON.stringify(state));

describe('the lock of a home', () => {
  it('is held by one supervisor at a time and given back', () => {
    const lock = lockHome(home);
    expect(() => lockHome(home)).toThrowError(expect.objectContaining({ code: 'HOME_IN_USE' }));
    lock.release();
    lockHome(home).release();
    expect(readdirSync(home)).toEqual([]);
  });

  it('names the home and what to do', () => {
    const lock = lockHome(home);
    try {
      lockHome(home);
    } catch (error) {
      const { details, message } = error as RelevoError;
      expect(details).toMatchObject({ field: 'RELEVO_HOME', value: home });
      expect(message).toContain(String(process.pid));
    }
    lock.release();
  });

  it('is taken over from an owner that was killed, whose state is handed on', async () => {
    const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const ref = refOf(owner.pid ?? 0);
    const process_ = { name: 'api', pid: 1, startTicks: 1 };
    leave({ supervisor: ref, startedAt: '2026-11-21T00:00:00Z', processes: [process_] });
    expect(() => lockHome(home)).toThrow(RelevoError);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const lock = lockHome(home);
    expect(lock.stale?.processes).toEqual([process_]);
    lock.release();
  });

  it('does not take a stranger under the same pid for its owner', () => {
    const ref = refOf(process.pid);
    leave({
      supervisor: { ...ref, startTicks: (ref.startTicks ?? 0) + 1 },
      startedAt: '2026-11-21T00:00:00Z',
    });
    const lock = lockHome(home);
    expect(lock.stale).toBeDefined();
    lock.release();
  });

  it.each(['', '{', '{"supervisor":'])('a torn file %j counts as none', (text) => {
    writeFileSync(join(home, 'up.json'), text);
    lockHome(home).release();
  });

  it('is for its user alone and keeps what was noted', () => {
    const lock = lockHome(home);
    lock.setProcess('api', { pid: 11, startTicks: 1 });
    lock.setProcess('api', { pid: 12, startTicks: 2 });
    lock.setApiUrl('http://127.0.0.1:3000');
    const state = readStackState(home);
    expect(state).toMatchObject({
      apiUrl: 'http://127.0.0.1:3000',
      processes: [{ name: 'api', pid: 12, startTicks: 2 }],
    });
    expect(state && isStackAlive(state)).toBe(true);
    expect(statSync(join(home, 'up.json')).mode & 0o077).toBe(0);
    lock.release();
  });
});

describe('processes', () => {
  it('tell the living from the gone', () => {
    expect(isAlive(refOf(process.pid))).toBe(true);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(isAlive(refOf(pid))).toBe(false);
  });
});
