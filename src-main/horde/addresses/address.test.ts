import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterStrike, timeoutMessage } from '#shared/horde/addresses/strikes.ts';
import { contains, isPrivate, parseAddress, parseNetwork } from './address.ts';
import { createAddressSafety } from './safety.ts';
import { AddressTable } from './table.ts';

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`not an address: ${text}`);
  return parsed;
};

const network = (text: string) => {
  const parsed = parseNetwork(text);
  if (!parsed) throw new Error(`not a network: ${text}`);
  return parsed;
};

describe('parseAddress', () => {
  it.each([
    ['192.168.1.5', '192.168.1.5', '192.168.1.5'],
    ['::ffff:192.168.1.5', '192.168.1.5', '192.168.1.5'],
    ['::FFFF:c0a8:105', '192.168.1.5', '192.168.1.5'],
    ['2001:DB8:0:0:1::2', '2001:db8::1:0:0:2', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::1', 'fe80::/64'],
    ['::1', '::1', '::/64'],
  ])('reads %s', (text, canonical, key) => {
    expect(parseAddress(text)).toMatchObject({ text: canonical, key });
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.256',
    '010.0.0.1',
    '0x7f.1',
    '2130706433',
    '1.2.3.4/32',
    ':::',
    '1::2::3',
    'g::1',
    '1'.repeat(100),
  ])('takes %j for none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('never throws, and is stable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        const parsed = parseAddress(text);
        expect(parsed && parseAddress(parsed.text)).toEqual(parsed);
      }),
    );
  });
});

describe('parseNetwork', () => {
  it.each([
    ['10.0.0.5/8', '10.0.0.0/8'],
    ['192.0.2.255/31', '192.0.2.254/31'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['2001:db8:1:2:3::4/64', '2001:db8:1:2::/64'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
  ])('clears the hosts of %s', (text, canonical) => {
    expect(parseNetwork(text)?.text).toBe(canonical);
  });

  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '::/129',
    '::ffff:1.2.3.4/90',
    '/8',
    '1.2.3.4/8/8',
    'a/8',
  ])('takes %j for none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('holds what lies in it and nothing else', () => {
    const wide = network('10.1.0.0/18');
    expect(
      ['10.1.0.0', '10.1.63.255', '10.1.64.0', '10.0.255.255', '::ffff:10.1.0.1', 'fe80::1'].map((text) =>
        contains(wide, address(text)),
      ),
    ).toEqual([true, true, false, false, true, false]);
  });
});

describe('AddressTable', () => {
  it('finds the blocks of an address as a search through all would', () => {
    const prefix = fc.integer({ min: 8, max: 32 });
    const networks = fc
      .tuple(fc.ipV4(), prefix)
      .map(([base, length]) => parseNetwork(`${base}/${length}`)?.text ?? '');
    fc.assert(
      fc.property(fc.array(networks, { maxLength: 30 }), fc.ipV4(), (networks, text) => {
        const table = new AddressTable();
        for (const one of networks) table.setBlock(one, 10);
        const expected = new Set(networks.filter((one) => contains(network(one), address(text))));
        expect(new Set(table.blocksOf(address(text), 5).map((block) => block.network))).toEqual(expected);
        expect(table.blocksOf(address(text), 10)).toEqual([]);
      }),
    );
  });
});

describe('strikes', () => {
  const minute = 60_000;
  it('shut out for 3, 9, 15, 21 minutes, and never for longer than a day', () => {
    let strikes = { strikes: 0, expires: 0 };
    const minutes: number[] = [];
    for (let count = 0; count < 300; count += 1) {
      const after = afterStrike(strikes, 1000);
      strikes = after.strikes;
      minutes.push((after.timeoutExpires - 1000) / minute);
    }
    expect(minutes.slice(0, 5)).toEqual([3, 9, 15, 21, 27]);
    expect(minutes.at(-1)).toBe(24 * 60);
  });

  it('are forgotten 24 hours after the last', () => {
    const first = afterStrike(undefined, 0).strikes;
    const second = afterStrike(first, (24 * 60 - 1) * minute);
    expect(second.strikes.strikes).toBe(2);
    const third = afterStrike(second.strikes, second.strikes.expires - 1);
    expect(third.strikes.strikes).toBe(3);
    expect(afterStrike(third.strikes, third.strikes.expires + minute).strikes.strikes).toBe(1);
  });

  it('are told with their seconds up to four days', () => {
    expect(timeoutMessage(345_600)).toContain('345600 seconds');
    expect(timeoutMessage(345_601)).not.toMatch(/\d/);
  });
});

describe('createAddressSafety', () => {
  const setUp = (answer: () => { probability: number } | { status: number }) => {
    const asked: string[] = [];
    const time = { now: 0 };
    const lookup = (ip: string) => {
      asked.push(ip);
      return Promise.resolve().then(answer);
    };
    return { asked, time, ...createAddressSafety({ lookup, clock: () => time.now }) };
  };

  it.each([
    ['0.9299', () => ({ probability: 0.9299 }), 'safe'],
    ['0.93', () => ({ probability: 0.93 }), 'unsafe'],
    ['too many questions', () => ({ status: 429 }), 'unknown'],
    ['another refusal', () => ({ status: 500 }), 'safe'],
    [
      'no answer',
      () => {
        throw new Error('not reached');
      },
      'unknown',
    ],
  ])('takes %s', async (_, answer, safety) => {
    expect(await setUp(answer).safetyOf(address('8.8.8.8'))).toBe(safety);
  });

  it('asks again after six hours, and at once where it learned nothing', async () => {
    const known = setUp(() => ({ probability: 1 }));
    await known.safetyOf(address('8.8.8.8'));
    known.time.now = 6 * 3_600_000 - 1;
    await known.safetyOf(address('8.8.8.8'));
    expect(known.asked).toHaveLength(1);
    known.time.now += 1;
    await known.safetyOf(address('8.8.8.8'));
    expect(known.asked).toHaveLength(2);
    const unknown = setUp(() => ({ status: 429 }));
    await unknown.safetyOf(address('8.8.8.8'));
    await unknown.safetyOf(address('8.8.8.8'));
    expect(unknown.asked).toHaveLength(2);
  });

  it('never tells anybody a private address, nor any without a service', async () => {
    const { asked, safetyOf } = setUp(() => ({ probability: 1 }));
    for (const ip of [
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '127.0.0.1',
      '169.254.1.1',
      '100.64.0.1',
      '::1',
      'fe80::1',
      'fd00::1',
      '::ffff:10.0.0.1',
    ]) {
      expect(isPrivate(address(ip))).toBe(true);
      expect(await safetyOf(address(ip))).toBe('safe');
    }
    expect(asked).toEqual([]);
    expect(await createAddressSafety({ clock: () => 0 }).safetyOf(address('8.8.8.8'))).toBe('safe');
  });
});
