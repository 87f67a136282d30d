import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import {
  type Invite,
  type InviteInput,
  type InvitePreset,
  plainPreset,
  type RegistrationMode,
} from '#shared/horde/users/invites.ts';
import { cutUsername, usernameOf } from '#shared/horde/users/rules.ts';
import { inviteInvalid, parsePreset, refuseInviter, revokeInvite, storeInvite } from './invites.ts';
import type { AccountKudos, AccountPorts, AccountSuspicion } from './ports.ts';
import { insertUser, type NewUser, renewIdentity } from './registration-units.ts';
import type { UsersService } from './service.ts';
import { isShortCode, ShortCodes } from './short-code.ts';
import type { User } from './user.ts';

export interface RegistrationInput {
  readonly username: string;
  /** Long or short; needed where the horde takes people by invite. */
  readonly invite?: string | undefined;
  /** Version of the terms that the person saw and accepted. */
  readonly acceptedTerms?: string | undefined;
  /** What a sign-in provider vouches for, as `oidc:<provider>:<subject>`; without it the account is pseudonymous. */
  readonly identity?: string | undefined;
  readonly ip: string;
}

/** The key is shown once; only its digest is stored (ACC-13). */
export interface Registered {
  readonly user: User;
  readonly apiKey: string;
  /** False for an identity that had an account already: it has a new key (ACC-14 a). */
  readonly isNew: boolean;
}

/** How people come to an account of this horde (`accounts-and-safety.md` 1.4, `decisions.md` 21, 40). */
export interface RegistrationService {
  mode(): RegistrationMode;
  /**
   * @throws ProblemError 403 `RegistrationClosed` · `InviteInvalid` · `TimeoutIP`, 400 `TermsNotAccepted` ·
   *   `ProfaneUserName` · `BadRequest`, 429
   */
  register(input: RegistrationInput): Promise<Registered>;
  /** Staff makes an account for somebody, whatever the mode. @throws ProblemError 403 `NotModerator` · `NotAdmin` */
  create(actor: User, input: { username: string; preset: InvitePreset }): Promise<Registered>;
  /** The code has 128 bits and is shown once. @throws ProblemError 403 `NotModerator` · `NotAdmin` · `Forbidden` */
  invite(actor: User, input: InviteInput): Promise<{ id: number; code: string; expiry: number }>;
  /** Invites that still open something. @throws ProblemError 403 `NotModerator` */
  invites(actor: User): Promise<Invite[]>;
  /** @throws ProblemError 403 `NotModerator` · 404 */
  revoke(actor: User, id: number): Promise<void>;
  /** Shows a code to type, in place of the one before. @throws as `invite` */
  openShortCode(actor: User, preset: InvitePreset): { code: string; until: number };
  closeShortCode(): void;
}

export interface RegistrationPorts extends Pick<AccountPorts, 'isProfane'> {
  readonly kudos: Pick<AccountKudos, 'changeKudos'>;
  readonly suspicion: Pick<AccountSuspicion, 'reportLongName'>;
  readonly mode: () => RegistrationMode;
  readonly isRaided: () => boolean;
  /** Version of the terms in force, or undefined where there are none. */
  readonly termsVersion: () => Promise<string | undefined>;
  /** @throws ProblemError 403 `TimeoutIP` */
  readonly refuseAddress: (ip: string) => Promise<void>;
}

export interface RegistrationOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly users: UsersService;
  readonly ports: RegistrationPorts;
}

