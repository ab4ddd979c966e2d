import { createApiClient } from '../client/http.ts';
import { keyFor } from '../client/open.ts';
import { readySchema } from '../client/schemas.ts';
import { isStackAlive, readStackState, type StackState } from '../up/lock.ts';
import { holderOf, probePort } from '../up/ports.ts';
import { isAlive, isBelow } from '../up/processes.ts';
import { wantedPorts } from '../up/servers.ts';
import { formatMoment } from '../view/format.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';

type Found = Omit<Finding, 'name'>;

const runningStack = (home: string): StackState | undefined => {
  const state = readStackState(home);
  return state !== undefined && isStackAlive(state) ? state : undefined;
};

const names = (processes: StackState['processes']): string =>
  processes.map(({ name, pid }) => `${name} (${pid})`).join(', ');

export const stack: Check = {
  name: 'stack',
  async run({ env, texts }) {
    const state = readStackState(env.RELEVO_HOME);
    if (state === undefined) return [ok(texts.stackNone)];
    const { supervisor, startedAt, processes } = state;
    const [alive, dead] = [true, false].map((wanted) => processes.filter((part) => isAlive(part) === wanted));
    if (isStackAlive(state)) {
      const runs = ok(texts.stackRuns(supervisor.pid, formatMoment(startedAt)));
      return dead.length === 0 ? [runs] : [runs, warn(texts.partDead(names(dead)), texts.partDeadRemedy)];
    }
    const stale = warn(texts.stackStale(supervisor.pid), texts.stackStaleRemedy);
    return alive.length === 0 ? [stale] : [stale, warn(texts.leftovers(names(alive)), texts.leftoversRemedy)];
  },
};

export const ports: Check = {
  name: 'ports',
  async run({ env, texts }) {
    const state = readStackState(env.RELEVO_HOME);
    const own = state === undefined ? [] : [state.supervisor.pid, ...state.processes.map(({ pid }) => pid)];
    const free: number[] = [];
    const ours: number[] = [];
    const findings: Found[] = [];
    for (const { part, host, port, setting } of wantedPorts(env)) {
      const state = await probePort(host, port);
      const holder = state === 'free' ? undefined : holderOf(port);
      if (state === 'free') free.push(port);
      else if (holder !== undefined && own.some((pid) => isBelow(holder.pid, pid))) ours.push(port);
      else {
        const by = holder ? `${holder.pid} (${holder.command})` : state === 'taken' ? '' : state;
        findings.push(fail(texts.portTaken(port, part, by), texts.portRemedy(setting)));
      }
    }
    if (ours.length > 0) findings.unshift(ok(texts.portsOurs(ours.join(', '))));
    if (free.length > 0) findings.unshift(ok(texts.portsFree(free.join(', '))));
    return findings;
  },
};

/** The parts of a running stack as its API sees them. */
export const services: Check = {
  name: 'services',
  async run({ env, texts }) {
    const state = runningStack(env.RELEVO_HOME);
    if (state?.apiUrl === undefined) return [ok(texts.notRunning)];
    const client = createApiClient(state.apiUrl, env.RELEVO_LANG, keyFor(env));
    const { status, checks } = await client.get('/ready', readySchema);
    const wanting = Object.entries(checks).filter(([, found]) => found !== 'ok');
    const isMerelySlow = wanting.every(([, found]) => found === 'slow');
    return [
      status === 'ready'
        ? ok(texts.answers(`${state.apiUrl} (${status})`))
        : warn(`${state.apiUrl}: ${status}`, isMerelySlow ? texts.slowRemedy : texts.partDeadRemedy),
      ...wanting.map(([name, found]) =>
        found === 'slow'
          ? warn(texts.slow(name), texts.slowRemedy)
          : fail(`${name}: ${found}`, texts.partDeadRemedy),
      ),
    ];
  },
};
