import type { AppDatabase } from '#main/db/database.ts';
import {
  addressRoutes,
  type AddressesService,
  type AgentsService,
  createAddressesService,
  createAgentsService,
} from '#main/horde/addresses/index.ts';
import {
  createFiltersService,
  createPromptsService,
  filterRoutes,
  type FiltersService,
  type PromptsService,
} from '#main/horde/filters/index.ts';
import type { Modes } from '#main/horde/modes/index.ts';
import { createSuspicionService, type SuspicionService } from '#main/horde/suspicion/index.ts';
import type { UsersService } from '#main/horde/users/index.ts';
import type { WorkerPorts } from '#main/horde/workers/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';

/** Filters, addresses, agents and suspicion (`accounts-and-safety.md` 3 to 5). */
export interface ModerationParts {
  readonly filters: FiltersService;
  readonly prompts: PromptsService;
  readonly addresses: AddressesService;
  readonly agents: AgentsService;
  readonly suspicion: SuspicionService;
  /** What the workers' feature asks of these. */
  readonly workerPorts: Pick<WorkerPorts, 'addresses' | 'suspicion'>;
  /** Reads what holds from before a restart. */
  readonly load: () => Promise<void>;
  readonly register: (v2: AppFastify) => void;
  /** Forgets what holds no more; due every minute. */
  readonly sweep: (now: number) => Promise<void>;
  /** Ends the thread of the filters. */
  readonly close: () => Promise<void>;
}

export interface ModerationOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly modes: () => Modes;
}

/** Wires the features that keep order on a horde. */
export function assembleModeration(options: ModerationOptions): ModerationParts {
  const { db, clock, users } = options;
  const addresses = createAddressesService({ db, clock, modes: options.modes });
  const agents = createAgentsService({ db, clock });
  const filters = createFiltersService({ db, users, clock });
  const prompts = createPromptsService({ db, clock, filters, addresses });
  const suspicion = createSuspicionService({ db });
  return {
    filters,
    prompts,
    addresses,
    agents,
    suspicion,
    workerPorts: {
      addresses: { admitWorker: (ip, owner) => addresses.admitWorker(ip, owner) },
      suspicion,
    },
    load: async () => {
      await Promise.all([addresses.load(), agents.load(), filters.load()]);
    },
    register: (v2) => {
      filterRoutes(v2, { filters, users });
      addressRoutes(v2, { addresses, users });
    },
    sweep: async (now) => {
      await addresses.sweep(now);
      await prompts.sweep(now);
      await suspicion.sweep(now);
    },
    close: () => filters.close(),
  };
}
