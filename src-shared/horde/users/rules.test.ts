import { describe, expect, it } from 'vitest';
import { userIdOf, userIdOfAlias } from './alias.ts';
import { concurrencyAfter, cutUsername, isReservedName, refuseLongUsername, usernameOf } from './rules.ts';

describe('an alias', () => {
  it.each([
    ['ada#7', 7],
    ['a#b#7', 7],
    ['7', 7],
    ['#7', 7],
    ['0', 0],
    ['ada', undefined],
    ['ada#', undefined],
    ['ada#-1', undefined],
    ['2147483647', 2_147_483_647],
    ['2147483648', undefined],
    ['9223372036854775808', undefined],
    ['7.0', undefined],
  ])('%s names %s', (alias, id) => expect(userIdOfAlias(alias)).toBe(id));

  it('is no id by itself', () => expect(userIdOf('ada#7')).toBeUndefined());
});

describe('a username', () => {
  it.each([
    ['  ada   lovelace ', 'ada lovelace'],
    ['e\u0301mile', 'émile'],
    ['漢字名', '漢字名'],
  ])('%j is stored as %j', (typed, name) => expect(usernameOf(typed)).toBe(name));

  it.each(['ab', '   ', 'a\u200bda', 'ada\u202e', '<script>', 'a&b c', 'a"b', 'line\u0007bell'])(
    '%j is refused',
    (typed) => expect(() => usernameOf(typed)).toThrow(expect.objectContaining({ status: 400 })),
  );

  it('has at most 30 characters', () => {
    refuseLongUsername('x'.repeat(30));
    expect(() => refuseLongUsername('x'.repeat(31))).toThrow(
      expect.objectContaining({ rc: 'TooLongUserName' }),
    );
  });

  it('is cut at registration, by characters', () => {
    expect(cutUsername('x'.repeat(30))).toEqual({ name: 'x'.repeat(30), isCut: false });
    expect(cutUsername('😀'.repeat(31))).toEqual({ name: '😀'.repeat(30), isCut: true });
  });

  it.each([
    ['admin', true],
    ['ADM1N', true],
    ['Аdmin', true],
    ['a.d.m.i.n', true],
    ['ｍｏｄｅｒａｔｏｒ', true],
    ['Anonym0us', true],
    ['yurt', true],
    ['Ma\u0301rta', true],
    ['administrator', false],
    ['yurta', false],
    ['ada', false],
    ['***', false],
  ])('%s passes for staff: %s', (name, passes) =>
    expect(isReservedName(name, ['Marta', '!!!***'])).toBe(passes),
  );
});

describe('the concurrency of an educator', () => {
  it.each([
    [true, 30, 200],
    [true, 200, 200],
    [true, 350, 350],
    [false, 200, 30],
    [false, 199, 199],
    [false, 350, 350],
  ])('%s makes %i into %i', (isEducation, before, after) =>
    expect(concurrencyAfter(isEducation, before)).toBe(after),
  );
});
