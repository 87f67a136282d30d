/** Source of wall-clock time in milliseconds since the epoch; tests pass their own. */
export type Clock = () => number;
