import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import {
  KudosAwarded,
  KudosAwardInput,
  KudosTransferInput,
  KudosTransferred,
} from '#shared/horde/kudos/schema.ts';
import type { KudosService } from './service.ts';

/** What the check of a caller reads of an HTTP request. */
interface KeyedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly isLocal: boolean;
}

export interface KudosRoutesServices {
  readonly kudos: KudosService;
  /** The account of a caller. @throws ProblemError 400 without a key, 401 `InvalidAPIKey` */
  readonly caller: (request: KeyedRequest) => Promise<{ readonly id: number }>;
}

const longestKey = 255;

/** `POST /kudos/transfer` and `/kudos/award` (`api.md` 5.9), below `/api/v2`. */
export function kudosRoutes(api: AppFastify, { kudos, caller }: KudosRoutesServices): void {
  api.post(
    '/kudos/transfer',
    {
      schema: {
        operationId: 'post_transfer_kudos',
        body: KudosTransferInput,
        response: { 200: KudosTransferred, 400: Problem, 401: Problem },
      },
      preValidation: lenient,
    },
    async (request) => {
      const clientKey = clientKeyOf(request.headers['idempotency-key']);
      const { id: senderId } = await caller(request);
      const from = { senderId, ...(clientKey === undefined ? {} : { clientKey }) };
      return { transferred: await kudos.transfer(request.body, from) };
    },
  );
  api.post(
    '/kudos/award',
    {
      schema: {
        operationId: 'post_award_kudos',
        body: KudosAwardInput,
        response: { 200: KudosAwarded, 400: Problem, 401: Problem, 403: Problem },
      },
      preValidation: lenient,
    },
    async (request) => ({ awarded: await kudos.award(request.body, (await caller(request)).id) }),
  );
}

/** @throws ProblemError 400 with `errors` for a key that is too long to keep */
function clientKeyOf(header: string | string[] | undefined): string | undefined {
  const key = typeof header === 'string' ? header.trim() : '';
  if (key === '') return undefined;
  if (key.length <= longestKey) return key;
  throw new ProblemError(400, undefined, 'Input payload validation failed', {
    errors: { 'Idempotency-Key': `has more than ${longestKey} characters` },
  });
}

/**
 * These operations read their bodies as forms do: nothing is an empty body, the number of an account may
 * come as a number and an amount as its digits (`api.md` 1.5.2, 1.5.3).
 */
async function lenient(request: { body: unknown }): Promise<void> {
  request.body ??= {};
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const fields: Record<string, unknown> = { ...body };
  const { username, amount } = fields;
  if (typeof username === 'number') fields['username'] = String(username);
  if (typeof amount === 'string' && /^[+-]?[0-9]{1,15}$/.test(amount)) fields['amount'] = Number(amount);
  request.body = fields;
}
