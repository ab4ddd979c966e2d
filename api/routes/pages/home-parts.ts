import { everyPipeline, type Role } from '../../../contracts/security.ts';
import type { ApiDeps } from '../../deps.ts';
import { links } from '../../http/links.ts';
import { mayDo } from '../../security/authorize.ts';
import type { Principal } from '../../security/principal.ts';
import { within } from '../../within.ts';
import type { HomePipeline, HomeView } from './home-view.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'champions' | 'temporalUi' | 'codec'> & {
  registry: Pick<ApiDeps['registry'], 'datasets'>;
};

/** A page does not wait longer for what it can do without. */
const patienceMs = 1_000;

/** The pipelines that somebody has a role for, those among them that this server does not have last. */
export async function pipelinesOf(
  { pipelines, champions, registry }: Deps,
  principal: Principal,
): Promise<HomePipeline[]> {
  const rolesFor = (name: string): Role[] => [
    ...new Set(
      principal.grants.flatMap(({ role, pipeline }) =>
        pipeline === everyPipeline || pipeline === name ? [role] : [],
      ),
    ),
  ];
  /** Undefined also where the registry cannot be asked now. */
  const reportOf = async (name: string): Promise<string | undefined> => {
    if (!mayDo(principal, 'read', name)) return undefined;
    const newest = await within(patienceMs, registry.datasets.latest(name)).catch(() => undefined);
    return newest?.artifacts['report-en'] && links.datasetReport(name, newest.id);
  };
  const championOf = (name: string): string | undefined =>
    champions.all().find(({ version }) => version.pipeline === name)?.version.version;

  const known = pipelines.map(async ({ name, title }) => ({
    ...{ name, title, roles: rolesFor(name) },
    ...{ champion: championOf(name), report: await reportOf(name) },
  }));
  const names = new Set([everyPipeline, ...pipelines.map(({ name }) => name)]);
  const unknown = [...new Set(principal.grants.map(({ pipeline }) => pipeline))]
    .filter((name) => !names.has(name))
    .map((name) => ({ name, roles: rolesFor(name) }));
  return [...(await Promise.all(known)), ...unknown].filter(({ roles }) => roles.length > 0);
}

/** Where somebody can go on from the home page, which is at `here`. */
export function linksFor({ temporalUi }: Deps, principal: Principal, here: URL): HomeView['links'] {
  const temporal = temporalFrom(temporalUi, here)?.href;
  const all: (HomeView['links'][number] & { isShown: boolean })[] = [
    { text: 'docs', path: '/docs', isShown: true },
    { text: 'temporal', path: temporal ?? '', isShown: temporal !== undefined },
    { text: 'ready', path: '/ready', isShown: true },
    { text: 'runs', path: '/v1/runs', isShown: mayDo(principal, 'read', everyPipeline) },
    { text: 'alerts', path: '/v1/alerts', isShown: mayDo(principal, 'read', everyPipeline) },
    { text: 'metrics', path: '/metrics', isShown: mayDo(principal, 'read', everyPipeline) },
    { text: 'audit', path: '/v1/audit', isShown: mayDo(principal, 'administer', everyPipeline) },
  ];
  return all.filter(({ isShown }) => isShown);
}

/**
 * The codec, for who may decrypt and whose browser sends it their session from the Temporal UI: that has to be of the
 * same site, which is scheme and host here.
 */
export function codecEndpointFor(
  { codec, temporalUi }: Deps,
  principal: Principal,
  here: URL,
): string | undefined {
  const isOneSite = temporalFrom(temporalUi, here)?.protocol === here.protocol;
  const mayDecrypt = principal.kind === 'session' && mayDo(principal, 'operate', everyPipeline);
  return codec.payloads !== undefined && isOneSite && mayDecrypt ? `${here.origin}/codec` : undefined;
}

const loopback = new Set(['localhost', '127.0.0.1']);

/**
 * The UI as the browser reaches it: from this machine alone, and under the name of it that is in use, since a cookie of
 * `localhost` is not one of 127.0.0.1.
 */
function temporalFrom(temporalUi: Deps['temporalUi'], here: URL): URL | undefined {
  if (temporalUi === undefined || !loopback.has(here.hostname)) return undefined;
  const url = new URL(temporalUi.url);
  url.hostname = here.hostname;
  return url;
}
