import { beforeEach, describe, expect, it, vi } from 'vitest';
import { isKnownHost, openExternal, readExternalUrl } from './external-links.ts';
import { dialog, shell } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

beforeEach(() => {
  shell.opened.length = 0;
  dialog.asked.length = 0;
});

describe('readExternalUrl', () => {
  it.each([
    'http://github.com/',
    'file:///etc/passwd',
    'smb://server/share',
    'javascript:alert(1)',
    'data:text/html,x',
    'ms-settings:privacy',
    'https://github.com@evil.example/',
    'https://user:secret@github.com/',
    'github.com',
    '',
  ])('refuses %s', (text) => expect(readExternalUrl(text)).toBeUndefined());
});

describe('isKnownHost', () => {
  it.each([
    ['https://github.com/x', true],
    ['https://www.civitai.com/', true],
    ['https://github.com:8443/', false],
    ['https://github.com.evil.example/', false],
    ['https://evilgithub.com/', false],
  ])('judges %s', (text, isKnown) => expect(isKnownHost(new URL(text))).toBe(isKnown));
});

describe('openExternal', () => {
  it('opens a known host at once', async () => {
    expect(await openExternal('https://aihorde.net/register')).toBe(true);
    expect(shell.opened).toEqual(['https://aihorde.net/register']);
    expect(dialog.asked).toEqual([]);
  });

  it('asks about another host, names it, and does as it is told', async () => {
    dialog.answer = 1;
    expect(await openExternal('https://example.org/page')).toBe(false);
    expect(shell.opened).toEqual([]);
    dialog.answer = 0;
    expect(await openExternal('https://example.org/page')).toBe(true);
    expect(shell.opened).toEqual(['https://example.org/page']);
    expect(dialog.asked[0]?.message).toContain('example.org');
  });

  it('neither opens nor asks about what is no web address', async () => {
    expect(await openExternal('file:///etc/passwd')).toBe(false);
    expect([shell.opened, dialog.asked]).toEqual([[], []]);
  });
});
