import type { OperationSpec } from '../spec.ts';
import { alchemy } from './alchemy.ts';
import { collections } from './collections.ts';
import { images } from './images.ts';
import { kudos } from './kudos.ts';
import { messages } from './messages.ts';
import { moderation } from './moderation.ts';
import { sharedkeys } from './sharedkeys.ts';
import { status } from './status.ts';
import { styles } from './styles.ts';
import { teams } from './teams.ts';
import { texts } from './texts.ts';
import { users } from './users.ts';
import { workers } from './workers.ts';

/** What is claimed of every operation, a file a feature. */
export const specs: readonly OperationSpec[] = [
  ...images,
  ...texts,
  ...alchemy,
  ...styles,
  ...collections,
  ...users,
  ...sharedkeys,
  ...workers,
  ...messages,
  ...kudos,
  ...status,
  ...teams,
  ...moderation,
];
