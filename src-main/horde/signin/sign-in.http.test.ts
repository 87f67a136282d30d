import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openSignIn, type TestSignIn } from './testing/open-sign-in.ts';

let horde: TestSignIn;

beforeAll(async () => {
  horde = await openSignIn();
});
afterAll(() => horde.close());
beforeEach(async () => {
  horde.around.now = Date.now();
  await horde.put('one');
});

it('makes an account', async () => {
  const browser = horde.browser();
  const page = await browser.signIn('one', 'ada');
  console.log(page.text, page.status);
  const made = await browser.open('/signin/one/account', { ticket: page.ticket, username: 'ada l' });
  console.log(made.text);
  expect(made.status).toBe(200);
});
