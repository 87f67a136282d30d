/** A transfer between accounts. `id` is the key of its event. */
export interface KudosTransferTable {
  id: string;
  sender_id: number;
  receiver_id: number;
  /** The shared key that it was addressed to, if it was one. */
  shared_key_id: string | null;
  cents: number;
  created: number;
}

/** What an audit of the books found. */
export interface KudosCheckTable {
  id: number;
  created: number;
  ok: number;
  /** Problems as a JSON array of sentences. */
  report: string;
}

/** Tables beside the ledger. Times are milliseconds since the epoch, kudos are integer cents. */
export interface HordeKudosTables {
  kudos_transfer: KudosTransferTable;
  kudos_check: KudosCheckTable;
}
