export { createProfanityCheck } from './profanity.ts';
