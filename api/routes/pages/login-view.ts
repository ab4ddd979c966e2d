import { html, raw } from 'hono/html';
import type { Language } from '../../http/language.ts';
import { layout, type Markup } from './layout.ts';
import { loginPath } from './paths.ts';
import { textsIn } from './texts.ts';

export interface LoginView {
  language: Language;
  /** Path to go to afterwards. */
  returnTo: string;
  /** Whether anybody has a password here. */
  hasPasswords: boolean;
  /** Host of the identity provider; undefined where there is none. */
  provider: string | undefined;
  /** What was entered before, and why that did not do. */
  refused?: { name: string; reason: string };
  /** What else there is to say. */
  notice?: string;
}

/** The form of the first try asks for the name; one that was refused has it, and asks for the password again. */
const form = ({ language, returnTo, refused }: LoginView): Markup => {
  const { signIn } = textsIn(language);
  const fault = refused === undefined ? '' : raw(' aria-invalid="true" aria-describedby="problem"');
  const isNamed = refused !== undefined && refused.name !== '';
  const [first, second] = isNamed ? ['', raw(' autofocus')] : [raw(' autofocus'), ''];
  return html`<form method="post" action="/login">
<input type="hidden" name="returnTo" value="${returnTo}">
<label for="name">${signIn.name}</label>
<input id="name" name="name" value="${refused?.name ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" required${first}${fault}>
<label for="password">${signIn.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${second}${fault}>
<button>${signIn.submit}</button>
</form>`;
};

const byProvider = ({ language, returnTo, provider = '', hasPasswords }: LoginView): Markup => {
  const { signIn } = textsIn(language);
  const path = `/v1/session/oidc?${new URLSearchParams({ returnTo })}`;
  const kind = hasPasswords ? 'button plain' : 'button';
  return html`<p><a class="${kind}" href="${path}">${signIn.byProvider(provider)}</a></p>`;
};

const help = ({ language }: LoginView): Markup => {
  const { signIn } = textsIn(language);
  return html`<details class="small"><summary>${signIn.lost}</summary>
<p>${signIn.lostFirst} ${signIn.lostLater} <code>relevo users password ${signIn.placeholder}</code></p></details>`;
};

/** The page to sign in on, by whatever ways there are. */
export function loginView(view: LoginView): Markup {
  const { language, returnTo, hasPasswords, provider, refused, notice } = view;
  const { signIn } = textsIn(language);
  const said = html`${refused && html`<p class="note bad" id="problem" role="alert">${refused.reason}</p>`}
${notice !== undefined && html`<p class="note good" role="status">${notice}</p>`}`;
  const ways = html`${hasPasswords && form(view)}
${hasPasswords && provider !== undefined && html`<p class="or">${signIn.or}</p>`}
${provider !== undefined && byProvider(view)}
${hasPasswords && help(view)}`;
  const none = html`<p>${signIn.nobody}</p><p><code>relevo users create ${signIn.placeholder} --grant engineer</code></p>`;
  return layout(
    { language, title: signIn.title, inLanguage: (other) => loginPath({ returnTo, language: other }) },
    html`<section class="card narrow"><h1>${signIn.title}</h1>
${said}
${hasPasswords || provider !== undefined ? ways : none}</section>`,
  );
}
