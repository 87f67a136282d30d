/** Tables of the studio. Times are milliseconds since the epoch. */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled by the first studio migration
export interface StudioTables {}
