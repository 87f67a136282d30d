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

/** The horde's own address in the tests. */
const home = 'http://localhost';
/** What a browser says of a page that another site led to. */
const fromElsewhere = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** A person's browser: keeps cookies for each site, and walks between the horde and its providers. */
export function openBrowser(server: AppFastify, fetch: GuardedFetch) {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  const keep = (origin: string, set: unknown) => {
    for (const line of [set ?? []].flat()) {
      const [name = '', value = ''] = String(line).split(';', 1)[0]?.split(/=(.*)/s) ?? [];
      jarOf(origin).set(name, value);
    }
  };
  const cookieFor = (origin: string) => [...jarOf(origin)].map((entry) => entry.join('=')).join('; ');

  const open = async (path: string, fields?: Record<string, string>): Promise<Page> => {
    const answer = await server.inject({
      method: fields ? 'POST' : 'GET',
      url: path,
      headers: {
        host: 'localhost',
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
  /** Signs in at the provider. @returns the path by which it sends the browser back */
  const visit = async (url: string, account: string): Promise<string> => {
    let next = url;
    for (let steps = 0; steps < 10; steps += 1) {
      if (next.startsWith(home)) return next.slice(home.length);
      const { origin } = new URL(next);
      const headers = { cookie: cookieFor(origin), 'x-account': account };
      const answer = await fetch(next, { headers, maxBytes: 100_000, maxRedirects: 0 });
      keep(origin, answer.headers['set-cookie']);
      const location = answer.headers['location'];
      if (typeof location !== 'string') {
        throw new Error(`the provider answered ${answer.status}: ${Buffer.from(answer.bytes).toString()}`);
      }
      next = new URL(location, next).href;
    }
    throw new Error('the provider leads on and on');
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
    /** A whole sign-in. @returns the page at its end */
    signIn: async (provider: string, account: string): Promise<Page> =>
      open(await visit(await begin(provider), account)),
    /** The cookie that ties sign-ins to this browser. */
    cookie: () => cookieFor(home),
  };
}
