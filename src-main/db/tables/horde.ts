/** Tables of the private horde. Times are milliseconds since the epoch, kudos are integer cents. */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled by the first horde migration
export interface HordeTables {}
