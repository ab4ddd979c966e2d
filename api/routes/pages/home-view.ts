import { html } from 'hono/html';
import type { Bilingual } from '../../../contracts/pipeline.ts';
import { everyPipeline, type Role, roles } from '../../../contracts/security.ts';
import type { Language } from '../../http/language.ts';
import type { Principal } from '../../security/principal.ts';
import { layout, type Markup } from './layout.ts';
import { textsIn } from './texts.ts';

/** A pipeline as the home page shows it to somebody. */
export interface HomePipeline {
  name: string;
  /** Absent where a role names one that this server does not have. */
  title?: Bilingual;
  roles: Role[];
  champion?: string;
  /** Path of the page about its newest data. */
  report?: string;
}

export interface HomeView {
  language: Language;
  principal: Principal;
  /** Proves a form of this session; absent where there is none to end. */
  csrfToken: string | undefined;
  pipelines: HomePipeline[];
  /** Of what there is, what they may see: where it leads. */
  links: { text: keyof LinkTexts; path: string }[];
  /** Where Temporal's payloads are decrypted for this browser; absent where they need not be, or may not. */
  codecEndpoint: string | undefined;
}
type LinkTexts = Pick<
  ReturnType<typeof textsIn>['home'],
  'docs' | 'temporal' | 'ready' | 'runs' | 'alerts' | 'metrics' | 'audit'
>;

const badges = (held: readonly Role[]): Markup =>
  html`${held.map((role) => html`<span class="role">${role}</span> `)}`;

function who({ language, principal }: HomeView): Markup {
  const { home } = textsIn(language);
  const { actor, kind, grants } = principal;
  const name = actor.replace(/^(?:user|oidc|key|token):/, '');
  const isProvided = actor.startsWith('oidc:');
  const way = kind === 'session' && isProvided ? 'provider' : kind === 'nobody' ? 'session' : kind;
  const ofAll = grants.filter(({ pipeline }) => pipeline === everyPipeline).map(({ role }) => role);
  return html`<section class="card" aria-labelledby="who"><h1 id="who">${home.who} ${name}</h1>
<dl><dt class="quiet">${home.how}</dt><dd>${home.ways[way]}</dd>
${ofAll.length > 0 && html`<dt class="quiet">${home.roles}, ${home.allPipelines}</dt><dd>${badges(ofAll)}</dd>`}</dl></section>`;
}

function row(language: Language, { name, title, roles: held, champion, report }: HomePipeline): Markup {
  const { home } = textsIn(language);
  const page = report === undefined ? home.noReport : html`<a href="${report}">${home.report}</a>`;
  return html`<tr><td><strong>${title?.[language] ?? home.unknown}</strong><br><code>${name}</code></td>
<td data-label="${home.roles}">${badges(held)}</td>
<td data-label="${home.champion}">${champion ?? home.noChampion}</td>
<td data-label="${home.data}">${page}</td></tr>`;
}

function table({ language, pipelines }: HomeView): Markup {
  const { home } = textsIn(language);
  const held = roles.filter((role) => pipelines.some((pipeline) => pipeline.roles.includes(role)));
  const meaning = held.map(
    (role) => html`<dt><span class="role">${role}</span></dt><dd>${home.may[role]}</dd>`,
  );
  return html`<table><thead><tr><th scope="col">${home.pipeline}</th><th scope="col">${home.roles}</th><th scope="col">${home.champion}</th><th scope="col">${home.data}</th></tr></thead>
<tbody>${pipelines.map((pipeline) => row(language, pipeline))}</tbody></table>
<dl class="small quiet">${meaning}</dl>`;
}

/** Who somebody is here, what they may do pipeline by pipeline, and where to go on. */
export function homeView(view: HomeView): Markup {
  const { language, principal, csrfToken, pipelines, links, codecEndpoint } = view;
  const { home } = textsIn(language);
  const signOut =
    csrfToken &&
    html`<form method="post" action="/logout"><input type="hidden" name="csrf" value="${csrfToken}"><button class="plain">${home.signOut}</button></form>`;
  const open = principal.kind === 'development' && html`<p class="note bad">${home.open}</p>`;
  const shown = links.map(({ text, path }) => {
    const [title, about] = home[text];
    return html`<li><a href="${path}">${title}</a><span class="quiet small">${about}</span></li>`;
  });
  const decrypting =
    codecEndpoint !== undefined &&
    html`<details class="small"><summary>${home.encrypted}</summary><p>${home.decrypt(codecEndpoint)}</p></details>`;
  return layout(
    {
      ...{ language, title: home.title, aside: signOut ? signOut : undefined },
      inLanguage: (other) => `/?language=${other}`,
    },
    html`${open}${who(view)}
<section class="card" aria-labelledby="links"><h2 id="links">${home.links}</h2><ul class="links">${shown}</ul>${decrypting}</section>
<section class="card" aria-labelledby="pipelines"><h2 id="pipelines">${home.pipelines}</h2>
${pipelines.length === 0 ? html`<p>${home.noPipelines}</p>` : table(view)}</section>`,
  );
}
