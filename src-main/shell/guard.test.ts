import type { Session, WebContents } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { guardContents, guardSession } from './guard.ts';
import { FakeEvent, FakeWebContents, session, shell } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

const origin = 'http://127.0.0.1:7010';
const isOwn = (url: string): boolean => URL.parse(url)?.origin === origin;
let contents: FakeWebContents;

beforeEach(() => {
  shell.opened.length = 0;
  contents = new FakeWebContents();
  // The fake has the few members that are used.
  guardContents(contents as unknown as WebContents, isOwn);
});

describe('guardContents', () => {
  it.each(['will-frame-navigate', 'will-redirect'])('keeps %s on the origin of core', (name) => {
    for (const url of [
      'http://127.0.0.1:7001/api',
      'http://localhost:7010/',
      'https://127.0.0.1:7010/',
      'http://127.0.0.1:7010.evil.example/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'about:blank',
    ]) {
      const event = new FakeEvent(url);
      contents.emit(name, event);
      expect([url, event.isPrevented]).toEqual([url, true]);
    }
    const own = new FakeEvent(`${origin}/gallery`);
    contents.emit(name, own);
    expect(own.isPrevented).toBe(false);
  });

  it('opens no second window: a known address goes to the browser', () => {
    expect(contents.openHandler?.({ url: 'https://github.com/yurt-app/yurt' })).toEqual({ action: 'deny' });
    expect(contents.openHandler?.({ url: `${origin}/gallery` })).toEqual({ action: 'deny' });
    expect(shell.opened).toEqual(['https://github.com/yurt-app/yurt']);
  });

  it('attaches no embedded page', () => {
    const event = new FakeEvent();
    contents.emit('will-attach-webview', event);
    expect(event.isPrevented).toBe(true);
  });
});

describe('guardSession', () => {
  const { defaultSession } = session;
  const asked = (permission: string, requestingUrl: string): boolean => {
    const answers: boolean[] = [];
    defaultSession.request?.({}, permission, (isAllowed) => answers.push(isAllowed), { requestingUrl });
    const check = defaultSession.check?.({}, permission, requestingUrl);
    expect(answers).toEqual([check]);
    return check === true;
  };

  it('grants our own page the clipboard for writing, and nothing to anybody else', () => {
    guardSession(defaultSession as unknown as Session, isOwn);
    expect(asked('clipboard-sanitized-write', `${origin}/`)).toBe(true);
    expect(asked('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
    for (const permission of [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'usb',
    ]) {
      expect([permission, asked(permission, `${origin}/`)]).toEqual([permission, false]);
    }
    expect(defaultSession.device?.()).toBe(false);
  });
});
