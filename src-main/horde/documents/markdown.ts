import MarkdownIt from 'markdown-it';

const renderer = new MarkdownIt({ html: false, linkify: false }).disable('image');
renderer.validateLink = (url) => /^https:\/\//i.test(url);
renderer.renderer.rules['link_open'] = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow');
  return self.renderToken(tokens, index, options);
};

/**
 * Markdown of the host as HTML for anybody's browser (DOC-02): markup in it is shown as text, links go to
 * `https` alone, and nothing is loaded from elsewhere.
 */
export function htmlOf(markdown: string): string {
  return renderer.render(markdown);
}
