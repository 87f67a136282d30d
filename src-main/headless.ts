import { fileURLToPath } from 'node:url';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`Yurt needs Node 24; this is ${process.version}. Start it with "npm start".\n`);
  process.exit(4);
}

// Only now: the database's native part crashes on an older Node without a word.
const { runHeadless } = await import('./app/headless.ts');
// The entry alone knows where it lies: what it imports may be moved into chunks by the build.
const isSource = import.meta.url.endsWith('.ts');
await runHeadless(process.argv.slice(2), {
  engineEntry: fileURLToPath(new URL(isSource ? './engine.ts' : './engine.js', import.meta.url)),
  projectRoot: fileURLToPath(new URL(isSource ? '..' : '../..', import.meta.url)),
});
