import { expect, it } from 'vitest';
import { isAllowedLink } from './pictures.ts';

it.each([
  ['https://images.example/a.webp', true],
  ['http://127.0.0.1:7001/images/a.webp?s=1', true],
  ['http://127.0.0.1:7002/images/a.webp', false],
  ['http://169.254.169.254/latest/meta-data', false],
  ['http://192.168.1.1/', false],
  ['https://user:secret@images.example/', false],
  ['file:///etc/passwd', false],
  ['ftp://127.0.0.1:7001/', false],
  ['not a link', false],
])('opens %s: %s', (link, isAllowed) => {
  expect(isAllowedLink(link, 'http://127.0.0.1:7001')).toBe(isAllowed);
});
