export {};

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`Yurt needs Node 24; this is ${process.version}. Start it with "npm start".\n`);
  process.exit(4);
}

// Only now: the database's native part crashes on an older Node without a word.
const { runHeadless } = await import('./app/headless.ts');
await runHeadless(process.argv.slice(2));
