// expect: eslint(no-restricted-imports)
import { fastify } from 'fastify';
export const y = fastify;
