import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  FetchRefusedError,
  type GuardedCall,
  type GuardedFetch,
} from '#main/platform/guarded-fetch/index.ts';
import { createWebhookSender, type WebhookEvent } from './index.ts';

const url = 'https://hooks.example/yurt';
const event = (userId: number, id = 'job-1'): WebhookEvent => ({ url, userId, body: { id } });

/** A sender whose targets answer as the test says; pauses end when the test ends them. */
function rig(answer: (call: GuardedCall, count: number) => Promise<number>, targets = ['hooks.example:443']) {
  const calls: Array<{ url: string; call: GuardedCall }> = [];
  const pauses: number[] = [];
  const fetch: GuardedFetch = async (to, call) => {
    calls.push({ url: to, call });
    return { status: await answer(call, calls.length), headers: {}, bytes: new Uint8Array() };
  };
  const sender = createWebhookSender({
    fetch,
    targets: () => targets,
    secretOf: (userId) => `secret of ${userId}`,
    clock: () => 1_800_000_000_000,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
  return { sender, calls, pauses };
}

/** Lets everything that can go on without a call's answer go on. */
const settled = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

describe('which webhooks are accepted', () => {
  it.each([
    'http://hooks.example/yurt',
    'https://name:secret@hooks.example/',
    'https://hooks.example:8443/',
    'https://other.example/',
    'https://hooks.example.evil.example/',
    'hooks.example',
  ])('refuses %s', (target) => {
    const { sender } = rig(() => Promise.resolve(200));
    expect(() => sender.refuse(target)).toThrow(expect.objectContaining({ status: 400, rc: 'BadRequest' }));
  });

  it('accepts a listed target', () => {
    const { sender } = rig(() => Promise.resolve(200));
    expect(() => sender.refuse('https://hooks.example/any?path=1')).not.toThrow();
  });

  it('says that they are off while none is listed', () => {
    const { sender } = rig(() => Promise.resolve(200), []);
    expect(() => sender.refuse(url)).toThrow('switched off');
  });
});

describe('how webhooks are sent', () => {
  it('posts the body once, signed, to listed targets alone, without redirects', async () => {
    const { sender, calls } = rig(() => Promise.resolve(302));
    sender.send(event(5));
    await settled();
    expect(calls).toHaveLength(1);
    const { call } = calls[0] ?? {};
    const mac = createHmac('sha256', 'secret of 5').update('1800000000.{"id":"job-1"}').digest('hex');
    expect(call).toMatchObject({
      method: 'POST',
      body: '{"id":"job-1"}',
      maxRedirects: 0,
      onlyTo: ['hooks.example:443'],
      timeoutMs: 3_000,
      headers: { 'x-yurt-signature': `t=1800000000,v1=${mac}` },
    });
    expect(sender.failures(5)).toBe(0);
  });

  it.each([
    ['an error status', () => Promise.resolve(500)],
    ['no connection', () => Promise.reject(new FetchRefusedError('timeout'))],
  ])('tries three times after %s, then counts a failure', async (_, answer) => {
    const { sender, calls, pauses } = rig(answer);
    sender.send(event(5));
    await settled();
    expect(calls).toHaveLength(3);
    expect(pauses).toEqual([0, 2_000, 10_000]);
    expect(sender.failures(5)).toBe(1);
  });

  it('stops trying once it is taken', async () => {
    const { sender, calls } = rig((_call, count) => Promise.resolve(count < 2 ? 503 : 204));
    sender.send(event(5));
    await settled();
    expect([calls.length, sender.failures(5)]).toEqual([2, 0]);
  });

  it('keeps at most five calls of an account, whose hanging target holds up nobody else', async () => {
    const { sender, calls } = rig((call) =>
      call.body?.includes('hangs') === true ? new Promise(() => undefined) : Promise.resolve(200),
    );
    for (let count = 0; count < 7; count += 1) sender.send(event(5, `hangs-${count}`));
    sender.send(event(6, 'other'));
    await settled();
    expect(calls.map(({ call }) => call.body)).toEqual(['{"id":"hangs-0"}', '{"id":"other"}']);
    expect([sender.failures(5), sender.failures(6)]).toEqual([2, 0]);
  });

  it('keeps at most 256 calls in all', async () => {
    const { sender } = rig(() => new Promise(() => undefined));
    for (let userId = 0; userId < 300; userId += 1) sender.send(event(userId));
    const dropped = Array.from({ length: 300 }, (_, userId) => sender.failures(userId));
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(300 - 256);
  });

  it('ends what is under way when it stops, and sends nothing more', async () => {
    const { sender, calls } = rig(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    );
    sender.send(event(5));
    await settled();
    await sender.stop();
    sender.send(event(5));
    await settled();
    expect(calls).toHaveLength(1);
  });
});
