export { createDocument, type StudioDocument } from './document.ts';
