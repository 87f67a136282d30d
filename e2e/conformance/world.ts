import { randomUUID } from 'node:crypto';
import { hostRoutes } from '#shared/horde/host/schema.ts';
import type { StartLine } from '../fixtures/yurt.ts';
import type { Answer, Call, Who } from './spec.ts';

/** An account of the world. */
export interface Account {
  readonly id: number;
  readonly alias: string;
  readonly key: string;
}

type AccountName = Exclude<Who, 'nobody' | 'stranger'>;

/** A started horde with an account of every kind, and the means to call it. */
export interface World {
  /** Of the horde's API, without a slash at its end. */
  readonly base: string;
  readonly accounts: Readonly<Record<AccountName, Account>>;
  /** Calls an operation, `METHOD /path` below `/api/v2`. */
  call(operation: string, call: Call): Promise<Answer>;
  /** Calls and gives the body. @throws when it is no success */
  do(operation: string, call: Call): Promise<Record<string, unknown>>;
  /** A name that nobody had before. */
  name(prefix: string): string;
  /** A new account with kudos, and roles as `PUT /users` sets them. */
  account(roles?: Readonly<Record<string, unknown>>, kudos?: number): Promise<Account>;
  /** Calls a route of the owner's side. @throws when it is no success */
  owner(method: string, path: string, body?: unknown): Promise<unknown>;
}

const anonymousKey = '0000000000';
const startKudos = 100_000;
/** Nobody is to reach the limit of waiting requests by other cases. */
const manyRequests = 500;

/** Makes the accounts and lifts the rate limits for this computer. */
export async function createWorld(line: StartLine): Promise<World> {
  const owner = await signIn(line.app);
  await owner('PATCH', hostRoutes.settings, { lift_rate_limits: true });
  const base = `${line.horde}/api/v2`;
  const admin: Account = { id: 1, alias: '', key: line.admin_key };
  const account = async (
    roles: Readonly<Record<string, unknown>> = {},
    kudos = startKudos,
  ): Promise<Account> => {
    const preset = { roles: [], worker_invited: 1_000, kudos, concurrency: manyRequests };
    const made = asObject(await owner('POST', hostRoutes.accounts, { username: nameOf('user'), preset }));
    const found = { id: Number(made['id']), alias: String(made['alias']), key: String(made['api_key']) };
    if (Object.keys(roles).length > 0) {
      const changed = await send(base, 'PUT /users/{user_id}', admin.key, {
        path: { user_id: found.id },
        body: roles,
      });
      if (changed.status !== 200) throw new Error(`roles were refused: ${JSON.stringify(changed.body)}`);
    }
    return found;
  };
  const deleted = await account();
  await send(base, 'DELETE /users/{user_id}', deleted.key, { path: { user_id: deleted.id } });
  const accounts: World['accounts'] = {
    anonymous: { id: 0, alias: 'Anonymous#0', key: anonymousKey },
    plain: await account(),
    other: await account(),
    trusted: await account({ trusted: true }),
    moderator: await account({ moderator: true }),
    admin,
    flagged: await account({ flagged: true }),
    deleted,
  };
  const keyOf = (who: Who): string | undefined => {
    if (who === 'nobody') return undefined;
    return who === 'stranger' ? randomUUID() : accounts[who].key;
  };
  const call = (operation: string, made: Call) =>
    send(base, operation, made.key ?? keyOf(made.as ?? 'nobody'), made);
  return {
    base,
    accounts,
    call,
    account,
    owner,
    name: nameOf,
    do: async (operation, made) => {
      const answer = await call(operation, made);
      if (answer.status < 300) return asObject(answer.body);
      throw new Error(`${operation} was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
  };
}

/** Names are words with a number: nothing that a filter could take amiss. */
let named = 0;
function nameOf(prefix: string): string {
  named += 1;
  return `${prefix} ${named}`;
}

async function send(base: string, operation: string, key: string | undefined, call: Call): Promise<Answer> {
  const [method = '', template = ''] = operation.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(call.path?.[name] ?? '')),
  );
  const query = new URLSearchParams(
    Object.entries(call.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const hasBody = call.body !== undefined;
  const begun = performance.now();
  const answer = await fetch(`${base}${path}${query.size > 0 ? `?${query}` : ''}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { apikey: key }),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...call.headers,
    },
    ...(hasBody ? { body: typeof call.body === 'string' ? call.body : JSON.stringify(call.body) } : {}),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: parse(text), ms: performance.now() - begun };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`no object: ${JSON.stringify(value)}`);
  return { ...value };
}

/** Redeems the one-time link of the interface. */
async function signIn(link: string): Promise<World['owner']> {
  const { origin } = new URL(link);
  const redeemed = await fetch(link, { redirect: 'manual' });
  const cookie = String(redeemed.headers.get('set-cookie')).split(';')[0] ?? '';
  return async (method, path, body) => {
    const answer = await fetch(origin + path, {
      method,
      headers: { cookie, origin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was refused: ${answer.status} ${text}`);
    return parse(text);
  };
}
