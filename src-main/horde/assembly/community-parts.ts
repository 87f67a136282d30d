import type { AppDatabase } from '#main/db/database.ts';
import {
  collectionRoutes,
  createCollectionsService,
  type CollectionsService,
  deleteCollectionsOf,
} from '#main/horde/collections/index.ts';
import {
  createDocumentsService,
  createNewsService,
  documentRoutes,
  type DocumentsService,
  type NewsService,
} from '#main/horde/documents/index.ts';
import { rewardStyle } from '#main/horde/kudos/index.ts';
import {
  createMessagesService,
  deleteMessagesOf,
  messageRoutes,
  type MessagesService,
} from '#main/horde/messages/index.ts';
import {
  createStyleApplication,
  createStylesService,
  deleteStylesOf,
  type StyleApplication,
  type StylePorts,
  styleRoutes,
  type StylesService,
} from '#main/horde/styles/index.ts';
import {
  createTeamsService,
  deleteTeamsOf,
  type TeamPorts,
  teamRoutes,
  type TeamsService,
} from '#main/horde/teams/index.ts';
import type { UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';

export interface CommunityPartsOptions extends StylePorts, TeamPorts {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly random: () => number;
}

export interface CommunityParts {
  readonly styles: StylesService;
  /** What requests do with styles. */
  readonly application: StyleApplication;
  readonly collections: CollectionsService;
  readonly teams: TeamsService;
  readonly messages: MessagesService;
  readonly documents: DocumentsService;
  readonly news: NewsService;
  /** Registers the routes of all of them below `/api/v2`. */
  readonly register: (v2: AppFastify) => void;
}

/** What the members of a horde make for each other: styles, collections, teams, messages, documents, news. */
export function assembleCommunity(options: CommunityPartsOptions): CommunityParts {
  const { db, clock, users, random } = options;
  const styles = createStylesService(options);
  const collections = createCollectionsService({ ...options, styles: styles.store });
  const application = createStyleApplication({
    store: styles.store,
    collections,
    random,
    *reward(query, { styleOwnerId, callerId, ...use }) {
      yield* rewardStyle(query, { ...use, authorId: styleOwnerId, payerId: callerId });
    },
  });
  const teams = createTeamsService(options);
  const messages = createMessagesService({ db, clock });
  const documents = createDocumentsService({ db, clock });
  const news = createNewsService({ db, clock });
  return {
    styles,
    application,
    collections,
    teams,
    messages,
    documents,
    news,
    register: (v2) => {
      styleRoutes(v2, { styles, users });
      collectionRoutes(v2, { collections, users });
      teamRoutes(v2, { teams, users });
      messageRoutes(v2, { messages, users });
      documentRoutes(v2, { documents, news });
    },
  };
}

/** What goes with an account that is wiped (ACC-54); collections first, since they hold styles. */
export const communityWipes = [deleteCollectionsOf, deleteStylesOf, deleteTeamsOf, deleteMessagesOf] as const;
