import type { Language } from '../../http/language.ts';

/** Where to sign in; what is as usual is not said. */
export function loginPath({
  returnTo = '/',
  ...further
}: {
  returnTo?: string;
  language?: Language;
  notice?: 'signed-out';
  arrived?: 'yes';
}): string {
  const query = new URLSearchParams({ ...(returnTo !== '/' && { returnTo }), ...further }).toString();
  return query === '' ? '/login' : `/login?${query}`;
}
