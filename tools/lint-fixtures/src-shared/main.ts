// expect: eslint(no-restricted-imports)
export { x } from '#main/db/database.ts';
