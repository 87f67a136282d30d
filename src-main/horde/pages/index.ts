export { acceptForms, fieldOf } from './forms.ts';
export { markup, type Markup, sendPage } from './html.ts';
export type { PageDocuments, PageServices } from './ports.ts';
export {
  accountOf,
  asProblem,
  closedText,
  hidden,
  joinForm,
  keyField,
  newAccount,
  problemOf,
} from './register.ts';
export { hordePages } from './routes.ts';
