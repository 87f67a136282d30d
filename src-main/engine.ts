import { openParentPort } from './engine/parent-port.ts';
import { serveEngine } from './engine/serve.ts';

/** Entry of the engine processes: the first argument names the role (`decisions.md` 36). */
serveEngine(process.argv[2] ?? '', openParentPort(), () => process.exit(0));
