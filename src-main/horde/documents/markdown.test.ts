import { describe, expect, it } from 'vitest';
import { htmlOf } from './markdown.ts';

describe('htmlOf', () => {
  it('renders what documents are written with', () => {
    expect(htmlOf('# Terms\n\nBe *kind*, see [more](https://example.com).\n\n- one\n- two\n')).toBe(
      '<h1>Terms</h1>\n<p>Be <em>kind</em>, see <a href="https://example.com" rel="noopener noreferrer nofollow">more</a>.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n',
    );
  });

  it.each([
    '<script>alert(1)</script>',
    '<iframe src="https://example.com"></iframe>',
    'text <b onclick="alert(1)">bold</b>',
    '<svg/onload=alert(1)>',
    '<!-- <img src=x onerror=alert(1)> -->',
    '`<script>`\n\n```"><script>\n<script>\n```',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\nscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:x) <javascript:alert(1)>',
    '[x](http://example.com) <http://example.com> <me@example.com>',
    '![x](https://example.com/a.png)',
    '![x][a]\n\n[a]: https://example.com/a.png',
    '[x](https://example.com "a\\" onmouseover=\\"alert(1)")',
  ])('leaves nothing of %j that runs or loads', (markdown) => {
    const html = htmlOf(markdown);
    const tags = html.match(/<[^>]*>/g) ?? [];
    const harmless =
      /^<(?:\/?(?:p|pre|em|code)|\/a|code class="[^"<>]*"|a href="https:\/\/[^"<>]*"(?: title="[^"<>]*")? rel="[a-z ]*")>$/;
    expect(tags.filter((tag) => !harmless.test(tag))).toEqual([]);
  });
});
