import type { AccountsService, RegistrationService, UsersService } from '#main/horde/users/index.ts';

/** Texts that the host edits. */
export interface PageDocuments {
  /** A document as HTML without scripts, remote parts or raw markup of its author. */
  html(name: 'terms' | 'privacy'): Promise<string>;
  /** Version of the terms in force; undefined where there is nothing to accept. */
  termsVersion(): Promise<string | undefined>;
}

export interface PageServices {
  readonly users: UsersService;
  readonly accounts: AccountsService;
  readonly registration: RegistrationService;
  readonly documents: PageDocuments;
  /** Providers that one can sign in with, at `/signin/<id>`. */
  readonly signIns?: () => Promise<ReadonlyArray<{ readonly id: string; readonly name: string }>>;
  /** @returns whole kudos that were sent @throws ProblemError of `POST /kudos/transfer` */
  readonly transfer: (
    order: { username: string; amount: number },
    from: { senderId: number; clientKey: string },
  ) => Promise<number>;
}
