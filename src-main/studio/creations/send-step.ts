import type { HordeClient } from '#shared/horde/client.ts';
import type { GenerationInput } from '#shared/horde/requests/schema.ts';
import type { CreationProblem } from '#shared/studio/creations/schema.ts';
import type { Card } from './card.ts';
import { backoffMs } from './pause.ts';
import { payloadOf } from './payload.ts';
import type { CreationsRepository, OpenSending } from './repository.ts';
import { type Failure, failureOf, findSent, problemCodes, shortened } from './sending.ts';

export interface SendDeps {
  readonly client: Pick<HordeClient, 'findUser' | 'generateAsync' | 'generateCheck'>;
  readonly rows: Pick<CreationsRepository, 'claimed'>;
  readonly clock: () => number;
  /** Waits; cut short when the person cancels or the app ends. */
  readonly rest: (ms: number) => Promise<void>;
  /** Fires when the app ends. */
  readonly ending: AbortSignal;
}

const maxRequestIdLength = 200;
const uncertain: CreationProblem = {
  code: problemCodes.uncertain,
  message: 'The horde may have taken this request, but its answer was lost. It is not sent a second time.',
};

/**
 * One step of a creation without a request: sends it, or finds out what became of a send whose answer
 * was lost (`sending.ts`). The `signal` of a step fires when the person cancels.
 */
export function createSendStep(card: Card, deps: SendDeps): (signal: AbortSignal) => Promise<void> {
  const { client, clock } = deps;
  let failures = 0;

  const activeRequests = async (signal: AbortSignal): Promise<string[]> =>
    (await client.findUser(signal)).active_generations?.image ?? [];

  /** Price of the whole request; what a dry run refuses, the real one would refuse too. */
  const priceOf = async (payload: GenerationInput, signal: AbortSignal): Promise<number> =>
    (await client.generateAsync({ ...payload, dry_run: true }, signal)).kudos;

  const send = async (signal: AbortSignal): Promise<void> => {
    const payload = payloadOf(card.stored.creation.input);
    // The real answer names only the rounded price of one picture (`api.md` 3.3).
    const expected = card.stored.creation.kudos.expected ?? (await priceOf(payload, signal));
    const activeBefore = await activeRequests(signal);
    if (card.stored.wantsCancel) return;
    const kudos = { ...card.stored.creation.kudos, expected };
    const sending = { sentAt: clock(), activeBefore };
    await card.change({ state: 'sending', problem: null, kudos }, { sending });
    // Cancelled while that was written: nothing has left yet.
    if (card.stored.wantsCancel) return card.end('cancelled', null);
    const answer = await client.generateAsync(payload, deps.ending);
    const { id: requestId = '', warnings = [] } = answer;
    if (requestId === '' || requestId.length > maxRequestIdLength) return card.end('failed', uncertain);
    const told = warnings.slice(0, 20);
    await card.change(
      {
        state: 'waiting',
        requestId,
        problem: null,
        warnings: told.map(({ code, message }) => ({ code: shortened(code), message: shortened(message) })),
      },
      { sending: null },
    );
  };

  const findOut = async (sending: OpenSending, signal: AbortSignal): Promise<void> => {
    const { connectionId, input } = card.stored.creation;
    const active = await activeRequests(signal);
    const claimed = await deps.rows.claimed(connectionId, active);
    const verdict = await findSent(
      { ...sending, count: input.count },
      {
        active,
        isClaimed: (id) => claimed.has(id),
        countsOf: (id) => client.generateCheck(id, signal).catch(ifGone),
        now: clock(),
      },
    );
    if (verdict.kind === 'uncertain') {
      return card.end(card.stored.wantsCancel ? 'cancelled' : 'failed', uncertain);
    }
    const found = verdict.kind === 'arrived' ? verdict.requestId : null;
    const state = found === null ? 'unsent' : 'waiting';
    return card.change({ state, requestId: found, problem: null }, { sending: null });
  };

  const afterFailure = async ({ kind, problem }: Failure, before: OpenSending | null): Promise<void> => {
    if (kind === 'refused') return card.end('failed', before ? uncertain : problem);
    // A horde that has no room says so before it takes anything.
    if (kind === 'later' && !before) await card.change({ state: 'unsent', problem }, { sending: null });
    else await card.change({ problem });
    await deps.rest(backoffMs(failures++));
  };

  return async (signal) => {
    const { sending, wantsCancel } = card.stored;
    if (wantsCancel && !sending) return card.end('cancelled', null);
    try {
      await (sending ? findOut(sending, signal) : send(signal));
      failures = 0;
    } catch (error) {
      deps.ending.throwIfAborted();
      if (!signal.aborted) await afterFailure(failureOf(error), sending);
    }
  };
}

/** A request that the horde has forgotten has no counts. */
function ifGone(error: unknown): undefined {
  const failure = failureOf(error);
  if (failure.kind === 'refused' && failure.status === 404) return undefined;
  throw error;
}
