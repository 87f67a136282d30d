import type { GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';

/** A page of the horde as a browser shows it. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly ticket: string;
  readonly key: string;
  readonly alert: string | undefined;
}

export type Browser = ReturnType<typeof openBrowser>;

/** What a browser says of a page that another site led to. */
const fromElsewhere = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** A person's browser: keeps cookies for each site, and walks between the horde and its providers. */
/** @param host the name by which the browser reaches the horde */
export function openBrowser(server: AppFastify, fetch: GuardedFetch, host = 'localhost') {
  const home = `http://${host}`;
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  const keep = (origin: string, set: string | readonly string[] | undefined) => {
    for (const line of [set ?? []].flat()) {
      const [name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line)?.slice(1) ?? [];
      jarOf(origin).set(name, value);
    }
  };
  const cookieFor = (origin: string) => [...jarOf(origin)].map((entry) => entry.join('=')).join('; ');

  const open = async (path: string, fields?: Record<string, string>): Promise<Page> => {
    const answer = await server.inject({
      method: fields ? 'POST' : 'GET',
      url: path,
      headers: {
        host,
        cookie: cookieFor(home),
        ...(fields ? { 'content-type': 'application/x-www-form-urlencoded' } : fromElsewhere),
      },
      ...(fields ? { payload: new URLSearchParams(fields).toString() } : {}),
    });
    keep(home, answer.headers['set-cookie']);
    return {
      status: answer.statusCode,
      text: answer.body,
      headers: answer.headers,
      ticket: /name="ticket" value="([^"]*)"/.exec(answer.body)?.[1] ?? '',
      key: /<code>([\w-]{22})<\/code>/.exec(answer.body)?.[1] ?? '',
      alert: /<p role="alert">([^<]*)</.exec(answer.body)?.[1],
    };
  };
  /** One step at a provider. */
  const step = async (url: string, account: string, form?: URLSearchParams) => {
    const { origin } = new URL(url);
    const answer = await fetch(url, {
      headers: {
        cookie: cookieFor(origin),
        'x-account': account,
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      maxBytes: 100_000,
      maxRedirects: 0,
      ...(form ? { method: 'POST', body: form.toString() } : {}),
    });
    keep(origin, answer.headers['set-cookie']);
    const location = answer.headers['location'];
    const text = Buffer.from(answer.bytes).toString();
    return { text, next: typeof location === 'string' ? new URL(location, url).href : undefined };
  };
  /** Follows a provider to its last page, or back to the horde. */
  const follow = async (url: string, account: string): Promise<{ text: string; url: string }> => {
    let at = url;
    for (let steps = 0; steps < 10; steps += 1) {
      if (at.startsWith(home)) return { text: '', url: at };
      const { text, next } = await step(at, account);
      if (next === undefined) return { text, url: at };
      at = next;
    }
    throw new Error('the provider leads on and on');
  };
  /** Signs in at the provider, as if for the first time there. @returns the path that leads back */
  const visit = async (url: string, account: string): Promise<string> => {
    jars.delete(new URL(url).origin);
    const end = await follow(url, account);
    if (end.url.startsWith(home)) return end.url.slice(home.length);
    throw new Error(`the provider led nowhere: ${end.text}`);
  };
  /** Types a code at the provider. @returns the text of its last page */
  const typeCode = async (address: string, userCode: string, account: string): Promise<string> => {
    jars.delete(new URL(address).origin);
    const page = await follow(address, account);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const form = new URLSearchParams({ xsrf, user_code: userCode, confirm: 'yes' });
    const { next, text } = await step(page.url, account, form);
    return next === undefined ? text : (await follow(next, account)).text;
  };
  /** Begins a sign-in. @returns the address at the provider */
  const begin = async (provider: string): Promise<string> => {
    const page = await open(`/signin/${provider}`);
    if (page.status !== 302) throw new Error(`the sign-in was not begun: ${page.status} ${page.text}`);
    return String(page.headers['location']);
  };
  return {
    open,
    begin,
    visit,
    typeCode,
    /** A whole sign-in. @returns the page at its end */
    signIn: async (provider: string, account: string): Promise<Page> =>
      open(await visit(await begin(provider), account)),
    /** What ties sign-ins to this browser. */
    seeds: () => [...jarOf(home).values()],
  };
}
