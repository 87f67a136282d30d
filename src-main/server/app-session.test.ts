import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAppSession } from './app-session.ts';

describe('createAppSession', () => {
  it('makes a link good for one use', () => {
    const session = createAppSession({ randomBytes });
    const link = session.mintLink();
    expect(session.redeemLink(`${link}x`)).toBe(false);
    expect(session.redeemLink(link)).toBe(true);
    expect(session.redeemLink(link)).toBe(false);
  });

  it('keeps several links open, and at most the sixteen newest', () => {
    const session = createAppSession({ randomBytes });
    const links = Array.from({ length: 17 }, () => session.mintLink());
    expect(links.map((link) => session.redeemLink(link))).toEqual([false, ...links.slice(1).map(() => true)]);
  });

  it('carries at least 128 bits in every secret and none twice', () => {
    const session = createAppSession({ randomBytes });
    const secrets = [session.control, session.cookie.value, session.mintLink(), session.mintLink()];
    for (const secret of secrets) {
      expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
    }
    expect(new Set(secrets).size).toBe(secrets.length);
  });

  it('knows its own cookie and control token only', () => {
    const session = createAppSession({ randomBytes });
    const other = createAppSession({ randomBytes });
    expect(session.isSignedIn(session.cookie.value)).toBe(true);
    expect(session.isSignedIn(other.cookie.value)).toBe(false);
    expect(session.isSignedIn(session.control)).toBe(false);
    expect(session.isSignedIn(undefined)).toBe(false);
    expect(session.isControl(session.control)).toBe(true);
    expect(session.isControl(other.control)).toBe(false);
    expect(session.isControl(undefined)).toBe(false);
    expect(session.cookie.name).not.toBe(other.cookie.name);
  });
});
