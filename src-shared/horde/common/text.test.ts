import { describe, expect, it } from 'vitest';
import { cleanName, escapeMarkup, inertText, plainText } from './text.ts';

describe('cleanName', () => {
  it.each([
    ['  ink   wash ', 'ink wash'],
    ['e\u0301tude', '\u00e9tude'],
    ['a\tb', 'a b'],
    ["O'Neill #3", "O'Neill #3"],
  ])('stores %j as %j', (typed, stored) => expect(cleanName(typed)).toBe(stored));

  it.each([
    '',
    '   ',
    '<b>ink</b>',
    'ink & wash',
    'say "ink"',
    'ink\u202ewash',
    'ink\u200bwash',
    'ink\u0007',
  ])('refuses %j', (typed) => expect(cleanName(typed)).toBeUndefined());
});

describe('inertText', () => {
  it('keeps what is read, ends included, and drops what moves a terminal', () => {
    expect(inertText(' a\tb\r\nc \u001b[2J\u009b1m\u0000\u007f𝕏 ')).toBe(' a\tb\nc [2J1m𝕏 ');
  });
});

describe('plainText', () => {
  it('keeps lines and drops other control characters', () => {
    expect(plainText(' one\r\ntwo\u0007\u0000 <b> ')).toBe('one\ntwo <b>');
  });
});

describe('escapeMarkup', () => {
  it('escapes what begins a tag or an entity', () => {
    expect(escapeMarkup('<a> & &lt;')).toBe('&lt;a&gt; &amp; &amp;lt;');
  });
});
