import type { DocumentName } from '#shared/horde/documents/schema.ts';

const terms = `# Terms of use

This is a private AI Horde. The person who runs it, its host, decides who may use it and how.

- Ask only for what is legal where you live and where the host lives. Sexual depictions of minors are
  forbidden everywhere on this horde.
- What you ask for is made by computers that people lend to each other. Those who run them can technically
  read your prompt and see your results, so send nothing that is secret.
- A model may have a licence of its own. You keep to it, and you are responsible for what you do with a
  result.
- Nobody promises that the horde is available, that a request is finished, or what a result looks like.
- Kudos measure who gave and who took. They are not money and are never sold.
- Keep your key to yourself: whoever has it is you to this horde.
- The host and the moderators may refuse requests, pause workers and close accounts that do harm.
`;

const privacy = `# Privacy

This horde runs on a computer of its host. What it stores stays in the database and the folders there; Yurt,
the program that it runs on, sends none of it to its makers.

What is stored:

- **Your account**: its name, when it was made and last used, its kudos with every movement, and a contact if
  you gave one. Of your key only a digest is kept, from which the key cannot be computed.
- **Your requests**: prompt, settings, source pictures, the name of your program and your network address,
  until the request expires, about 20 minutes after somebody last asked for it. Results go with it.
- **Your workers**: name, network address, what they offer, and totals of what they did.
- **What moderators do**: a log of changes to accounts, workers and rules.

Who sees it:

- The worker that does a request receives prompt, settings and source pictures, and not who asked.
- Moderators see accounts, workers and their addresses, and prompts that a filter refused.
- The host has access to everything on their computer.

Ask the host to see, correct or delete what is stored of you.
`;

/** What a horde says before its host has written anything. Sponsors it has none. */
export const defaultDocuments: Readonly<Record<DocumentName, string>> = { terms, privacy, sponsors: '' };