export function createRegistrationService(options: RegistrationOptions): RegistrationService {
  const { db, clock, users, ports } = options;
  const short = new ShortCodes(options.randomBytes);

  const nameOf = (typed: string): { name: string; isCut: boolean } => {
    const { name, isCut } = cutUsername(usernameOf(typed));
    if (ports.isProfane(name)) throw new ProblemError(400, 'ProfaneUserName', 'The name is profane.');
    return { name, isCut };
  };
  const store = async (account: Omit<NewUser, 'digest' | 'now' | 'kudosId'>): Promise<Registered> => {
    const key = users.drawKey();
    const made = { ...account, digest: key.digest, now: clock(), kudosId: randomUUID() };
    const user = await db.write(() => insertUser(db.query, made, ports));
    return { user, apiKey: key.apiKey, isNew: true };
  };
  /** A new key for an identity that is known already. */
  const renew = async (identity: string): Promise<Registered | undefined> => {
    const key = users.drawKey();
    const known = await db.write(() => renewIdentity(db.query, identity, key.digest, clock()));
    return known && { user: known, apiKey: key.apiKey, isNew: false };
  };
  const redeem = (code: string | undefined, ip: string) => {
    if (code === undefined || code === '') {
      if (ports.mode() === 'invite') throw inviteInvalid();
      return undefined;
    }
    if (!isShortCode(code)) return { digest: users.secrets.digest('invite', code) };
    const taken = short.take(code, ip, clock());
    if (!taken) throw inviteInvalid();
    return taken;
  };
  const refuseTerms = async (accepted: string | undefined): Promise<string | undefined> => {
    const current = await ports.termsVersion();
    if (current === undefined || accepted === current) return current;
    throw new ProblemError(400, 'TermsNotAccepted', 'The terms of this horde have to be accepted.');
  };
  const requireStaff = (actor: User) => refuseInviter(actor, plainPreset);

  return {
    mode: ports.mode,
    register: async ({ username, invite, acceptedTerms, identity, ip }) => {
      await ports.refuseAddress(ip);
      // Who is here already may have a new key even where nobody is taken any more.
      const known = identity === undefined ? undefined : await renew(identity);
      if (known) return known;
      refuseClosed(ports, identity);
      const terms = await refuseTerms(acceptedTerms);
      const { name, isCut } = nameOf(username);
      const pass = redeem(invite, ip);
      const isShort = pass !== undefined && 'preset' in pass;
      const via = identity === undefined ? (pass ? 'invite' : 'open') : 'oidc';
      try {
        return await store({
          name,
          isCut,
          identity: identity ?? randomUUID(),
          via,
          ip,
          terms,
          inviteDigest: pass && 'digest' in pass ? pass.digest : undefined,
          preset: isShort ? pass.preset : plainPreset,
          actorId: isShort ? pass.actorId : undefined,
        });
      } catch (error) {
        if (isShort) pass.giveBack();
        throw error;
      }
    },
    create: async (actor, { username, preset }) => {
      refuseInviter(actor, preset);
      const { name, isCut } = nameOf(username);
      const identity = randomUUID();
      const common = { ip: undefined, terms: undefined, inviteDigest: undefined };
      return store({ ...common, name, isCut, identity, via: 'moderator', preset, actorId: actor.id });
    },
    invite: async (actor, input) => {
      refuseInviter(actor, input.preset);
      const code = users.secrets.draw();
      const digest = users.secrets.digest('invite', code);
      const stored = { ...input, digest, actorId: actor.id, now: clock() };
      return { ...(await db.write(() => storeInvite(db.query, stored))), code };
    },
    invites: async (actor) => {
      requireStaff(actor);
      const found = await db.read
        .selectFrom('horde_invites')
        .select(['id', 'preset', 'uses_left', 'created', 'created_by', 'expiry'])
        .where('expiry', '>', clock())
        .where('uses_left', '>', 0)
        .orderBy('id')
        .execute();
      return found.map((invite) => ({ ...invite, preset: parsePreset(invite.preset) }));
    },
    revoke: async (actor, id) => {
      requireStaff(actor);
      await db.write(() => revokeInvite(db.query, { id, actorId: actor.id, now: clock() }));
    },
    openShortCode: (actor, preset) => {
      refuseInviter(actor, preset);
      return short.open({ preset, actorId: actor.id }, clock());
    },
    closeShortCode: () => short.close(),
  };
}

/** Raids come with throw-away accounts: those with an identity still register (ACC-21). */
function refuseClosed(ports: RegistrationPorts, identity: string | undefined): void {
  if (ports.mode() !== 'closed' && !(ports.isRaided() && identity === undefined)) return;
  throw new ProblemError(403, 'RegistrationClosed', 'This horde takes nobody at the moment.');
}
