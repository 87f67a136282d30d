/**
 * Where the file of the filter thread lies, seen from a module of this folder: beside it as a source, and
 * among the entries once built, which stand in the folder above the chunks (`electron.vite.config.ts`).
 */
export function filterThreadUrl(from: string): URL {
  if (from.endsWith('.ts')) return new URL('filter-thread.ts', from);
  const folder = new URL('.', from);
  return new URL(folder.pathname.endsWith('/chunks/') ? '../filter-thread.js' : 'filter-thread.js', folder);
}
