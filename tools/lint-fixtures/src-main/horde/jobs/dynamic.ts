// expect: eslint(no-restricted-imports)
export const load = async (): Promise<unknown> => import('#main/studio/gallery/index.ts');
