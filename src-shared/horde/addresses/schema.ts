import { type Static, Type } from 'typebox';

// Long enough for a whole IPv6 address with a prefix; upstream's least of 7 shuts out `::1` (BLK-01).
const address = Type.String({
  minLength: 2,
  maxLength: 49,
  description: 'An address, or a network with its prefix.',
});

/** An address or a network that may not call for now (`api.md` 3.13). */
export const IPTimeout = Type.Object(
  { ipaddr: Type.String(), seconds: Type.Integer({ description: 'Seconds that are left.' }) },
  { $id: 'IPTimeout' },
);
export type IPTimeout = Static<typeof IPTimeout>;

/** Body of `POST /operations/ipaddr` (`api.md` 5.12). */
export const AddTimeoutIPInput = Type.Object(
  { ipaddr: address, hours: Type.Integer({ minimum: 1, maximum: 720 }) },
  { $id: 'AddTimeoutIPInput', additionalProperties: false },
);
export type AddTimeoutIPInput = Static<typeof AddTimeoutIPInput>;

/** Body of `DELETE /operations/ipaddr`. */
export const DeleteTimeoutIPInput = Type.Object(
  { ipaddr: address },
  { $id: 'DeleteTimeoutIPInput', additionalProperties: false },
);
export type DeleteTimeoutIPInput = Static<typeof DeleteTimeoutIPInput>;

/** Body of `PUT /operations/block_worker_ipaddr/{worker_id}`. */
export const AddWorkerTimeout = Type.Object(
  { days: Type.Integer({ minimum: 1, maximum: 30 }) },
  { $id: 'AddWorkerTimeout', additionalProperties: false },
);
export type AddWorkerTimeout = Static<typeof AddWorkerTimeout>;

export const IPAddressPath = Type.Object({ ipaddr: Type.String() });
export const BlockedWorkerPath = Type.Object({ worker_id: Type.String() });
