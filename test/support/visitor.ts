/** A browser as far as HTTP goes: says that it wants pages, keeps cookies, follows no redirect by itself. */
export interface Visitor {
  open(path: string, headers?: Record<string, string>): Promise<Visit>;
  /** Sends a form as a page of `origin` does, by default of the server's own. */
  send(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Visit>;
  cookies: Map<string, string>;
}

export interface Visit {
  status: number;
  headers: Headers;
  text: string;
}

/** @param url of the server */
export function visitor(url: string, language = 'en'): Visitor {
  const cookies = new Map<string, string>();
  const go = async (path: string, init: RequestInit): Promise<Visit> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
        'accept-language': language,
        ...(cookie !== '' && { cookie }),
        ...(init.headers as Record<string, string>),
      },
    });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return {
    cookies,
    open: (path, headers = {}) => go(path, { headers }),
    send: (path, form, headers = { 'sec-fetch-site': 'same-origin', origin: url }) =>
      go(path, { method: 'POST', headers, body: new URLSearchParams(form) }),
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair] = line.split(';');
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  if (/max-age=0\b/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}
